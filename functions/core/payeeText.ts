/**
 * What a payee's name and account may be: two that look the same are stored as one, or one of them is
 * refused, since the payer must see whom they pay (RTS Art. 5(1)(a)). Letters that look alike in a name
 * are not covered. The rules are Unicode's: UAX are the annexes of its standard, UTS its reports.
 */

import { type Payee, RIGHT_TO_LEFT } from './action.ts'
import { CURRENCIES } from './money.ts'
import { withoutSeenJoiners } from './seenJoiners.ts'

/**
 * SEPA's name (AT-E001, `Max70Text`) and an account. Counted in UTF-16, as the strictest library of a
 * provider counts, so a letter beyond U+FFFF is two, and the whole sentence has 170 at most.
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

/** Printable ASCII, for which most of the rule, and the time that its tables take, is not needed. */
const PLAIN = /^[\x20-\x7e]*$/

/** UAX 44: `Zs` is every character that is drawn as a gap. Line breaks and tabs go at the ends only. */
const withSingleSpaces = (text: string) => text.replace(/\p{Zs}+/gu, ' ').trim()

/**
 * What asks for another drawing of the same letter, or spells one in an older way, is the letter: ideographic
 * variation sequences (UTS 37) as in 葛󠄀, Mongolian ones, and letters once spelled with a joiner. After
 * anything else a selector is hidden, and refused.
 */
const withoutVariants = (text: string) =>
  text
    .replace(/(?<=\p{sc=Han})[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu, '')
    .replace(/(?<=\p{sc=Mong})[\u180b-\u180d\u180f]/gu, '')
    .replace(ANY_JOINED, (_, letters: string) => JOINED[letters] ?? letters)

/** Letters that older texts spell with a joiner behind: Unicode 12.2 (Bengali) and 12.9 (Malayalam chillus). */
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

/** Drawn the same, or a mistyped apostrophe: UTS 39, `confusables.txt`. Kept is the second, which more fonts have. */
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
 * A name is for people to read, so forms that only look or behave otherwise (ﬁ, full width, ligatures of
 * Arabic) become the letters that they stand for: NFKC, as RFC 8266 has it for the names of people. Only
 * the Thai and Lao vowel AM stays the one letter that is typed for it.
 */
const foldedName = (plain: string) =>
  withSingleSpaces(
    withDotsAsDrawn(withoutTwins(withoutTwins(plain).normalize('NFKC')))
      .replace(/\u0e4d([\u0e48-\u0e4b]?)\u0e32/gu, '$1\u0e33')
      .replace(/\u0ecd([\u0ec8-\u0ecb]?)\u0eb2/gu, '$1\u0eb3'),
  )

/**
 * An i or j loses its dot below another mark, so ı and ȷ are drawn as i and j there; and a mark that is a
 * dot is drawn as their own. Below a dot and another mark the dot stays, as in Lithuanian (Unicode 7.1).
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

/** `Soft_Dotted` letters that NFKD leaves, and the two that lack the dot. */
const ANY_DOTTED = /([ij\u0249\u0268\u029d\u03f3\u0456\u0458\u1d96\u{1df1a}ıȷ])(\p{Mn}+)/gu
const DOTTED: Readonly<Record<string, string>> = { ı: 'i', ȷ: 'j' }

/** UAX 15: `ccc` 230, which patterns lack. Marks are put in its order: U+302B has 228 and U+0315 has 232. */
const isAbove = (mark: string) => isReordered(`${mark}\u302b`) && isReordered(`\u0315${mark}`)
const isReordered = (marks: string) => marks.normalize('NFD') !== marks

/**
 * Control, format, surrogate, unassigned, separator and symbol characters (bidi and most emoji are among
 * them), and what else is invisible or makes an emoji: fillers, blanks, skin tones, keycaps.
 */
const HIDDEN =
  /[\p{C}\p{Zl}\p{Zp}\p{So}\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}\p{Me}\u{13441}\u{13442}\u{16fe4}]/u
const ONLY_SEEN =
  'Use letters, digits and punctuation only: no emoji, line breaks or hidden characters.'

