/** Numbers that are aliases of the same phone line. */
import { international, type PhoneNumber } from './payer.ts'

/** Patterns of numbers that reach the same line as another, each with the form used here. */
const ALIASES: readonly (readonly [alias: RegExp, known: string])[] = [
  // Argentina: a call from abroad puts a 9 before a mobile's ten digits. With and without the 9 the ten digits are
  // one line (libphonenumber's FAQ; google/libphonenumber#684, #1719).
  [/^\+549(\d{10})$/, '+54$1'],
  // The Gambia, since September 2026: seven digits, or nine with the operator's two digits in front (PURA).
  [/^\+2208[3679](\d{7})$/, '+220$1'],
  // Palestine's numbers are part of Israel's numbering plan and work with both codes (google/libphonenumber#1134).
  [/^\+970(\d{8,9})$/, '+972$1'],
  // San Marino's numbers also work with Italy's code and the area code 0549 (Italy's numbering plan).
  [/^\+39(0549\d{6})$/, '+378$1'],
]

/**
 * One text for all numbers of a line. Only for counting and comparing: a code is sent to the number as the payer
 * entered it.
 */
export const handset = (phone: PhoneNumber): string =>
  ALIASES.reduce((number, [alias, known]) => number.replace(alias, known), international(phone))

export const sameHandset = (a: PhoneNumber, b: PhoneNumber): boolean => handset(a) === handset(b)
