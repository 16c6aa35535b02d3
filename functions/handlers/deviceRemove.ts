import { devices, lambda, payers, type World } from '../composition.ts'
import { profileView } from '../core/profile.ts'
import { removeDevice } from '../core/removing.ts'
import { newNonce } from '../deviceComposition.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { deviceRules } from '../providerComposition.ts'

/** `POST /devices/{deviceId}/removal`: remove an active device, or turn a pending one away. */
export const deviceRemove = (world: World) => {
  const rules = deviceRules(world)
  const ports = {
    payers: payers(world),
    devices: devices(world),
    clock: world.clock,
    rules,
    newNonce,
  }
  return endpoint(world, { body: nothing, query: nothing }, async ({ payer, deviceId }) => {
    const left = await removeDevice(ports, payer, deviceId())
    return { status: 200, body: profileView(payer.email, left, rules, world.clock()) }
  })
}

export const handler = lambda(deviceRemove)
