/** Finding a payment, cancelling it, and explaining a failed condition. */
import { CHANNELS } from './channel.ts'
import { type Payment, whyClosed } from './payment.ts'
import type { ChannelEnds, Clock, Decision, PaymentStore } from './ports.ts'
import { Refusal } from './refusals.ts'

export type PaymentPorts = { readonly payments: PaymentStore; readonly clock: Clock }

/** The payer's payment. Refuses `not_found`, the same for a missing payment and for another payer's. */
export async function requirePayment(
  { payments }: PaymentPorts,
  payerId: string,
  id: string,
): Promise<Payment> {
  const payment = await payments.get(payerId, id)
  if (!payment) throw new Refusal('not_found')
  return payment
}

/**
 * Cancel a payment for its payer; a cancelled one may be cancelled again.
 *
 * Refuses: `not_found`, `expired`, `already_decided`.
 */
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
  // Pending now: its start stored it between the failed write and this read.
  throw whyClosed(payment, ports.clock()) ?? new Refusal('not_found')
}

/** End the codes that an ended payment left on its channels. */
export async function endChannels(
  { ends }: { readonly ends: ChannelEnds },
  payment: Payment,
): Promise<void> {
  await Promise.all(CHANNELS.map((channel) => ends[channel]?.(payment)))
}

/** The refusal that explains a failed condition; a fault if none applies to the payment as stored now. */
export const whyConditionFailed = (why: Refusal | undefined, id: string): Error =>
  why ?? new Error(`conditional write failed although its condition holds: payment ${id}`)
