/**
 * The rules for a payee's name and account. The payer must see whom they pay (RTS Art. 5(1)(a)), so two texts that
 * look the same are stored as one, or one of them is refused. Letters that look alike in a name are not covered. The
 * rules are Unicode's: UAX are annexes of its standard, UTS its technical standards.
 */

import type { Payee } from './action.ts'
import { CURRENCIES } from './money.ts'
import { RIGHT_TO_LEFT } from './payeeInWords.ts'
import { withoutSeenJoiners } from './seenJoiners.ts'

/**
 * The lengths of a name (SEPA: AT-E001, `Max70Text`) and of an account, in UTF-16 units as in the strictest library of
 * a provider: a letter beyond U+FFFF counts twice. The whole display text then has 170 at most.
 */
const LENGTHS = { name: [1, 70], id: [3, 64] } as const

type Checked = { readonly text: string } | { readonly reason: string }

/**
 * A payee's name or account as it is stored and shown.
 *
 * Folded: NFC, in a name NFKC; every space and every run of spaces to one U+0020, none at the ends;
 * twins of punctuation; variation selectors of ideographs; in a name the dots of i and j.
 *
 * @returns the folded text, of 1–70 (name) or 3–64 (account) UTF-16 units, which folds to itself; or why
 *   it is refused, as a sentence to show beside the field
 */
export function payeeText(field: keyof Payee, given: string): Checked {
  const isPlain = PLAIN.test(given)
  const spaced = withSingleSpaces(isPlain ? given : withoutVariants(given.normalize('NFC')))
  const text = isPlain || field === 'id' ? spaced : foldedName(spaced)
  const [least, most] = LENGTHS[field]
  if (text === '') {
    return { reason: field === 'name' ? 'Enter a name.' : 'Enter an e-mail address or account.' }
  }
  if (text.length < least) return { reason: `Use ${least} characters at least.` }
  if (text.length > most) return { reason: `Use ${most} characters at most.` }
  const reason =
    (isPlain ? undefined : (whyHidden(spaced) ?? whyBlotted(text))) ??
    (field === 'name' ? whyNoName(text) : whyNoAccount(text))
  return reason === undefined ? { text } : { reason }
}

/** Printable ASCII, which needs neither most of the rules nor the time to compile their tables. */
const PLAIN = /^[\x20-\x7e]*$/

/** `Zs` is every character drawn as a gap (UAX 44). Line breaks and tabs are removed only at the ends. */
const withSingleSpaces = (text: string) => text.replace(/\p{Zs}+/gu, ' ').trim()

/**
 * A variant or an older spelling of a letter becomes the letter: ideographic variation sequences (UTS 37) as in 葛󠄀,
 * Mongolian ones, and letters once spelled with a joiner. After any other character a selector is invisible, and
 * `whyHidden` refuses it.
 */