function whyHidden(text: string): string | undefined {
  return HIDDEN.test(withoutSeenJoiners(text)) ? ONLY_SEEN : undefined
}

/** Strokes drawn over a letter (`ccc` 1), which NFC never makes one with it: o with one is ø to the eye. */
const OVERLAY = /[\u0334-\u0338\u20d2\u20d3\u20d8-\u20da\u20e5\u20e6\u20ea\u20eb]/u

/** Marks that stand alone or make a blot: UTS 39, section 5.4. Only nonspacing ones stack, so ဖြိုး is well. */
function whyBlotted(text: string): string | undefined {
  if (/(?<![\p{L}\p{M}\u200d])\p{M}/u.test(text)) return 'Put each accent on a letter.'
  if (/\p{Mn}{4}/u.test(text)) return 'Use three accents on one letter at most.'
  if (/(\p{Mn})\1/u.test(text)) return 'Use an accent once on one letter.'
  if (OVERLAY.test(text)) return 'Use no strokes through letters.'
  return undefined
}

function whyNoName(name: string): string | undefined {
  if (
    /\p{Sc} ?\p{Nd}|\p{Nd} ?\p{Sc}|[A-Z]{3} ?\p{Nd}[\p{Nd}., ]* to /u.test(name) ||
    CODED_AMOUNT.test(name)
  ) {
    return 'Use no amounts in a name.'
  }
  if (holdsAccount(name) || holdsReference(name)) {
    return 'Use no reference, and no account or number in brackets.'
  }
  if (QUOTED_ACCOUNT.test(name)) return 'Use no account in quotes.'
  if (PLAIN.test(name)) return undefined
  // Signs that look like punctuation, as ∶ and ∕ do; those of Latin-1 don't.
  if (/[[\p{Sm}\p{Sk}]--[\0-\xff]]/v.test(name)) return ONLY_SEEN
  // UTS 39, section 5.3: mixed numbers. ۴ and ٤ are both four.
  if (new Set((name.match(/\p{Nd}/gu) ?? []).map(zeroOf)).size > 1) return 'Use digits of one kind.'
  if (MIXED_ORDER.test(name)) return 'Put numbers behind words that run from right to left.'
  return undefined
}

const CODES = `(?:${Object.keys(CURRENCIES).join('|')})`
/** 20.50 EUR, EUR: 20, and as the Swiss write it, 20.– CHF. */
const CODED_AMOUNT = new RegExp(
  `(?<!\\p{L})${CODES}[.:]? ?\\p{Nd}|\\p{Nd}(?:[.,]?[-–—])? ?${CODES}(?!\\p{L})`,
  'iu',
)

