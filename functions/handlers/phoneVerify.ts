import * as z from 'zod'
import {
  changeIdOf,
  lambda,
  lockout,
  onLockoutFault,
  onSignInFault,
  pause,
  payers,
  signIns,
  type World,
} from '../composition.ts'
import { profileView } from '../core/profile.ts'
import { Refusal } from '../core/refusals.ts'
import { verifyPhone } from '../core/registering.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { count, reportFault } from '../observe.ts'
import { codes, deviceRules, phoneIds, phones } from '../providerComposition.ts'

/**
 * The body: the verification's id, the new phone's code, and the verified phone's code if there is a verified phone.
 */
export const body = z.strictObject({
  verificationId: z
    .string('Name the verification that these codes belong to.')
    .regex(/^[A-Za-z0-9_-]{22}$/, 'Name the verification that these codes belong to.'),
  code: z.string('Enter the code.').regex(/^[0-9]{4,10}$/, 'The code has 4 to 10 digits.'),
  currentCode: z
    .string('Enter the code.')
    .regex(/^[0-9]{6,10}$/, 'The code has 6 to 10 digits.')
    .optional(),
})

/** `POST /phone/verification`: verify the phone that received this code. */
export const phoneVerify = (world: World) => {
  const rules = deviceRules(world)
  const ports = {
    payers: payers(world),
    phones: phones(world),
    phoneIds: phoneIds(world),
    codes: codes(world),
    lockout: lockout(world),
    onLockoutFault,
    clock: world.clock,
    changeIdOf,
    signIns: signIns(world),
    onEnrollFault,
    onSignInFault,
    pause,
  }
  return endpoint(world, { body, query: nothing }, async ({ payer, body }) => {
    const trusted = await verifyPhone(ports, payer, body)
    count('PhoneVerified')
    return {
      status: 200,
      body: profileView(payer.email, trusted, rules, world.clock()),
    }
  })
}

export const handler = lambda(phoneVerify)

/** The phone is verified all the same; the next payment requests its provider id. */
function onEnrollFault(fault: unknown) {
  if (!(fault instanceof Refusal)) reportFault(fault)
}