const withoutVariants = (text: string) =>
  text
    .replace(/(?<=\p{sc=Han})[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu, '')
    .replace(/(?<=\p{sc=Mong})[\u180b-\u180d\u180f]/gu, '')
    .replace(ANY_JOINED, (_, letters: string) => JOINED[letters] ?? letters)

/** Letters that older texts spell with a joiner after them: Unicode 12.2 (Bengali) and 12.9 (Malayalam chillus). */
const JOINED: Readonly<Record<string, string>> = {
  '\u09a4\u09cd': '\u09ce',
  '\u0d23\u0d4d': '\u0d7a',
  '\u0d28\u0d4d': '\u0d7b',
  '\u0d30\u0d4d': '\u0d7c',
  '\u0d32\u0d4d': '\u0d7d',
  '\u0d33\u0d4d': '\u0d7e',
  '\u0d15\u0d4d': '\u0d7f',
}
const ANY_JOINED = new RegExp(`(${Object.keys(JOINED).join('|')})\u200d`, 'gu')

/**
 * Signs drawn the same, or mistyped apostrophes (UTS 39, `confusables.txt`), each with the one that more fonts have.
 */
const TWINS: Readonly<Record<string, string>> = {
  '\u2010': '-',
  '\u2043': '-',
  '\u2012': '\u2013',
  '\u2015': '\u2014',
  '\u02bb': '\u2018',
  '\u02bc': '\u2019',
  '\u00b4': '\u2019',
  '\u02b9': '\u2032',
  '\u2027': '\u00b7',
  '\u2044': '/',
}
const ANY_TWIN = new RegExp(`[${Object.keys(TWINS).join('')}]`, 'gu')
const withoutTwins = (text: string) => text.replace(ANY_TWIN, (twin) => TWINS[twin] ?? twin)

/**
 * In a name, compatibility forms (ﬁ, full width, Arabic ligatures) become the plain letters: NFKC, as RFC 8266 says
 * for nicknames. Exception: the Thai and Lao vowel AM stays the one letter that is typed for it.
 */
const foldedName = (plain: string) =>
  withSingleSpaces(
    withDotsAsDrawn(withoutTwins(withoutTwins(plain).normalize('NFKC')))
      .replace(/\u0e4d([\u0e48-\u0e4b]?)\u0e32/gu, '$1\u0e33')
      .replace(/\u0ecd([\u0ec8-\u0ecb]?)\u0eb2/gu, '$1\u0eb3'),
  )

/**
 * An i or j loses its dot under another mark, so ı and ȷ look like i and j there; and a combining dot looks like the
 * letter's own. Under a dot and another mark the dot stays, as in Lithuanian (Unicode 7.1).
 */
const withDotsAsDrawn = (text: string) =>
  text
    .normalize('NFD')
    .replace(ANY_DOTTED, (given, letter: string, marks: string) => {
      const above = [...marks].filter(isAbove)
      if (above.length === 0) return given
      const isDotAlone = above.length === 1 && above[0] === '\u0307'
      return (DOTTED[letter] ?? letter) + (isDotAlone ? marks.replace('\u0307', '') : marks)
    })
    .normalize('NFC')

/** `Soft_Dotted` letters that remain after NFKD, and ı and ȷ, which have no dot. */
const ANY_DOTTED = /([ij\u0249\u0268\u029d\u03f3\u0456\u0458\u1d96\u{1df1a}ıȷ])(\p{Mn}+)/gu
const DOTTED: Readonly<Record<string, string>> = { ı: 'i', ȷ: 'j' }

/** Whether a mark's `ccc` is 230, from the order that NFD gives marks (UAX 15): U+302B has 228 and U+0315 has 232. */
const isAbove = (mark: string) => isReordered(`${mark}\u302b`) && isReordered(`\u0315${mark}`)
const isReordered = (marks: string) => marks.normalize('NFD') !== marks

/**
 * Control, format, surrogate, unassigned, separator and symbol characters (with bidi and most emoji), and other
 * characters that are invisible or part of an emoji: fillers, blanks, skin tones, keycaps.
 */
const HIDDEN =
  /[\p{C}\p{Zl}\p{Zp}\p{So}\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}\p{Me}\u{13441}\u{13442}\u{16fe4}]/u
const ONLY_SEEN =
  'Use letters, digits and punctuation only: no emoji, line breaks or hidden characters.'

function whyHidden(text: string): string | undefined {
  return HIDDEN.test(withoutSeenJoiners(text)) ? ONLY_SEEN : undefined
}

/** Strokes drawn over a letter (`ccc` 1), which NFC never composes: an o with one looks like ø. */
const OVERLAY = /[\u0334-\u0338\u20d2\u20d3\u20d8-\u20da\u20e5\u20e6\u20ea\u20eb]/u

/**
 * Refuses marks without a letter, and too many on one (UTS 39, section 5.4). Only nonspacing marks stack, so ဖြိုး is
 * allowed.
 */
function whyBlotted(text: string): string | undefined {
  if (/(?<![\p{L}\p{M}\u200d])\p{M}/u.test(text)) return 'Put each accent on a letter.'
  if (/\p{Mn}{4}/u.test(text)) return 'Use three accents on one letter at most.'
  if (/(\p{Mn})\1/u.test(text)) return 'Use an accent once on one letter.'
  if (OVERLAY.test(text)) return 'Use no strokes through letters.'
  return undefined
}