/** The categories are those of quotation marks; in a name others are drawn as one, too. */
const QUOTED_ACCOUNT = /[\p{Pi}\p{Pf}„‚"'`′״׳].*@.*[\p{Pi}\p{Pf}„‚"'`′״׳]/u

const holdsReference = (text: string) => OUR_REFERENCE.test(text) || ANY_REFERENCE.test(text)

/** How the word is written that stands before our own reference, on the push and in a text, and in languages near. */
const REFERENCE_WORD = '(?<!\\p{L})r[eéè]f(?:[eéè]ren\\p{L}*)?'
/** As it stands behind an account in a text, or behind a sign; and as somebody may write one, then with a digit. */
const OUR_REFERENCE =
  /(?<!\p{L})(?:ref |[Rr]eference |[Rr][EeÉéÈè][Ff](?:[EeÉéÈè][Rr][Ee][Nn]\p{L}*)?\W*[:#-]\W*)[2-9A-HJ-NP-Z]{6}\b/u
const ANY_REFERENCE = new RegExp(
  `${REFERENCE_WORD}(?:[^\\p{L}\\p{N}]+(?:n[or°º]?[^\\p{L}\\p{N}]+)?(?=[a-z]*\\d)|(?=\\d))[a-z\\d]{6}(?![\\p{L}\\p{N}])`,
  'iu',
)

/** Decimal digits come in runs of ten that begin with the zero. */
function zeroOf(digit: string): number {
  let zero = digit.codePointAt(0) ?? 0
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return zero
}

/**
 * Whether brackets hold what only our own may behind a name: an account or a reference. Innermost pairs are
 * opened until none is left; a bracket without its other encloses all that is on its side.
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

/** „ and ‚ are quotation marks, whatever their category. */
const INNERMOST = /[[\p{Ps}<]--[„‚]]([^[\p{Ps}\p{Pe}<>]--[„‚]]*)[\p{Pe}>]/v
const OPEN = /[[\p{Ps}<]--[„‚]](.*)$/v

/** In Unicode a closing bracket is the next to its opening one, or the next but one. */
function isPair(brackets: string): boolean {
  const distance = brackets.charCodeAt(brackets.length - 1) - brackets.charCodeAt(0)
  return distance === 1 || distance === 2
}

const LEFT_TO_RIGHT_LETTER = `[[\\p{L}]--[${RIGHT_TO_LEFT}]]`
/** UAX 9: beside Latin, digits before Hebrew may be drawn where digits behind the Hebrew are. */
const MIXED_ORDER = new RegExp(
  `^(?=.*${LEFT_TO_RIGHT_LETTER})(?:.*${LEFT_TO_RIGHT_LETTER})?` +
    `\\P{L}*[0-9\u06f0-\u06f9]\\P{L}*[[${RIGHT_TO_LEFT}]--[\\p{Nd}]]`,
  'v',
)

const ASCII_SIGNS = '\\x20-\\x40\\x5b-\\x60\\x7b-\\x7e'
/** UAX 31, table 5: scripts in everyday use, each with those that it is written with (UTS 39, section 5.1). */
const SCRIPTS =
  'Arab|Armn|Beng|Cyrl|Deva|Ethi|Geor|Grek|Gujr|Guru|Hebr|Knda|Khmr|Laoo|Mlym|Mymr|Orya|Sinh|Taml|Telu|' +
  'Thaa|Thai|Tibt|Hani Hira Kana|Hani Bopo|Hani Hang'
/** UTS 39, `IdentifierStatus.txt`: Latin letters without those of phonetics, as ɡ and ɑ, and old ones. */
const LATIN =
  'A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u018f\u01a0\u01a1\u01af\u01b0' +
  '\u01cd-\u01dc\u01de-\u01e3\u01e6-\u01f0\u01f4\u01f5\u01f8-\u021b\u021e\u021f\u0226-\u0233\u0259' +
  '\u1e00-\u1e99\u1e9e\u1ea0-\u1ef9'

/** The account's letters are of one of these: UTS 39, single script. Letters of none, as ʻ, are of no script. */
const oneScript = () =>
  (single ??= new RegExp(
    `^(?:[${LATIN}\\p{scx=Zinh}${ASCII_SIGNS}]*|${SCRIPTS.split('|')
      .map((scripts) => scripts.replace(/\w+/g, '\\p{scx=$&}').replaceAll(' ', ''))
      .map((letters) => `[${letters}\\p{scx=Zinh}${ASCII_SIGNS}]*`)
      .join('|')})$`,
    'u',
  ))
/** Made when first needed, as it takes milliseconds. */
let single: RegExp | undefined

/** Letters of other scripts that are drawn as ones of Latin: UTS 39, `confusables.txt`. */
const LATIN_TWINS =
  'АВЕЅІЈКМНОРСТУҮХԌԚԜӀабвеһіјӏоԛрсѕԝхуүѵԁАΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϳͿαιονρυγօոսհցքզգՏՕՍჿყସଠഠဝ'

function whyNoAccount(account: string): string | undefined {
  // The account stands in brackets behind the name: with some of its own, other payees had the same words.
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
  // RFC 5893, rule 1: digits in front would be drawn where digits at the end are.
  if (new RegExp(`^\\P{L}*[0-9]\\P{L}*[${RIGHT_TO_LEFT}]`, 'u').test(account)) {
    return 'Begin with a letter, not with a digit.'
  }
  return undefined
}
