/** How a payment ends by push, or by the payer's own cancel. */
import {
  type Evidence,
  type Payment,
  type PushContent,
  type RefusedAnswer,
  shownText,
  whyClosed,
} from './payment.ts'
import type { Clock, Codes, Decision, PaymentStore } from './ports.ts'
import { type DenialPorts, noteDenial } from './pushPause.ts'
import { Refusal } from './refusals.ts'

export type Ports = { readonly payments: PaymentStore; readonly clock: Clock }

/** The payment, or `not_found` for no payment and for another payer's alike. */
export async function paymentOf(
  { payments }: Ports,
  payerId: string,
  id: string,
): Promise<Payment> {
  const payment = await payments.get(payerId, id)
  if (!payment) throw new Refusal('not_found')
  return payment
}

/** The payer changes their mind. A cancelled payment may be cancelled again; any other end stands. */
export async function cancelPayment(
  ports: Ports & { readonly codes: Pick<Codes, 'end'> },
  payerId: string,
  id: string,
): Promise<Payment> {
  const decision: Decision = { status: 'cancelled', channel: null, by: 'payer', only: { payerId } }
  const cancelled = await ports.payments.decide(id, decision, ports.clock())
  if (cancelled) {
    await endCodeOf(ports, cancelled)
    return cancelled
  }
  const payment = await paymentOf(ports, payerId, id)
  if (payment.status === 'cancelled') return payment
  // Open all the same: its start was under way, and it was not there yet when the write came.
  throw whyClosed(payment, ports.clock()) ?? new Refusal('not_found')
}

/** A payment that ended without its code leaves none behind that is still good for something. */
export async function endCodeOf(
  { codes }: { readonly codes: Pick<Codes, 'end'> },
  { textId }: Pick<Payment, 'textId'>,
): Promise<void> {
  if (textId !== undefined) await codes.end(textId)
}

/** A person's answer to a push, as the provider's signed callback tells it. */
export type PushAnswer = {
  readonly pushId: string
  readonly authyId: string
  readonly status: 'approved' | 'denied'
  readonly shown: PushContent
  /** From the hidden details; absent where the provider lost them. */
  readonly paymentId: string | undefined
  readonly payerId: string | undefined
  readonly proof: Pick<
    Extract<Evidence, { kind: 'push-callback' }>,
    'device_signature' | 'device_id' | 'signed_at' | 'nonce'
  >
}

/** What a callback did. Only `decided` decided; `mismatch` is somebody's mistake or attack, and is noted. */
export type CallbackOutcome = 'decided' | 'repeated' | 'too_late' | 'unknown' | 'mismatch'

/**
 * Decide a payment by push. The payment is found by our own id in the signed hidden details, which
 * has no lag, and only without one by the push's id. The words shown must be the words stored
 * (RTS Art. 5(1)(c)). A denial is looked at once it is stored, and again where its callback comes again; one
 * that comes after the end is noted and decides nothing.
 */
export async function decideByPush(
  ports: Ports & DenialPorts,
  answer: PushAnswer,
): Promise<CallbackOutcome> {
  const { payments, clock } = ports
  const { pushId, authyId, payerId, shown, proof } = answer
  const byPush = answer.paymentId === undefined ? await payments.findByPush(pushId) : undefined
  const id = answer.paymentId ?? byPush?.paymentId
  if (id === undefined) return 'unknown'

  const evidence: Evidence = {
    kind: 'push-callback',
    push_id: pushId,
    authy_id: authyId,
    shown: shownText(shown),
    ...proof,
  }
  const only = { authyId, shown, ...(payerId && { payerId }), ...(byPush && { pushId }) }
  const { status } = answer
  const decision: Decision = { status, channel: 'push', by: 'payer', evidence, pushId, only }
  const decided = await payments.decide(id, decision, clock())
  if (decided) {
    await noteDenial(ports, decided)
    return 'decided'
  }

  const payment = await payments.find(id)
  if (!payment || !isAnswerTo(payment, answer)) {
    const named = { paymentId: id, pushIds: byPush ? [] : [pushId] }
    const refused = await refuseAnswer(ports, named, 'answer_mismatched')
    return payment || refused.length > 0 ? 'mismatch' : 'unknown'
  }
  if (payment.status === status && payment.decidedBy === 'push') {
    await noteDenial(ports, payment)
    return 'repeated'
  }
  if (status === 'denied') await denyLate(ports, payment)
  return 'too_late'
}

/**
 * A no to a payment that ended meanwhile counts for the pause all the same: else a thief would cancel each payment
 * as soon as its push is out. After the payer's own yes, by a code, or their no, it counts for nothing.
 */
async function denyLate(ports: Ports & DenialPorts, { paymentId, status }: Payment): Promise<void> {
  if (status === 'approved' || status === 'denied') return
  const { payments, clock } = ports
  const noted = await payments.noteLateDenial(paymentId, clock())
  // Noted before: the row may not have been told then.
  const payment = noted ?? (await payments.find(paymentId))
  if (payment) await noteDenial(ports, payment)
}

/** Whether what was answered is what was asked; none of it ever changes about a payment. */
const isAnswerTo = (payment: Payment, { authyId, payerId, shown }: PushAnswer): boolean =>
  payment.authyId === authyId &&
  (payerId === undefined || payment.payerId === payerId) &&
  shownText(payment.shown) === shownText(shown)

/** What a signed answer names: our own id, and its push by the provider's id, which may be said twice. */
export type Named = {
  readonly paymentId: string | undefined
  readonly pushIds: readonly string[]
}

/**
 * Note on each payment that a signed answer names that the answer was refused; the ids of those on which it
 * is noted now.
 *
 * Noted is what the provider signed, whoever's phone it names: nobody else can make this write, since the
 * hidden details with the payment's id are ours and no payer can word them. All that it takes from an honest
 * payer is the sweep's approval: their own signed answer and their code still approve.
 */
export async function refuseAnswer(
  { payments, clock }: Ports,
  { paymentId, pushIds }: Named,
  why: RefusedAnswer,
): Promise<string[]> {
  const ids = new Set(paymentId === undefined ? [] : [paymentId])
  // Also where the answer names another payment than its push's: the sweep would ask about this push. The index may
  // not know a push of just now; our own id, which every push of ours carries, has no lag.
  for (const pushId of new Set(pushIds)) {
    const found = await payments.findByPush(pushId)
    if (found) ids.add(found.paymentId)
  }
  const noted: string[] = []
  for (const id of ids) if (await payments.refuseAnswer(id, why, clock())) noted.push(id)
  return noted
}

/** A write was lost, and what is stored now tells why; if it does not, the fault is ours. */
export const lostTo = (why: Refusal | undefined, id: string): Error =>
  why ?? new Error(`a write to payment ${id} was lost to nothing`)