function whyNoName(name: string): string | undefined {
  if (holdsAmount(name)) return 'Use no amounts in a name.'
  if (holdsAccount(name) || holdsReference(name)) {
    return 'Use no reference, and no account or number in brackets.'
  }
  if (QUOTED_ACCOUNT.test(name)) return 'Use no account in quotes.'
  if (PLAIN.test(name)) return undefined
  // Symbols that look like punctuation (∶ and ∕); those of Latin-1 do not.
  if (/[[\p{Sm}\p{Sk}]--[\0-\xff]]/v.test(name)) return ONLY_SEEN
  // Mixed numbers (UTS 39, section 5.3): ۴ and ٤ are both four.
  if (new Set((name.match(/\p{Nd}/gu) ?? []).map(zeroOf)).size > 1) return 'Use digits of one kind.'
  if (MIXED_ORDER.test(name)) return 'Put numbers behind words that run from right to left.'
  return undefined
}

/** A digit is looked for first, because few names have one, and the tables of all letters take long to compile. */
const holdsAmount = (name: string) =>
  /\p{Nd}/u.test(name) && (SIGNED_AMOUNT.test(name) || CODED_AMOUNT.test(name))

const SIGNED_AMOUNT = /\p{Sc} ?\p{Nd}|\p{Nd} ?\p{Sc}|[A-Z]{3} ?\p{Nd}[\p{Nd}., ]* to /u
const CODES = `(?:${Object.keys(CURRENCIES).join('|')})`
/** An amount with a currency code: 20.50 EUR, EUR: 20, and the Swiss form 20.– CHF. */
const CODED_AMOUNT = new RegExp(
  `(?<!\\p{L})${CODES}[.:]? ?\\p{Nd}|\\p{Nd}(?:[.,]?[-–—])? ?${CODES}(?!\\p{L})`,
  'iu',
)

