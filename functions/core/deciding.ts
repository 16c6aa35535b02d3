/** How a payment is found, and how its payer cancels it. */
import { CHANNELS } from './channel.ts'
import { type Payment, whyClosed } from './payment.ts'
import type { ChannelEnds, Clock, Decision, PaymentStore } from './ports.ts'
import { Refusal } from './refusals.ts'

export type PaymentPorts = { readonly payments: PaymentStore; readonly clock: Clock }

/** The payment, or `not_found` for no payment and for another payer's alike. */
export async function requirePayment(
  { payments }: PaymentPorts,
  payerId: string,
  id: string,
): Promise<Payment> {
  const payment = await payments.get(payerId, id)
  if (!payment) throw new Refusal('not_found')
  return payment
}

/** The payer changes their mind. A cancelled payment may be cancelled again; any other end stands. */
export async function cancelPayment(
  ports: PaymentPorts & { readonly ends: ChannelEnds },
  payerId: string,
  id: string,
): Promise<Payment> {
  const decision: Decision = { status: 'cancelled', channel: null, by: 'payer', only: { payerId } }
  const cancelled = await ports.payments.decide(id, decision, ports.clock())
  if (cancelled) {
    await endChannels(ports, cancelled)
    return cancelled
  }
  const payment = await requirePayment(ports, payerId, id)
  if (payment.outcome.status === 'cancelled') return payment
  // Open all the same: its start was under way, and it was not there yet when the write came.
  throw whyClosed(payment, ports.clock()) ?? new Refusal('not_found')
}

/** End on every channel what a payment has left there that is over. */
export async function endChannels(
  { ends }: { readonly ends: ChannelEnds },
  payment: Payment,
): Promise<void> {
  await Promise.all(CHANNELS.map((channel) => ends[channel]?.(payment)))
}

/** Why the condition of a write failed, told from what is stored now; a fault of ours if that does not tell it. */
export const whyConditionFailed = (why: Refusal | undefined, id: string): Error =>
  why ?? new Error(`conditional write failed although its condition holds: payment ${id}`)
