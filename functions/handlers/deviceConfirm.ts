import * as z from 'zod'
import { devices, lambda, lockout, onLockoutFault, payers, type World } from '../composition.ts'
import { confirmDevice } from '../core/lettingIn.ts'
import { profileView } from '../core/profile.ts'
import { restoreDevice } from '../core/removing.ts'
import { invitationHash, newNonce } from '../deviceComposition.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { codes, deviceRules, phoneIds } from '../providerComposition.ts'

/**
 * The body: the digits that the new device shows, with the code from the text or of the operator's invitation if one
 * lets it in; or that the undo of a removal is confirmed.
 */
export const body = z
  .strictObject({
    digits: z
      .string('Enter the four digits.')
      .regex(/^[0-9]{4}$/, 'Enter the four digits that the new phone shows.')
      .optional(),
    code: z
      .string()
      .regex(/^[0-9]{6,10}$/, 'The code has 6 to 10 digits.')
      .optional(),
    invitation: z.string().max(64).optional(),
    undo: z.literal(true).optional(),
  })
  .refine(({ digits, undo }) => (digits === undefined) !== (undo === undefined), {
    path: ['digits'],
    error: 'Enter the four digits.',
  })

/** `POST /devices/{deviceId}/confirmation`: confirm the pending device and, with its leave, let it in; or undo a removal. */
export const deviceConfirm = (world: World) => {
  const rules = deviceRules(world)
  const ports = {
    payers: payers(world),
    devices: devices(world),
    lockout: lockout(world),
    codes: codes(world),
    phoneIds: phoneIds(world),
    clock: world.clock,
    onLockoutFault,
    rules,
    newNonce,
  }
  return endpoint(world, { body, query: nothing }, async ({ payer, deviceId, body }) => {
    const confirmed =
      body.digits === undefined
        ? await restoreDevice(ports, payer, deviceId())
        : await confirmDevice(ports, payer, deviceId(), {
            digits: body.digits,
            code: body.code,
            invitation: invitationHash(body.invitation),
          })
    return { status: 200, body: profileView(payer.email, confirmed, rules, world.clock()) }
  })
}

export const handler = lambda(deviceConfirm)
