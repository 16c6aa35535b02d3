/** Parsing a phone number: whether a code may be sent to it, and its form for dialling. */
import parse, { type NumberType } from 'libphonenumber-js/max'
import { NO_PHONE_NUMBER } from '../core/limits.ts'
import { international, type PhoneNumber, type VerificationChannel } from '../core/payer.ts'
import { invalidField } from '../core/refusals.ts'

/** The characters of a number in a request, before it is parsed. */
export const NUMBER_FORM = /^\+[0-9 ().-]{4,30}$/

/**
 * The types of number to which a code may be sent; all others are refused. A call to a premium rate, shared cost or
 * personal number (ITU-T E.168) can pay a share of its price to an attacker who requests it. VoIP proves no
 * possession of a device (NIST SP 800-63B, 5.1.3.1). Company numbers (UAN), toll-free numbers, pagers and mailboxes
 * are not a payer's phone. A fixed line receives a call but no text (libphonenumber's FAQ; Twilio error 21614).
 */
const TEXTED: readonly NumberType[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE']
const CALLED: readonly NumberType[] = [...TEXTED, 'FIXED_LINE']

/** Old forms of numbers that no longer work since their country's renumbering, each with the form dialled instead. */
const RENUMBERED: readonly (readonly [old: RegExp, now: string])[] = [
  // Mexico, August 2019: ten digits, and no 1, 01, 044 or 045 before them (google/libphonenumber#2376).
  [/^\+52(?:1|01|044|045)(\d{10})$/, '+52$1'],
  // Brazil, 2012 to 2016: a mobile's eight digits have a 9 before them (Anatel, Resolution 553).
  [/^\+55(?<area>\d\d)(?<rest>[689]\d{7})$/, '+55$<area>9$<rest>'],
  // Benin, 30 November 2024: 01 before the eight digits of every number (ARCEP, Decision 2020-349).
  [/^\+229([2-9]\d{7})$/, '+22901$1'],
]

/**
 * The number in its form for dialling on this channel.
 *
 * @param given in international form; spaces, dots, dashes and brackets are allowed
 * @param countries ISO 3166, two letters each; an empty list means all
 *
 * Refuses `invalid_request`: not a number, a refused type, a country that is not served, a text to a fixed line.
 */
export function phoneNumberOf(
  given: string,
  channel: VerificationChannel,
  countries: readonly string[],
): PhoneNumber {
  const number = dialled(given, channel)
  const type = number?.getType()
  if (!number || !type) throw refused(NO_PHONE_NUMBER)
  if (!number.country || !CALLED.includes(type)) {
    throw refused('Codes go to mobile phones and fixed lines only. This is the number of neither.')
  }
  if (countries.length > 0 && !countries.includes(number.country)) {
    throw refused('Codes can’t be sent to this country.')
  }
  if (channel === 'sms' && !TEXTED.includes(type)) {
    throw refused('This is a fixed line, which takes no texts. Choose a call.')
  }
  return { countryCode: number.countryCallingCode, national: number.nationalNumber }
}

/** The dialled number in readable form if it differs from the given one; else null. */
export function otherForm(given: string, phone: PhoneNumber): string | null {
  const number = international(phone)
  if (`+${given.replace(/\D/g, '')}` === number) return null
  return parse(number)?.formatInternational() ?? number
}

function dialled(given: string, channel: VerificationChannel) {
  const written = parse(given)
  const number = written?.isValid() ? written : parse(renumbered(written?.number ?? ''))
  // Argentina's mobiles and fixed lines share their ten digits; dialled from abroad, a mobile has a 9
  // before them (libphonenumber's FAQ). Without it a text can be for a mobile only, a call for either.
  if (channel === 'call' || number?.country !== 'AR' || number.getType() === 'MOBILE') {
    return number
  }
  const mobile = parse(`+549${number.nationalNumber}`)
  return mobile?.isValid() ? mobile : number
}

const renumbered = (number: string): string =>
  RENUMBERED.reduce((told, [old, now]) => told.replace(old, now), number)

const refused = (reason: string) => invalidField('phoneNumber', reason)
