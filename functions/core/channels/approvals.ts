/** What a device is asked: payments, a new device or phone number, and what it may stop. */
import type { PaymentPorts } from '../deciding.ts'
import type { Device } from '../device.ts'
import {
  activeDevices,
  alivePending,
  type DeviceRules,
  hasYes,
  isActive,
  isRung,
  isUndoable,
  isWaiting,
  waitingDevices,
} from '../device.ts'
import type { DeviceProof } from '../devicePorts.ts'
import { type DeviceView, deviceView, type RemovedView, removedView } from '../devicesView.ts'
import { type Notice, noticesOf } from '../notices.ts'
import type { Payer } from '../payer.ts'
import { type Payment, statusAt } from '../payment.ts'
import { alivePhone, phoneLeaveOf } from '../phoneLeave.ts'
import type { Clock, PayerStore, Starts } from '../ports.ts'
import { Refusal } from '../refusals.ts'
import { removalSigning } from '../signing.ts'
import { ASSERTIONS_MAX } from './deviceRules.ts'

/** The device that signed a request, and its payer. */
export type Trusted = {
  readonly payer: Payer
  readonly device: Device
  /**
   * False: a session removed it, and it is rung and may stop that removal and recoveries; or it waits, and only learns
   * until when.
   */
  readonly isActive: boolean
}

/**
 * The device of a proof. Refuses `device_not_trusted`, the same for an unknown, a pending, a removed device and a wrong
 * signature; `locked` by the operator.
 */
export async function trustedDevice(
  {
    payers,
    clock,
    rules,
  }: {
    readonly payers: Pick<PayerStore, 'get'>
    readonly clock: Clock
    readonly rules: Pick<DeviceRules, 'waitHours'>
  },
  proof: DeviceProof,
): Promise<Trusted> {
  const payer = proof.payerId === undefined ? undefined : await payers.get(proof.payerId)
  const device = payer?.devices.all.find(({ id }) => id === proof.thumbprint)
  if (!payer || !device) throw new Refusal('device_not_trusted')
  const now = clock()
  const approves = isActive(payer.devices, device.id, now)
  const waits = !device.removedAt && isWaiting(device, now)
  if (!approves && !waits && !isRung(device, payer.devices, rules, now)) {
    throw new Refusal('device_not_trusted')
  }
  if (!(await proof.isSignedBy(device.key))) throw new Refusal('device_not_trusted')
  if (payer.state) throw new Refusal('locked')
  return { payer, device, isActive: approves }
}

/** What waits for this device's answer, with the very text that it signs. */
export type ApprovalsView = {
  readonly email: string
  /** False: a session removed this device, and only what it may stop is here; or it waits, and nothing is. */
  readonly trusted: boolean
  readonly device: DeviceView & {
    /** The document by which this device removes itself; null if it is removed or waits. */
    readonly removal: string | null
    /** How its removal can be undone; null if it was not removed. */
    readonly removed: RemovedView | null
    /** RFC 3339: it waits until then, and approves nothing; null if it does not wait. */
    readonly activeFrom: string | null
  }
  /** The payer's other active devices, so that each shows a new one; none for one that is removed or waits. */
  readonly others: readonly DeviceView[]
  /** The account's notices, as the page shows them; none for a removed device. */
  readonly notices: readonly Notice[]
  readonly approvals: readonly Waiting[]
}

/** Something that waits for a device's answer. */
type Waiting = {
  readonly kind: 'payment' | 'device' | 'phone' | 'stop'
  readonly id: string
  readonly signing: string
}

/**
 * What waits for an answer: what can be stopped first, then a new device or number, then the payments, oldest first.
 *
 * @param starts the payer's counted starts, which the caller reads beside the device
 */
export async function approvalsFor(
  ports: PaymentPorts & { readonly rules: Pick<DeviceRules, 'waitHours'> },
  trusted: Trusted,
  starts: Starts | undefined,
): Promise<ApprovalsView> {
  const { payer, device } = trusted
  const { payerId, devices } = payer
  const waiting = trusted.isActive ? await paymentsWaiting(ports, payerId, starts) : []
  const now = ports.clock()
  const [removed = null] = removedView(device, ports.rules)
  return {
    email: payer.email,
    trusted: trusted.isActive,
    device: {
      ...deviceView(device),
      removal: trusted.isActive ? removalSigning(payerId, device) : null,
      removed,
      activeFrom: isWaiting(device, now) ? (device.activeFrom?.toISOString() ?? null) : null,
    },
    // A removed device, which may be in the wrong hands, is told only what it may stop.
    others: trusted.isActive
      ? activeDevices(devices, now)
          .filter(({ id }) => id !== device.id)
          .map(deviceView)
      : [],
    notices: trusted.isActive ? noticesOf(payer, now) : [],
    approvals: [
      ...stoppable(ports, trusted, now),
      ...(trusted.isActive ? changesWaiting(payer, now) : []),
      ...waiting,
    ],
  }
}

/** The recoveries that a device may stop, and its own removal while it can be undone, if it has not asked yet. */
function stoppable(
  { rules }: { readonly rules: Pick<DeviceRules, 'waitHours'> },
  { payer, device }: Trusted,
  now: Date,
): Waiting[] {
  const own = isUndoable(device, rules, now) && !device.stop?.askedAt ? [device] : []
  // A device that waits has no say, and stops neither itself nor another.
  if (isWaiting(device, now)) return []
  return [...own, ...waitingDevices(payer.devices, now)].flatMap(({ id, stop }) =>
    stop && (stop.failed[device.id] ?? 0) < ASSERTIONS_MAX
      ? [{ kind: 'stop', id: `stop.${id}`, signing: stop.signing }]
      : [],
  )
}

/** The new device and the new number that wait for a device's yes. */
function changesWaiting(payer: Payer, now: Date): Waiting[] {
  const pending = alivePending(payer.devices, now)
  const phone = alivePhone(payer, now)
  const leave = phone?.deviceLeave
  // The yes of a device that was removed since, and an invitation that has ended, let nothing in.
  const isAsked = leave && phoneLeaveOf(payer, now) === undefined
  return [
    ...(pending && !hasYes(payer.devices, now)
      ? [{ kind: 'device' as const, id: `device.${pending.id}`, signing: pending.signing }]
      : []),
    ...(phone && isAsked
      ? [{ kind: 'phone' as const, id: `phone.${phone.verificationId}`, signing: leave.signing }]
      : []),
  ]
}

/** The payments that wait for a device, oldest first. */
async function paymentsWaiting(
  { payments, clock }: PaymentPorts,
  payerId: string,
  starts: Starts | undefined,
): Promise<Waiting[]> {
  const found = await Promise.all(
    Object.keys(starts?.unfinished ?? {}).map((paymentId) => payments.get(payerId, paymentId)),
  )
  const now = clock()
  return found
    .filter((payment): payment is Payment => payment !== undefined)
    .filter((payment) => statusAt(payment, now) === 'pending')
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    .flatMap(({ paymentId, channels: { device } }) =>
      device.signing === undefined
        ? []
        : [{ kind: 'payment', id: `payment.${paymentId}`, signing: device.signing }],
    )
}
