/** Which numbers ring the same phone. */
import { international, type PhoneNumber } from './payer.ts'

/** Two numbers of one line, both dialled today, and the one by which it is known here. */
const ALIASES: readonly (readonly [alias: RegExp, known: string])[] = [
  // Argentina: the 9 before a mobile's ten digits says how a call from abroad finds it. With and without
  // it the ten digits are one line (libphonenumber's FAQ; google/libphonenumber#684, #1719).
  [/^\+549(\d{10})$/, '+54$1'],
  // The Gambia, since September 2026: seven digits, and nine with the operator's two before them (PURA).
  [/^\+2208[3679](\d{7})$/, '+220$1'],
  // Palestine is a part of Israel's numbering plan and is reached by both codes (google/libphonenumber#1134).
  [/^\+970(\d{8,9})$/, '+972$1'],
  // San Marino is reached by Italy's code too, where 0549 is its area (Italy's numbering plan).
  [/^\+39(0549\d{6})$/, '+378$1'],
]

/**
 * One text for all numbers of a line. For counting and comparing only: a number is dialled as it was
 * written, and consent to one is no consent to another.
 */
export const handset = (phone: PhoneNumber): string =>
  ALIASES.reduce((number, [alias, known]) => number.replace(alias, known), international(phone))

export const sameHandset = (a: PhoneNumber, b: PhoneNumber): boolean => handset(a) === handset(b)
