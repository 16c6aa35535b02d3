import * as z from 'zod'
import { devices, lambda, limits, payers, type World } from '../composition.ts'
import { textLeave } from '../core/lettingIn.ts'
import { profileView } from '../core/profile.ts'
import { newNonce } from '../deviceComposition.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { codes, deviceRules, phoneIds, switches } from '../providerComposition.ts'

/** The body: by what the device shall be let in. An active device needs no asking, it sees the new one by itself. */
export const body = z.strictObject({ by: z.literal('text', 'Choose a text.') })

/** `POST /devices/{deviceId}/leave`: text the verified phone a code that lets this device in. */
export const deviceLeave = (world: World) => {
  const rules = deviceRules(world)
  const ports = {
    payers: payers(world),
    devices: devices(world),
    limits: limits(world),
    phoneIds: phoneIds(world),
    codes: codes(world),
    switches: switches(world),
    clock: world.clock,
    rules,
    newNonce,
  }
  return endpoint(world, { body, query: nothing }, async ({ payer, deviceId }) => {
    const asked = await textLeave(ports, payer, deviceId())
    return { status: 202, body: profileView(payer.email, asked, rules, world.clock()) }
  })
}

export const handler = lambda(deviceLeave)