/** `Pi` and `Pf` are the quotation marks; the other characters look like one in a name. */
const QUOTED_ACCOUNT = /[\p{Pi}\p{Pf}„‚"'`′״׳].*@.*[\p{Pi}\p{Pf}„‚"'`′״׳]/u

const holdsReference = (text: string) =>
  OUR_REFERENCE.test(text) || (/\d/.test(text) && ANY_REFERENCE.test(text))

/** The word before our own reference on the push and in a text, also in related languages. */
const REFERENCE_WORD = '(?<!\\p{L})r[eéè]f(?:[eéè]ren\\p{L}*)?'
/**
 * Our own form of a reference after an account in a text, or after a sign; `ANY_REFERENCE`: other forms, with a
 * digit.
 */
const OUR_REFERENCE =
  /(?<!\p{L})(?:ref |[Rr]eference |[Rr][EeÉéÈè][Ff](?:[EeÉéÈè][Rr][Ee][Nn]\p{L}*)?\W*[:#-]\W*)[2-9A-HJ-NP-Z]{6}\b/u
const ANY_REFERENCE = new RegExp(
  `${REFERENCE_WORD}(?:[^\\p{L}\\p{N}]+(?:n[or°º]?[^\\p{L}\\p{N}]+)?(?=[a-z]*\\d)|(?=\\d))[a-z\\d]{6}(?![\\p{L}\\p{N}])`,
  'iu',
)

/** The zero of a digit's set: Unicode has decimal digits in runs of ten that begin with the zero. */
function zeroOf(digit: string): number {
  let zero = digit.codePointAt(0) ?? 0
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return zero
}

/**
 * Whether brackets in a name hold an account or a reference, which only our own brackets after it may. Innermost pairs
 * are removed until none is left; an unpaired bracket encloses all text on its side.
 */
function holdsAccount(name: string): boolean {
  const isOurs = (text = '') => /@|\p{N}|(?<!\p{L})ref(?!\p{L})/iu.test(text)
  let rest = name
  for (let pair = INNERMOST.exec(rest); pair; pair = INNERMOST.exec(rest)) {
    const [brackets, inner] = pair
    if (isOurs(isPair(brackets) ? inner : name)) return true
    rest = rest.replace(INNERMOST, '$1')
  }
  return isOurs(/^(.*)[\p{Pe}>]/u.exec(rest)?.[1]) || isOurs(OPEN.exec(rest)?.[1])
}

/** „ and ‚ have the category of brackets (`Ps`) but are quotation marks. */
const INNERMOST = /[[\p{Ps}<]--[„‚]]([^[\p{Ps}\p{Pe}<>]--[„‚]]*)[\p{Pe}>]/v
const OPEN = /[[\p{Ps}<]--[„‚]](.*)$/v

/** In Unicode a closing bracket is one or two code points after its opening bracket. */
function isPair(brackets: string): boolean {
  const distance = brackets.charCodeAt(brackets.length - 1) - brackets.charCodeAt(0)
  return distance === 1 || distance === 2
}

const LEFT_TO_RIGHT_LETTER = `[[\\p{L}]--[${RIGHT_TO_LEFT}]]`
/** Beside Latin letters, digits before Hebrew can be drawn where digits after the Hebrew are (UAX 9). */
const MIXED_ORDER = new RegExp(
  `^(?=.*${LEFT_TO_RIGHT_LETTER})(?:.*${LEFT_TO_RIGHT_LETTER})?` +
    `\\P{L}*[0-9\u06f0-\u06f9]\\P{L}*[[${RIGHT_TO_LEFT}]--[\\p{Nd}]]`,
  'v',
)

const ASCII_SIGNS = '\\x20-\\x40\\x5b-\\x60\\x7b-\\x7e'
/** Recommended scripts (UAX 31, table 5), each with the scripts it is mixed with (UTS 39, section 5.1). */
const SCRIPTS =
  'Arab|Armn|Beng|Cyrl|Deva|Ethi|Geor|Grek|Gujr|Guru|Hebr|Knda|Khmr|Laoo|Mlym|Mymr|Orya|Sinh|Taml|Telu|' +
  'Thaa|Thai|Tibt|Hani Hira Kana|Hani Bopo|Hani Hang'
/** Latin letters without phonetic (ɡ, ɑ) and obsolete ones (UTS 39, `IdentifierStatus.txt`). */
const LATIN =
  'A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u018f\u01a0\u01a1\u01af\u01b0' +
  '\u01cd-\u01dc\u01de-\u01e3\u01e6-\u01f0\u01f4\u01f5\u01f8-\u021b\u021e\u021f\u0226-\u0233\u0259' +
  '\u1e00-\u1e99\u1e9e\u1ea0-\u1ef9'

/**
 * All letters of an account must be of one script (UTS 39, single script). Letters of no script, such as ʻ, fit none.
 */
const oneScript = () =>
  (single ??= new RegExp(
    `^(?:[${LATIN}\\p{scx=Zinh}${ASCII_SIGNS}]*|${SCRIPTS.split('|')
      .map((scripts) => scripts.replace(/\w+/g, '\\p{scx=$&}').replaceAll(' ', ''))
      .map((letters) => `[${letters}\\p{scx=Zinh}${ASCII_SIGNS}]*`)
      .join('|')})$`,
    'u',
  ))
/** Compiled at first use, because compiling takes milliseconds. */
let single: RegExp | undefined

/** Letters of other scripts that look like Latin letters (UTS 39, `confusables.txt`). */
const LATIN_TWINS =
  'АВЕЅІЈКМНОРСТУҮХԌԚԜӀабвеһіјӏоԛрсѕԝхуүѵԁАΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϳͿαιονρυγօոսհցքզգՏՕՍჿყସଠഠဝ'

function whyNoAccount(account: string): string | undefined {
  // The display text puts the account in brackets after the name; brackets in the account would allow two payees with
  // the same display text.
  const compatible = withDotsAsDrawn(account.normalize('NFKC'))
  if (/[\p{Ps}\p{Pe}<>]/u.test(compatible)) return 'Use no brackets.'
  if (compatible !== account) return 'Use plain letters and digits, no special forms of them.'
  if (holdsReference(account)) return 'Use no reference.'
  if (PLAIN.test(account)) return undefined
  if (/[^\x20-\x7e\p{L}\p{M}\u200c\u200d]/u.test(account)) {
    return 'Use letters, the digits 0 to 9, and signs as in an e-mail address.'
  }
  if (!oneScript().test(account)) return 'Use letters of one script: they don’t go together here.'
  const letters = account.normalize('NFD').replace(/\P{L}/gu, '')
  if (new RegExp(`^[${LATIN_TWINS}]*$`, 'u').test(letters)) {
    return 'Use Latin letters: these only look like them.'
  }
  // Digits in front would be drawn where digits at the end are (RFC 5893, rule 1).
  if (new RegExp(`^\\P{L}*[0-9]\\P{L}*[${RIGHT_TO_LEFT}]`, 'u').test(account)) {
    return 'Begin with a letter, not with a digit.'
  }
  return undefined
}
