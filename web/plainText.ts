/**
 * What people paste, without what they do not see or do not mean. The page cleans because a copied number looks
 * right to whoever copied it; the API stays strict.
 */

/** Nothing is drawn for these: direction marks, zero-width spaces, soft hyphens and their like (UAX 44). */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu

/** Without anything invisible, and with the digits of Arabic, Persian and full width as ASCII. */
export const plainDigits = (text: string): string =>
  text
    .replace(UNSEEN, '')
    // Their four low bits are the digit.
    .replace(/[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (digit) =>
      String(digit.charCodeAt(0) & 15),
    )

/** Without what turns the order of a text round: a field draws then what is read from it. */
export const inOrder = (text: string): string => text.replace(/\p{Bidi_Control}/gu, '')

/** A code as it was texted: "123 456", "123-456" and "‎١٢٣٤٥٦" are 123456. */
export const plainCode = (text: string): string =>
  plainDigits(text).replace(/[\s\p{Z}\p{Pd}\u2212]/gu, '')

/** A phone number without what people put between its digits; what else is in it is for the API to refuse. */
export const plainPhone = (text: string): string =>
  plainDigits(text)
    .replace(/\uff0b/g, '+')
    .replace(/[\s\p{Z}\p{Pd}\u2212()\uff08\uff09[\]./\u00b7\u2022\u30fb]/gu, '')

/** Who is paid, without spaces and invisible characters at the ends. In the middle they can be another name. */
export const plainEnds = (text: string): string =>
  text.replace(UNSEEN_START, '').replace(UNSEEN_END, '')

/** Not the two joiners: after a letter they can be a part of how it is written, as of ന്‍ in Malayalam. */
const UNSEEN_START = /^(?:[\s\p{Z}]|(?![\u200c\u200d])\p{Default_Ignorable_Code_Point})+/u
const UNSEEN_END = /(?:[\s\p{Z}]|(?![\u200c\u200d])\p{Default_Ignorable_Code_Point})+$/u
