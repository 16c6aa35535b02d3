/**
 * How a payer's devices are rung. A ring has no authority: it says that something waits, and the page that it opens
 * shows only what the API lists. So a lost, late, double or forged ring changes nothing.
 */
import { activeDevices, type Device, type DeviceRules, isRung } from './device.ts'
import type { DeviceStore } from './devicePorts.ts'
import type { Payer } from './payer.ts'
import { statusAt } from './payment.ts'
import type { Clock, PayerStore, PaymentStore, PushAnswer, PushService } from './ports.ts'
import type { RingEvent } from './ringEvent.ts'
import { type Notification, wordsOf } from './ringWords.ts'

export type RingPorts = {
  readonly payers: Pick<PayerStore, 'get'>
  readonly payments: Pick<PaymentStore, 'get'>
  readonly devices: Pick<DeviceStore, 'endPush' | 'countAskRing'>
  readonly pushes: PushService
  readonly clock: Clock
  readonly rules: Pick<DeviceRules, 'waitHours'>
  /** The page's address without a slash at its end. */
  readonly siteUrl: string
  /** Waits before the second try. */
  readonly pause: () => Promise<void>
}

/** What became of a device's ring. `late`: its time was over before a push service took it. */
export type Rung = {
  readonly deviceId: string
  readonly answer: PushAnswer | 'late'
  /** When a push service took it, or when it was given up. */
  readonly at: Date
}

/** A change of an account is told to a browser that is offline until then for so many seconds. */
const ACCOUNT_RING_SECONDS = 86_400
/** Who tests looks at the phone now. */
const TEST_RING_SECONDS = 60

/** One more try, and no third: the open page asks every few seconds itself, and a busy service wants fewer. */
const TRIES_MAX = 2

/**
 * Ring the payer's devices: those that approve; of a recovery, and of its own removal, also one that a session removed
 * and that can stop or undo it. The device that another change is about is not rung.
 *
 * A payment that was cancelled or decided meanwhile rings nobody, and of what asks for a yes only so many ring in an hour:
 * a phone that rings for nothing teaches its owner to press without reading.
 */
export async function ringDevices(ports: RingPorts, event: RingEvent): Promise<readonly Rung[]> {
  const until = endOf(event)
  if (ports.clock() >= until) return []
  const [payer, isOver] = await Promise.all([
    ports.payers.get(event.payerId),
    isSettled(ports, event),
  ])
  if (!payer || isOver) return []
  const end = waitOf(event, payer) ?? until
  const rings = rungDevices(payer, event, ports.rules, ports.clock()).flatMap((device) => {
    const words = wordsOf(event, payer, device, ports.siteUrl, ports.clock())
    return words && device.push ? [{ device, push: device.push, words }] : []
  })
  const isAsk = event.type === 'device.asks' || event.type === 'phone.asks'
  if (rings.length === 0) return []
  if (isAsk && !(await ports.devices.countAskRing(payer.payerId, ports.clock()))) return []
  const rung = rings.map(({ device, push, words }) =>
    ringDevice(ports, payer, { id: device.id, push }, words, end),
  )
  return Promise.all(rung)
}

/** Whether the payment no longer waits for an answer. */
async function isSettled({ payments, clock }: RingPorts, event: RingEvent): Promise<boolean> {
  if (event.type !== 'payment.pending') return false
  const payment = await payments.get(event.payerId, event.paymentId)
  return payment === undefined || statusAt(payment, clock()) !== 'pending'
}

function endOf(event: RingEvent): Date {
  switch (event.type) {
    case 'payment.pending':
      return event.expiresAt
    case 'device.asks':
    case 'phone.asks':
      return event.until
    case 'device.test':
      return new Date(event.at.getTime() + TEST_RING_SECONDS * 1000)
    default:
      return new Date(event.at.getTime() + ACCOUNT_RING_SECONDS * 1000)
  }
}

/** A device that waits is rung for until it waits no more: then nothing is left to stop. */
const waitOf = (event: RingEvent, { devices }: Payer): Date | undefined =>
  event.type === 'device.waiting'
    ? devices.all.find(({ id }) => id === event.deviceId)?.activeFrom
    : undefined

function rungDevices(
  payer: Payer,
  event: RingEvent,
  rules: Pick<DeviceRules, 'waitHours'>,
  now: Date,
): readonly Device[] {
  const { devices, state } = payer
  const active = activeDevices(devices, now)
  switch (event.type) {
    case 'payment.pending':
      // The operator's lock has ended the payments.
      return state ? [] : active
    case 'device.test':
      return active.filter(({ id }) => id === event.deviceId)
    case 'device.asks':
    case 'phone.asks':
      return active
    default: {
      const others = active.filter(({ id }) => id !== event.deviceId)
      // One that a session removed may be stolen, so it hears only of what it can stop or undo.
      const isItsOwn = (id: string) => event.type === 'device.removed' && id === event.deviceId
      const removed = devices.all.filter(
        (device) =>
          (event.type === 'device.waiting' || isItsOwn(device.id)) &&
          isRung(device, devices, rules, now),
      )
      return [...others, ...removed]
    }
  }
}

type Rungable = Pick<Device, 'id'> & { readonly push: NonNullable<Device['push']> }

async function ringDevice(
  { pushes, devices, clock, pause }: RingPorts,
  { payerId }: Payer,
  { id: deviceId, push }: Rungable,
  { topic, ...notification }: Notification & { readonly topic: string },
  until: Date,
): Promise<Rung> {
  const text = JSON.stringify({ web_push: 8030, notification })
  let answer: Rung['answer'] = 'late'
  let at = clock()
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (tries > 0) await pause()
    const ttlSeconds = Math.floor((until.getTime() - clock().getTime()) / 1000)
    if (ttlSeconds <= 0) break
    answer = await pushes.push(push, { text, ttlSeconds, topic })
    at = clock()
    if (answer !== 'busy') break
  }
  if (answer === 'gone') await devices.endPush(payerId, deviceId, push.endpoint)
  return { deviceId, answer, at }
}
