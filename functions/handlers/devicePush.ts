import * as z from 'zod'
import { authSecret, p256dh } from '../adapters/pushKeys.ts'
import { devices, lambda, payers, ringRequests, type World } from '../composition.ts'
import { trustedDevice } from '../core/channels/approvals.ts'
import { changeSubscription } from '../core/channels/subscribing.ts'
import { deviceApiUrl, deviceProof, pushKey, pushServices } from '../deviceComposition.ts'
import { deviceEndpoint } from '../http/endpoint.ts'
import { deviceRules } from '../providerComposition.ts'

/** A browser's `PushSubscription.toJSON()`, whose `expirationTime` no browser sets to anything but null. */
const subscription = z.strictObject({
  endpoint: z.string(),
  expirationTime: z.number().nullable().optional(),
  keys: z.strictObject({ p256dh, auth: authSecret }),
})

/** The body: another subscription, null for none, a test ring, or nothing to be told the key alone. */
export const body = z
  .strictObject({
    subscription: subscription.nullable().optional(),
    test: z.literal(true).optional(),
  })
  .refine(({ subscription, test }) => subscription === undefined || test === undefined, {
    path: ['test'],
    error: 'Ask for the test ring in a request of its own.',
  })

/**
 * `POST /device/push`: where this device is rung, with the key that its browser needs to subscribe; or a test ring.
 *
 * Refuses: `device_not_trusted`, `locked`, `invalid_request`, `too_many_rings`.
 */
export const devicePush = (world: World) => {
  const ports = {
    payers: payers(world),
    devices: devices(world),
    ringRequests: ringRequests(world),
    services: pushServices(world),
    clock: world.clock,
    rules: deviceRules(world),
  }
  const key = pushKey(world)
  return deviceEndpoint(world, { apiUrl: deviceApiUrl(world), body }, async (request) => {
    const trusted = await trustedDevice(ports, deviceProof(request, world.clock()))
    const { subscription: given, test } = request.body()
    const subscribed = await changeSubscription(ports, trusted, {
      subscription: given && { endpoint: given.endpoint, ...given.keys },
      test,
    })
    return { status: 200, body: { pushKey: (await key()).publicKey, subscribed } }
  })
}

export const handler = lambda(devicePush)
