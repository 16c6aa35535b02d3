import { deviceSettings } from '../adapters/settings.ts'
import { devices, lambda, payers, type World } from '../composition.ts'
import { removeDevice } from '../core/enrolling.ts'
import { profileView } from '../core/profile.ts'
import { endpoint, nothing } from '../http/endpoint.ts'

/** `POST /devices/{deviceId}/removal`: remove an active device, or turn a pending one away. */
export const deviceRemove = (world: World) => {
  const { FIRST_DEVICE: firstDevice } = deviceSettings(world.env)
  const ports = { payers: payers(world), devices: devices(world), clock: world.clock }
  return endpoint({ body: nothing, query: nothing }, async ({ payer, deviceId }) => {
    const left = await removeDevice(ports, payer, deviceId())
    return { status: 200, body: profileView(payer.email, left, firstDevice, world.clock()) }
  })
}

export const handler = lambda(deviceRemove)
