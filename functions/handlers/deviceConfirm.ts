import * as z from 'zod'
import { deviceSettings } from '../adapters/settings.ts'
import { devices, lambda, lockout, onLockoutFault, payers, type World } from '../composition.ts'
import { confirmDevice } from '../core/lettingIn.ts'
import { profileView } from '../core/profile.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { codes, phoneIds } from '../providerComposition.ts'

/** The body: the digits that the new device shows, and the code from the text if one was asked for. */
export const body = z.strictObject({
  digits: z
    .string('Enter the four digits.')
    .regex(/^[0-9]{4}$/, 'Enter the four digits that the new phone shows.'),
  code: z
    .string()
    .regex(/^[0-9]{6,10}$/, 'The code has 6 to 10 digits.')
    .optional(),
})

/** `POST /devices/{deviceId}/confirmation`: confirm the pending device and, with its leave, let it in. */
export const deviceConfirm = (world: World) => {
  const { FIRST_DEVICE: firstDevice } = deviceSettings(world.env)
  const ports = {
    payers: payers(world),
    devices: devices(world),
    lockout: lockout(world),
    codes: codes(world),
    phoneIds: phoneIds(world),
    clock: world.clock,
    onLockoutFault,
    firstDevice,
  }
  return endpoint({ body, query: nothing }, async ({ payer, deviceId, body }) => {
    const confirmed = await confirmDevice(ports, payer, deviceId(), body)
    return { status: 200, body: profileView(payer.email, confirmed, firstDevice, world.clock()) }
  })
}

export const handler = lambda(deviceConfirm)
