/** Starting a payment: stored before the payer is reached, once per idempotency key. */
import { displayText, type PaymentAction, sameAction } from './action.ts'
import { CHANNELS, type Channel, forEachChannel, type PaymentChannels } from './channel.ts'
import {
  activeDevices,
  areTextsClosed,
  type DeviceRules,
  type Devices,
  NO_DEVICES,
} from './device.ts'
import { whyStartsLocked } from './disowning.ts'
import { admit, type Payer, type SignedIn, type TrustedPhone } from './payer.ts'
import { type Payment, statusAt } from './payment.ts'
import type {
  Begun,
  ChannelStart,
  ChannelStarts,
  Clock,
  Limits,
  PayerStore,
  PaymentStore,
  PhoneIds,
  Switches,
} from './ports.ts'
import { Refusal, switchedOff } from './refusals.ts'

export type StartPorts = {
  readonly payments: PaymentStore
  readonly payers: PayerStore
  readonly limits: Limits
  readonly switches: Pick<Switches, 'paymentsOff'>
  readonly phoneIds: PhoneIds
  readonly channels: ChannelStarts
  readonly clock: Clock
  /** A new random reference at each call. */
  readonly newReference: () => string
  readonly lifeSeconds: number
  readonly rules: Pick<DeviceRules, 'waitHours' | 'textsBesideDevice' | 'hasTexts'>
}

export type StartRequest = SignedIn & {
  readonly paymentId: string
  readonly requestId: string
  /** The caller's IP address, sent in the push's hidden details; no rule reads it. */
  readonly ip: string
  readonly action: PaymentAction
}

/**
 * Start a payment and reach its payer. A repeated key returns the payment as it is now.
 *
 * Refuses: `locked` (by the operator), `phone_not_verified`, `device_required` (no device is active, and texts are closed
 * or there are none), `starts_locked`, `idempotency_key_reused` (another action),
 * `payments_off` (a new payment only), `too_many_open_payments`, `too_many_payments`, `already_decided` (cancelled by the operator before
 * it was stored), `provider_unavailable` (the phone has no id at the provider and could not get one; nothing is
 * stored). Throws `SessionEnded`.
 */
export async function startPayment(
  ports: StartPorts,
  request: StartRequest,
): Promise<{ payment: Payment; created: boolean }> {
  const { payments, payers, limits, clock } = ports
  const { payerId, paymentId, action } = request
  const [known, payer, starts, channels] = await Promise.all([
    payments.get(payerId, paymentId),
    payers.get(payerId),
    limits.readStarts(payerId),
    startsOf(ports.channels, payerId),
  ])
  admit(payer, request)
  const devices = payer?.devices ?? NO_DEVICES
  const hasDevice = activeDevices(devices, clock()).length > 0
  const hasTexts = ports.rules.hasTexts && !areTextsClosed(devices, ports.rules, clock())
  const phone = hasTexts ? payer?.phone : undefined
  if (!payer || (!phone && !hasDevice)) {
    throw new Refusal(hasTexts && !devices.since ? 'phone_not_verified' : 'device_required')
  }
  if (known) return { payment: await repeat(channels, request, known, devices), created: false }
  const locked = whyStartsLocked(payer, clock())
  if (locked) throw locked
  if (await ports.switches.paymentsOff()) throw switchedOff('payments_off')

  const providerPhoneId = phone && (await enrolled(ports, payer, phone))
  const createdAt = clock()
  const expiresAt = new Date(createdAt.getTime() + ports.lifeSeconds * 1000)
  const isOver = async (id: string) => {
    const other = await payments.get(payerId, id)
    // A payment that was reserved but is not stored still counts as open: its start may be under way.
    return other !== undefined && statusAt(other, clock()) !== 'pending'
  }
  const { sessionsFrom } = payer
  const start = { payerId, paymentId, expiresAt, sessionsFrom }
  await limits.reserveStart(start, isOver, createdAt, starts)

  const reference = ports.newReference()
  const { email } = request
  const shown = { paymentId, payerId, email, action, displayText: displayText(action), reference }
  const begin = { ...shown, phone, devices, now: createdAt, expiresAt }
  const begun = forEachChannel<ByChannel>((channel) => channels[channel].begin(begin))
  const payment: Payment = {
    paymentId,
    payerId,
    requestId: request.requestId,
    providerPhoneId,
    reference,
    action,
    displayText: shown.displayText,
    outcome: { status: 'pending' },
    channels: forEachChannel<PaymentChannels>((channel) => begun[channel].state),
    createdAt,
    expiresAt,
  }
  const told = CHANNELS.flatMap((channel) => begun[channel].told ?? [])
  if (await payments.insert(payment, told)) {
    return { payment: await reach(channels, request, payment), created: true }
  }
  // A request with the same key stored the payment first …
  const winner = await payments.get(payerId, paymentId)
  // … or the operator locked or closed the account meanwhile and barred this payment's id …
  if (!winner) throw new Refusal('already_decided', { paymentStatus: 'cancelled' })
  // … or this request's own insert succeeded, its answer was lost, and the SDK repeated it.
  if (winner.requestId === request.requestId) {
    return { payment: await reach(channels, request, winner), created: true }
  }
  return { payment: await repeat(channels, request, winner, devices), created: false }
}

/** The provider's id of the payer's phone, requested now if it is missing or another provider gave it. */
export async function enrolled(
  { payers, phoneIds }: Pick<StartPorts, 'payers' | 'phoneIds'>,
  payer: Payer,
  phone: TrustedPhone,
): Promise<string> {
  if (phone.providerPhoneId && phoneIds.gave(phone.providerPhoneId)) return phone.providerPhoneId
  const providerPhoneId = await phoneIds.enroll(payer, phone)
  await payers.saveProviderPhoneId(payer.payerId, phone, providerPhoneId)
  return providerPhoneId
}

type Starting = { readonly [C in Channel]: ChannelStart<C> }
type ByChannel = { readonly [C in Channel]: Begun<C> }

/** Each channel's part in this start. */
async function startsOf(channels: ChannelStarts, payerId: string): Promise<Starting> {
  const ready = await Promise.all(
    CHANNELS.map(async (channel) => [channel, await channels[channel](payerId)]),
  )
  return Object.fromEntries(ready)
}

async function repeat(
  channels: Starting,
  request: StartRequest,
  payment: Payment,
  { since }: Devices,
): Promise<Payment> {
  if (!sameAction(payment.action, request.action)) throw new Refusal('idempotency_key_reused')
  // From the first device on no push goes out, so one that may be lost is not sent again either.
  if (since) return payment
  let now = payment
  for (const channel of CHANNELS) {
    now = (await channels[channel].reachAgain?.(now, request)) ?? now
  }
  return now
}

/** Reach the payer on each channel, one after the other because each writes to the payment. */
async function reach(
  channels: Starting,
  request: StartRequest,
  payment: Payment,
): Promise<Payment> {
  let now = payment
  for (const channel of CHANNELS) now = (await channels[channel].reach?.(now, request)) ?? now
  return now
}
