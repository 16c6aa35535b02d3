import * as z from 'zod'
import { devices, lambda, payers, payments, ringPause, type World } from '../composition.ts'
import { RING_SOURCE, RINGING_ACCOUNT_EVENTS, type RingEvent } from '../core/ringEvent.ts'
import { ringDevices as ring } from '../core/ringing.ts'
import type { Same } from '../core/same.ts'
import { pushes, siteUrl } from '../deviceComposition.ts'
import { count, flush, logger, measure } from '../observe.ts'
import { deviceRules } from '../providerComposition.ts'
import type { ringing } from '../routes.ts'

/** What the bus calls this Lambda for is what rings, and nothing else. */
true satisfies Same<(typeof ringing)[keyof typeof ringing][number], RingEvent['type']>
RING_SOURCE satisfies keyof typeof ringing

const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text))
const common = { version: z.literal(1), payerId: z.string() }

/** The events of the bus that ring, as far as a ring needs them. */
const event = z.discriminatedUnion('detail-type', [
  z.object({
    'detail-type': z.literal('payment.pending'),
    detail: z.object({
      ...common,
      paymentId: z.string(),
      displayText: z.string(),
      createdAt: instant,
      expiresAt: instant,
    }),
  }),
  z.object({
    'detail-type': z.enum(RINGING_ACCOUNT_EVENTS),
    detail: z.object({ ...common, at: instant, device: z.object({ id: z.string() }).optional() }),
  }),
  z.object({
    'detail-type': z.literal('device.test'),
    detail: z.object({ ...common, at: instant, deviceId: z.string() }),
  }),
  z.object({
    'detail-type': z.literal('device.asks'),
    detail: z.object({ ...common, until: instant, deviceId: z.string() }),
  }),
  z.object({
    'detail-type': z.literal('phone.asks'),
    detail: z.object({ ...common, until: instant, verificationId: z.string() }),
  }),
])

/**
 * Takes the events of the bus that ring, one at a time, and rings the payer's devices. A push service's fault is counted
 * and ends nothing; a fault of the table or the secret fails the run, so that Lambda tries again, and so does a service
 * that is busy when an account has changed.
 */
export const ringDevices = (world: World) => {
  const ports = {
    payers: payers(world),
    payments: payments(world),
    devices: devices(world),
    pushes: pushes(world),
    clock: world.clock,
    rules: deviceRules(world),
    siteUrl: siteUrl(world),
    pause: ringPause,
  }
  return async (delivered: unknown): Promise<{ taken: number }> => {
    try {
      const told = ringEventOf(event.parse(delivered))
      const rung = await ring(ports, told)
      const those = (...answers: string[]) =>
        rung.filter(({ answer }) => answers.includes(answer)).length
      const taken = those('taken')
      count('PushTaken', taken)
      count('PushGone', those('gone'))
      count('PushLost', those('busy', 'late'))
      if (told.type === 'payment.pending') {
        for (const { answer, at } of rung) {
          if (answer === 'taken') measure('RingMs', at.getTime() - told.createdAt.getTime())
        }
      }
      logger.info('ring', {
        event: told.type,
        ...(told.type === 'payment.pending' && { paymentId: told.paymentId }),
        rung: rung.map(({ answer }) => answer),
      })
      // An account's change is told for a day, so that Lambda may try again minutes later; a payment's ring is late then.
      if (told.type !== 'payment.pending' && told.type !== 'device.test' && those('busy') > 0) {
        throw new Error('a push service was busy')
      }
      return { taken }
    } finally {
      flush()
    }
  }
}

function ringEventOf({ 'detail-type': type, detail }: z.infer<typeof event>): RingEvent {
  if (type === 'payment.pending') return { type, ...detail }
  if (type === 'device.test') return { type, ...detail }
  if (type === 'device.asks') return { type, ...detail }
  if (type === 'phone.asks') return { type, ...detail }
  const { payerId, at, device } = detail
  return { type, payerId, at, deviceId: device?.id }
}

export const handler = lambda(ringDevices)
