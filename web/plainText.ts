/**
 * Cleans pasted text of characters that are invisible or not meant. The page does this because a copied number
 * looks right to the payer; the API stays strict.
 */

/** Invisible characters: direction marks, zero-width spaces, soft hyphens and others (UAX 44). */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu

/** Remove invisible characters, and turn Arabic, Persian and full-width digits into ASCII. */
export const plainDigits = (text: string): string =>
  text
    .replace(UNSEEN, '')
    // The four low bits of the code point are the digit.
    .replace(/[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (digit) =>
      String(digit.charCodeAt(0) & 15),
    )

/** Remove characters that change the order of the text, so that a field shows the text in the order it is sent. */
export const inOrder = (text: string): string => text.replace(/\p{Bidi_Control}/gu, '')

/** An SMS code as digits: "123 456", "123-456" and "‎١٢٣٤٥٦" are 123456. */
export const plainCode = (text: string): string =>
  plainDigits(text).replace(/[\s\p{Z}\p{Pd}\u2212]/gu, '')

/** A phone number without the separators between its digits; the API refuses anything else that is wrong. */
export const plainPhone = (text: string): string =>
  plainDigits(text)
    .replace(/\uff0b/g, '+')
    .replace(/[\s\p{Z}\p{Pd}\u2212()\uff08\uff09[\]./\u00b7\u2022\u30fb]/gu, '')

/** A payee without spaces and invisible characters at the ends. In the middle they may distinguish two names. */
export const plainEnds = (text: string): string =>
  text.replace(UNSEEN_START, '').replace(UNSEEN_END, '')

/** Except the two joiners, which can be part of the letter before them, as in Malayalam ന്‍. */
const UNSEEN_START = /^(?:[\s\p{Z}]|(?![\u200c\u200d])\p{Default_Ignorable_Code_Point})+/u
const UNSEEN_END = /(?:[\s\p{Z}]|(?![\u200c\u200d])\p{Default_Ignorable_Code_Point})+$/u
