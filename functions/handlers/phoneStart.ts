import * as z from 'zod'
import { NUMBER_FORM, otherForm, phoneNumberOf } from '../adapters/phoneNumbers.ts'
import { phoneSettings } from '../adapters/settings.ts'
import {
  changeIdOf,
  lambda,
  limits,
  newReference,
  newVerificationId,
  payers,
  type World,
} from '../composition.ts'
import { startVerification } from '../core/registering.ts'
import { invitationHash, newNonce } from '../deviceComposition.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { codes, phoneIds, phones, switches } from '../providerComposition.ts'

/**
 * The body: a number in international form, whether the code comes by text or call, and the code of the operator's
 * invitation if that lets it in.
 */
export const body = z.strictObject({
  phoneNumber: z
    .string('Enter your phone number.')
    .regex(NUMBER_FORM, 'Write the number with its country, like +44 7400 123456.'),
  channel: z.enum(['sms', 'call'], 'Choose a text or a call.'),
  invitation: z.string().max(64).optional(),
})

/** `POST /phone`: send a code to a number that the payer wants to verify. */
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
    newNonce,
  }
  const { PHONE_COUNTRIES } = phoneSettings(world.env)
  return endpoint(world, { body, query: nothing }, async ({ payer, body }) => {
    const { phoneNumber, channel } = body
    const phone = phoneNumberOf(phoneNumber, channel, PHONE_COUNTRIES)
    const started = await startVerification(ports, payer, {
      phone,
      channel,
      invitation: invitationHash(body.invitation),
    })
    return { status: 202, body: { ...started, dialled: otherForm(phoneNumber, phone) } }
  })
}

export const handler = lambda(phoneStart)
