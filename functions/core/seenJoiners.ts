/** Joiners (U+200C, U+200D) are invisible, except where they change how the letters beside them are drawn. */

/**
 * The text without the joiners that change its drawing: RFC 5892, appendix A (CONTEXTJ).
 *
 * Narrower than the RFC: after many viramas, and where no letter follows, a joiner changes nothing. Wider where
 * Unicode 12.2 and 12.8 put a joiner before a virama. Patterns have no `Joining_Type`: for Arabic and Syriac, lists
 * replace it; the letters of the other scripts join on both sides.
 */
export function withoutSeenJoiners(text: string): string {
  if (!/[\u180e\u200c\u200d]/.test(text)) return text
  return text.replace(seenJoiner(), '')
}

/** Viramas of scripts that join letters by themselves; a joiner requests or prevents the joining. */
const VIRAMAS = {
  Deva: '\u094d',
  Beng: '\u09cd',
  Guru: '\u0a4d',
  Gujr: '\u0acd',
  Orya: '\u0b4d',
  Telu: '\u0c4d',
  Knda: '\u0ccd',
  Mlym: '\u0d4d',
}

const CURSIVE =
  '[[\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Nkoo}\\p{sc=Mong}\\p{sc=Adlm}\\p{sc=Rohg}]&&\\p{L}]'
/** Cursive letters that do not join the letter after them: `Joining_Type` R and U (ArabicShaping.txt), U+0640. */
const ENDING =
  '\u0621-\u0625\u0627\u0629\u062f-\u0632\u0640\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd' +
  '\u06cf\u06d2\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u0710\u0715-\u0719\u071e\u0728\u072a\u072c\u072f' +
  '\u074d\u0759-\u075b\u076b\u076c\u0771\u0773\u0774\u0778\u0779\u0870-\u0885\u0887\u088e\u08aa-\u08ae' +
  '\u08b1\u08b2\u08b9\u08c9\ufb50-\ufefc\u{1ee00}-\u{1eeff}'
/** Cursive letters that join no letter at all. */
const ALONE =
  '\u0621\u0640\u0674\u06e5\u06e6\u0883-\u0885\u0887\u08ad\u08c9\ufb50-\ufefc\u{1ee00}-\u{1eeff}'

/** Compiled only for a text with a joiner, because compiling takes milliseconds. */
const seenJoiner = () =>
  new RegExp(
    [
      ...Object.entries(VIRAMAS).map(
        ([script, virama]) => `(?<=${virama})[\u200c\u200d](?=[\\p{sc=${script}}&&\\p{L}])`,
      ),
      // Sinhala joins only with a joiner; Tamil joins only these two letters by itself.
      '(?<=\u0dca)\u200d(?=[\\p{sc=Sinh}&&\\p{L}])',
      '(?<=\u0b95\u0bcd)\u200c(?=\u0bb7)',
      // Bengali ya-phalaa, Kannada ra, and the Mongolian vowel separator before A or E (Unicode 13.5).
      '(?<=\u09b0)\u200d(?=\u09cd\u09af)',
      '(?<=\u0cb0)\u200d(?=\u0ccd[\\p{sc=Knda}&&\\p{L}])',
      '(?<=[\\p{sc=Mong}&&\\p{L}])\u180e(?=[\u1820\u1821])',
      `(?<=[${CURSIVE}--[${ENDING}]]\\p{Mn}*)\u200c(?=[${CURSIVE}--[${ALONE}]])`,
    ].join('|'),
    'gv',
  )
