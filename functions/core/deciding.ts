/** How a payment ends: by push, by code, by the payer's own cancel, or by the clock. */
import {
  CODE_ATTEMPTS_MAX,
  type Evidence,
  type Payment,
  type PushContent,
  shownText,
  statusAt,
  TEXT_PAUSE_SECONDS,
  TEXTS_MAX,
  whyClosed,
  words,
} from './payment.ts'
import type {
  Bound,
  Clock,
  Codes,
  Decision,
  Limits,
  PayerStore,
  PaymentStore,
  Push,
} from './ports.ts'
import { Refusal, secondsUntil } from './refusals.ts'

type Ports = { readonly payments: PaymentStore; readonly clock: Clock }

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
export async function cancelPayment(ports: Ports, payerId: string, id: string): Promise<Payment> {
  const decision: Decision = { status: 'cancelled', channel: null, by: 'payer', only: { payerId } }
  const cancelled = await ports.payments.decide(id, decision, ports.clock())
  if (cancelled) return cancelled
  const payment = await paymentOf(ports, payerId, id)
  if (payment.status === 'cancelled') return payment
  throw lost(payment, ports.clock())
}

/**
 * Text the payer a code for this payment.
 *
 * Counted before it is asked for, so that no burst and no crash gives more texts than the limits.
 * Refuses: `not_found`, `expired`, `already_decided`, `no_attempts_left`, `too_many_sms`,
 * `provider_unavailable`.
 */
export async function textCode(
  ports: Ports & { readonly payers: PayerStore; readonly limits: Limits; readonly codes: Codes },
  payerId: string,
  id: string,
): Promise<Payment> {
  const { payments, payers, limits, codes, clock } = ports
  const now = clock()
  const payment = await payments.reserveText(payerId, id, ago(now, TEXT_PAUSE_SECONDS), now)
  if (!payment) throw await whyNoText(ports, payerId, id)
  const payer = await payers.get(payerId)
  if (!payer?.phone) throw new Error(`payment ${id} was started without a phone`)
  await limits.spendText(payerId, payer.phone, clock())
  await codes.send(payment.authyId, bound(payment))
  return payment
}

/**
 * Approve a payment with the code from the text.
 *
 * Refuses: `not_found`, `expired`, `already_decided`, `no_code_sent`, `no_attempts_left`,
 * `wrong_code`, and `provider_unavailable` where no verdict came; the attempt stays spent.
 */
