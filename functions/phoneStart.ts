import parsePhoneNumber from 'libphonenumber-js/min'
import * as z from 'zod'
import { phoneSettings } from './adapters/settings.ts'
import type { PhoneNumber } from './core/payer.ts'
import { startVerification } from './core/registering.ts'
import { endpoint, nothing } from './http.ts'
import {
  changeIdOf,
  lambda,
  limits,
  newReference,
  newVerificationId,
  payers,
  type World,
} from './live.ts'
import { codes, phoneIds, phones, switches } from './liveProvider.ts'

/** Numbers at the caller's cost that the small tables of libphonenumber take for others: +1 900, +44 70, 87, 9. */
const PREMIUM = /^\+(1900|44(70|87|9))/

/** A number in international form, of a country that is served; and how the code should come. */
export const body = (countries: readonly string[]) =>
  z.strictObject({
    phoneNumber: z.string('Enter your phone number.').transform((given, context): PhoneNumber => {
      const reason = (message: string) => {
        context.addIssue({ code: 'custom', message })
        return z.NEVER
      }
      if (!/^\+[0-9 ().-]{4,30}$/.test(given)) {
        return reason('Write the number with its country, like +44 7400 123456.')
      }
      const number = parsePhoneNumber(given)
      if (!number?.isValid() || !number.country) return reason('This is not a phone number.')
      if (PREMIUM.test(number.number)) return reason('Codes can’t be sent to this number.')
      if (countries.length > 0 && !countries.includes(number.country ?? '')) {
        return reason('Codes can’t be sent to this country.')
      }
      return { countryCode: number.countryCallingCode, national: number.nationalNumber }
    }),
    channel: z.enum(['sms', 'call'], 'Choose a text or a call.'),
  })

/** `POST /phone`: send a code to the number that is to be trusted. */
export const phoneStart = (world: World) => {
  const ports = {
    payers: payers(world),
    limits: limits(world),
    phones: phones(world),
    phoneIds: phoneIds(world),
    codes: codes(world),
    switches: switches(world),
    clock: world.clock,
    changeIdOf,
    newVerificationId,
    newReference,
  }
  const schemas = { body: body(phoneSettings(world.env).PHONE_COUNTRIES), query: nothing }
  return endpoint(schemas, async ({ payer, body }) => ({
    status: 202,
    body: await startVerification(ports, payer, body.phoneNumber, body.channel),
  }))
}

export const handler = lambda(phoneStart)
