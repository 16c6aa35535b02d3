/** How a device says where it is rung, and asks for a test ring. */

import type { Device } from '../device.ts'
import type { DeviceStore } from '../devicePorts.ts'
import { TEST_RING_PAUSE_SECONDS } from '../limits.ts'
import type { Payer } from '../payer.ts'
import type { Clock, RingRequests } from '../ports.ts'
import { isPushEndpoint, type PushServices, type PushSubscription } from '../pushSubscription.ts'
import { invalidField, Refusal, secondsUntil } from '../refusals.ts'
import type { Trusted } from './approvals.ts'

/** What a browser's `PushSubscription.toJSON()` gives of itself. */
type GivenSubscription = Pick<PushSubscription, 'endpoint' | 'p256dh' | 'auth'>

/** What a device asks: nothing but the key, another subscription, none, or a test ring. */
export type PushRequest = {
  readonly subscription?: GivenSubscription | null | undefined
  readonly test?: true | undefined
}

export type SubscribePorts = {
  readonly devices: Pick<DeviceStore, 'savePush' | 'silence' | 'countTestRing'>
  readonly ringRequests: RingRequests
  readonly services: PushServices
  readonly clock: Clock
}

/**
 * Do what an active device asks.
 *
 * @returns whether it has a subscription then
 *
 * Refuses: `device_not_trusted` (also a removed device that is still rung, so that who stole it cannot silence it),
 * `invalid_request`, `too_many_rings`.
 */
export async function changeSubscription(
  ports: SubscribePorts,
  { payer, device, isActive }: Trusted,
  { subscription, test }: PushRequest,
): Promise<boolean> {
  const { devices, services, clock } = ports
  if (!isActive) throw new Refusal('device_not_trusted')
  if (test) return ring(ports, payer.payerId, device)
  if (subscription === undefined) return device.push !== undefined
  const now = clock()
  if (subscription === null) {
    const isTold = !wasToldLately(payer, device.id, now)
    if (device.push && !(await devices.silence(payer, device.id, isTold, now))) {
      throw new Refusal('device_not_trusted')
    }
    return false
  }
  if (!isPushEndpoint(subscription.endpoint, services)) {
    throw invalidField('subscription.endpoint', 'This is no address of a push service.')
  }
  if (isSame(device.push, subscription)) return true
  const saved = await devices.savePush(
    payer.payerId,
    device.id,
    { ...subscription, since: now },
    now,
  )
  if (!saved) throw new Refusal('device_not_trusted')
  return true
}

/** An event of the account for each hour at most: turning it on and off again must not fill the trail. */
const wasToldLately = ({ trail }: Payer, deviceId: string, now: Date): boolean =>
  trail.recent.some(
    ({ event, device, at }) =>
      event === 'device.silenced' &&
      device?.id === deviceId &&
      now.getTime() - Date.parse(at) < HOUR_MS,
  )

const HOUR_MS = 3_600_000

/** Browsers send their subscription each time the page is opened; an equal one needs no write. */
const isSame = (stored: PushSubscription | undefined, given: GivenSubscription): boolean =>
  stored?.endpoint === given.endpoint &&
  stored.p256dh === given.p256dh &&
  stored.auth === given.auth

/** The test goes the whole way of a payment's ring, so that it shows that this way works. */
async function ring(
  { devices, ringRequests, clock }: SubscribePorts,
  payerId: string,
  { id, push, testRingAt }: Device,
): Promise<boolean> {
  if (!push) return false
  const now = clock()
  const lastBefore = new Date(now.getTime() - TEST_RING_PAUSE_SECONDS * 1000)
  if (!(await devices.countTestRing(payerId, id, lastBefore, now))) {
    // Another one came at this moment, if the last that was read is long enough ago.
    const last = testRingAt && testRingAt > lastBefore ? testRingAt : now
    const next = new Date(last.getTime() + TEST_RING_PAUSE_SECONDS * 1000)
    throw new Refusal('too_many_rings', { retryAfterSeconds: secondsUntil(next, now) })
  }
  await ringRequests.ask(payerId, { type: 'device.test', deviceId: id, at: now })
  return true
}