export async function approveWithCode(
  ports: Ports & { readonly codes: Codes },
  payerId: string,
  id: string,
  code: string,
): Promise<Payment> {
  const { payments, codes, clock } = ports
  // Reserved before the provider is asked, so that a burst of guesses cannot outrun the limit.
  const payment = await payments.reserveAttempt(payerId, id, clock())
  if (!payment) throw await whyNoAttempt(ports, payerId, id)
  if (!(await codes.check(payment.authyId, bound(payment), code))) {
    throw await wrongCode(ports, payment)
  }
  const evidence: Evidence = { kind: 'sms-code', authy_id: payment.authyId, ...bound(payment) }
  const only = { payerId, authyId: payment.authyId }
  const approved: Decision = { status: 'approved', channel: 'sms', by: 'payer', evidence, only }
  const decided = await payments.decide(id, approved, clock())
  if (decided) return decided
  const now = await paymentOf(ports, payerId, id)
  // Another of the payer's own right codes was faster: what they asked for has happened.
  if (now.status === 'approved' && now.decidedBy === 'sms') return now
  throw lost(now, clock())
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

/** What a callback did. All but `decided` changed nothing; `mismatch` is somebody's mistake or attack. */
export type CallbackOutcome = 'decided' | 'repeated' | 'too_late' | 'unknown' | 'mismatch'

/**
 * Decide a payment by push. The payment is found by our own id in the signed hidden details, which
 * has no lag, and only without one by the push's id. The words shown must be the words stored
 * (RTS Art. 5(1)(c)).
 */
export async function decideByPush(ports: Ports, answer: PushAnswer): Promise<CallbackOutcome> {
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
  if (await payments.decide(id, decision, clock())) return 'decided'

  const payment = await payments.find(id)
  if (!payment) return 'unknown'
  if (payment.authyId !== authyId) return 'mismatch'
  if (payerId !== undefined && payment.payerId !== payerId) return 'mismatch'
  if (shownText(payment.shown) !== shownText(shown)) return 'mismatch'
  return payment.status === status && payment.decidedBy === 'push' ? 'repeated' : 'too_late'
}

/** A push undecided for this long is asked about: its callback may be lost. */
const PUSH_READ_AFTER_SECONDS = 20
const PUSH_READ_EVERY_SECONDS = 60

/** What a sweep did; `faults` of single payments do not stop the others. */
export type Swept = { expired: number; decided: number; asked: number; faults: unknown[] }

/** End what is due, and ask the provider about pushes that have been silent for long. */
export async function sweep(ports: Ports & { readonly push: Push }): Promise<Swept> {
  const swept: Swept = { expired: 0, decided: 0, asked: 0, faults: [] }
  for await (const open of ports.payments.open()) {
    try {
      const now = ports.clock()
      if (now >= open.expiresAt) {
        if (await ports.payments.expire(open.paymentId, now)) swept.expired += 1
        continue
      }
      if (!open.pushId || open.pushAskedAt > ago(now, PUSH_READ_AFTER_SECONDS)) continue
      const lastBefore = ago(now, PUSH_READ_EVERY_SECONDS)
      if (open.pushReadAt && open.pushReadAt > lastBefore) continue
      if (!(await ports.payments.claimPushRead(open.paymentId, lastBefore, now))) continue
      swept.asked += 1
      if (await decideByRead(ports, open.paymentId, open.pushId, open.authyId)) swept.decided += 1
    } catch (fault) {
      // A provider that does not answer is asked again in a minute.
      if (!(fault instanceof Refusal)) swept.faults.push(fault)
    }
  }
  return swept
}

/**
 * The provider's own answer shows no terms, so it decides only the payment whose stored push was
 * asked about and whose phone it names.
 */
async function decideByRead(
  { payments, push, clock }: Ports & { readonly push: Push },
  id: string,
  pushId: string,
  authyId: string,
): Promise<boolean> {
  const read = await push.read(pushId)
  if (read.status !== 'approved' && read.status !== 'denied') return false
  if (read.pushId !== pushId || read.authyId !== authyId) return false
  const now = clock()
  const evidence: Evidence = {
    kind: 'provider-read',
    push_id: pushId,
    authy_id: authyId,
    read_at: now.toISOString(),
  }
  const only = { pushId, authyId }
  const decision: Decision = {
    status: read.status,
    channel: 'push',
    by: 'provider',
    evidence,
    only,
  }
  return (await payments.decide(id, decision, now)) !== undefined
}

/** A code is bound to the payment itself and to its words, so that no two payments share one. */
const bound = (payment: Payment): Bound => ({
  action: payment.paymentId,
  words: words(payment.terms),
})

const ago = (now: Date, seconds: number) => new Date(now.getTime() - seconds * 1000)

/** A write was lost although the payment is the payer's: it is over, or was about to be. */
function lost(payment: Payment, now: Date): Error {
  return whyClosed(payment, now) ?? new Error(`payment ${payment.paymentId} is open`)
}

async function whyNoText(ports: Ports, payerId: string, id: string): Promise<Error> {
  const payment = await paymentOf(ports, payerId, id)
  const now = ports.clock()
  const closed = whyClosed(payment, now)
  if (closed) return closed
  if (payment.codeAttempts >= CODE_ATTEMPTS_MAX) return new Refusal('no_attempts_left')
  const again =
    payment.smsSends >= TEXTS_MAX || !payment.smsSentAt
      ? payment.expiresAt
      : new Date(payment.smsSentAt.getTime() + TEXT_PAUSE_SECONDS * 1000)
  return new Refusal('too_many_sms', { retryAfterSeconds: secondsUntil(again, now) })
}

async function whyNoAttempt(ports: Ports, payerId: string, id: string): Promise<Error> {
  const payment = await paymentOf(ports, payerId, id)
  const closed = whyClosed(payment, ports.clock())
  if (closed) return closed
  if (payment.smsSends === 0) return new Refusal('no_code_sent')
  return new Refusal('no_attempts_left')
}

/** Count a wrong code, and tell how many goes are left. */
async function wrongCode(ports: Ports, payment: Payment): Promise<Error> {
  const counted =
    (await ports.payments.countWrongCode(payment, ports.clock())) ??
    (await paymentOf(ports, payment.payerId, payment.paymentId))
  if (statusAt(counted, ports.clock()) === 'failed') {
    return new Refusal('wrong_code', { attemptsLeft: 0 })
  }
  const closed = whyClosed(counted, ports.clock())
  if (closed) return closed
  const attemptsLeft = CODE_ATTEMPTS_MAX - counted.codeAttempts
  // Attempts without a verdict are spent too: nothing is left, but the payment has not failed.
  if (attemptsLeft === 0) return new Refusal('no_attempts_left')
  return new Refusal('wrong_code', { attemptsLeft })
}
