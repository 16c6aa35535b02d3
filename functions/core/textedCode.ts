/** The second channel: a code by text, bound to one payment, spent before it is checked. */

import { endCodeOf, lostTo, type Ports, paymentOf } from './deciding.ts'
import { TEXT_PAUSE_SECONDS } from './limits.ts'
import { asGo, type LockoutPorts, whyLocked } from './lockout.ts'
import { admit, type Payer, type PhoneNumber, type SignedIn } from './payer.ts'
import {
  CODE_ATTEMPTS_MAX,
  type Evidence,
  type Payment,
  statusAt,
  TEXTS_MAX,
  whyClosed,
  words,
  wordsApart,
} from './payment.ts'
import type { Bound, Codes, Decision, Limits, PayerStore, Switches } from './ports.ts'
import { Refusal, secondsUntil, switchedOff } from './refusals.ts'

export type CodePorts = Ports & { readonly codes: Codes; readonly payers: PayerStore }

/**
 * Text the payer a code for this payment.
 *
 * Counted before it is asked for, so that no burst and no crash gives more texts than the limits.
 * Refuses: `phone_not_verified` (the payment's phone was replaced twice since), `not_found`, `expired`,
 * `already_decided`, `no_attempts_left`, `locked`, `sms_off`, `too_many_sms`, `invalid_request` (the phone
 * takes no texts), `provider_unavailable`. Throws `SessionEnded`.
 */
export async function textCode(
  ports: CodePorts & {
    readonly limits: Limits
    readonly switches: Pick<Switches, 'smsOff'>
  },
  signedIn: SignedIn,
  id: string,
): Promise<Payment> {
  const { payments, payers, limits, codes, clock } = ports
  const { payerId } = signedIn
  const [asked, payer] = await Promise.all([paymentOf(ports, payerId, id), payers.get(payerId)])
  admit(payer, signedIn)
  // Looked at first, so that a text which the payment refuses is not taken from the payer's hour …
  // … nor one whose code could not be entered.
  const refused = whyNoText(asked, clock()) ?? whyLocked(payer?.codesLockedUntil, clock())
  if (refused) throw refused
  const phone = phoneOf(asked, payer)
  if (await ports.switches.smsOff()) throw switchedOff('sms_off')
  await limits.spendPayingText(payerId, clock())
  // … and reserved after, so that one which the hour refuses is not taken from the payment.
  const now = clock()
  const payment = await payments.reserveText(
    payerId,
    id,
    new Date(now.getTime() - TEXT_PAUSE_SECONDS * 1000),
    now,
  )
  if (!payment) throw lostTo(whyNoText(await paymentOf(ports, payerId, id), clock()), id)
  const textId = await codes.send({ phone, authyId: payment.authyId }, bound(payment))
  if (textId === undefined) return payment
  const texted = await payments.saveText(id, textId)
  const closed = whyClosed(texted, clock())
  if (!closed) return texted
  // It ended while the text was under way, when nobody could know the text's name yet.
  await endCodeOf(ports, { textId })
  throw closed
}

/**
 * Approve a payment with the code from the text.
 *
 * Refuses: `not_found`, `expired`, `already_decided`, `no_code_sent`, `no_attempts_left`,
 * `locked`, `wrong_code`, `code_expired` (used before, or over), and `provider_unavailable` where no
 * verdict came; the attempt stays spent. Throws `SessionEnded`.
 */
export async function approveWithCode(
  ports: CodePorts & LockoutPorts & { readonly pause: () => Promise<void> },
  signedIn: SignedIn,
  id: string,
  code: string,
): Promise<Payment> {
  const { payments, payers, lockout, codes, clock } = ports
  const { payerId } = signedIn
  const payer = await payers.get(payerId)
  admit(payer, signedIn)
  const locked = whyLocked(payer?.codesLockedUntil, clock())
  if (locked) throw (await whyNoAttempt(ports, payerId, id)) ?? locked
  // Both are reserved before the provider is asked, so that a burst of guesses outruns neither limit: the
  // payment's first, because a burst at one payment is not to look like one at many.
  const payment = await payments.reserveAttempt(payerId, id, codes.byTextId, clock())
  // Nothing in the way all the same: the text was under way, and not there yet when the write came.
  if (!payment) throw (await whyNoAttempt(ports, payerId, id)) ?? new Refusal('no_code_sent')
  const verdict = await asGo(ports, payerId, () => codes.check(payment, bound(payment), code))
  if (verdict === 'wrong') throw await wrongCode(ports, payment)
  if (verdict === 'over') return approvedMeanwhile(ports, payment)
  const evidence = evidenceOf(payment, codes)
  const only = { payerId, authyId: payment.authyId }
  const approved: Decision = { status: 'approved', channel: 'sms', by: 'payer', evidence, only }
  const [decided] = await Promise.all([
    payments.decide(id, approved, clock()),
    lockout.reset(payerId).catch(ports.onLockoutFault),
  ])
  if (decided) return decided
  const now = await paymentOf(ports, payerId, id)
  if (approvedByCode(now)) return now
  throw lostTo(whyClosed(now, clock()), id)
}

/** A code is bound to the payment itself and to its words, so that no two payments share one. */
const bound = ({ paymentId, terms, reference }: Payment): Bound => ({
  action: paymentId,
  words: words(terms),
  ...wordsApart(terms, reference),
})

/** What the code was bound to, as its provider binds it. */
function evidenceOf(payment: Payment, { byTextId }: Codes): Evidence {
  const { authyId: authy_id, textId } = payment
  const { action, words, amount, payee } = bound(payment)
  if (!byTextId) return { kind: 'sms-code', authy_id, action, words }
  if (textId === undefined)
    throw new Error(`payment ${payment.paymentId} has a code without a text`)
  return { kind: 'verify-code', authy_id, verification_sid: textId, amount, payee }
}

/** What the payer asked for has happened, by another of their own right codes. */
const approvedByCode = ({ status, decidedBy }: Payment) =>
  status === 'approved' && decidedBy === 'sms'

/** The number that the payment's texts go to, which may no longer be the payer's newest. */
function phoneOf(payment: Payment, payer: Payer | undefined): PhoneNumber {
  const phones = [payer?.phone, payer?.previous]
  const phone = phones.find((one) => one?.authyId === payment.authyId)
  if (!phone) throw new Refusal('phone_not_verified')
  return phone
}

function whyNoText(payment: Payment, now: Date): Refusal | undefined {
  const closed = whyClosed(payment, now)
  if (closed) return closed
  if (payment.codeAttempts >= CODE_ATTEMPTS_MAX) return new Refusal('no_attempts_left')
  if (payment.smsSends >= TEXTS_MAX) return tooMany(payment.expiresAt, now)
  if (!payment.smsSentAt) return undefined
  const again = new Date(payment.smsSentAt.getTime() + TEXT_PAUSE_SECONDS * 1000)
  return now < again ? tooMany(again, now) : undefined
}

const tooMany = (again: Date, now: Date) =>
  new Refusal('too_many_sms', { retryAfterSeconds: secondsUntil(again, now) })

async function whyNoAttempt(
  ports: CodePorts,
  payerId: string,
  id: string,
): Promise<Refusal | undefined> {
  const payment = await paymentOf(ports, payerId, id)
  const closed = whyClosed(payment, ports.clock())
  if (closed) return closed
  // A text that got no name, because of a crash or the provider's fault, is none that can be checked.
  const isTexted = ports.codes.byTextId ? payment.textId !== undefined : payment.smsSends > 0
  if (!isTexted) return new Refusal('no_code_sent')
  return payment.codeAttempts < CODE_ATTEMPTS_MAX ? undefined : new Refusal('no_attempts_left')
}

/** How often, with a pause between, a used code's own request is looked for. */
const LOOKS_MAX = 3

/**
 * The provider took this code before: so did a request of the same payer, which is just about to
 * write its approval, or one that a crash ended there. Only its write can approve, never this.
 */
async function approvedMeanwhile(
  ports: Ports & { readonly pause: () => Promise<void> },
  { payerId, paymentId }: Payment,
): Promise<Payment> {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const payment = await paymentOf(ports, payerId, paymentId)
    if (approvedByCode(payment)) return payment
    const closed = whyClosed(payment, ports.clock())
    if (closed) throw closed
    await ports.pause()
  }
  throw new Refusal('code_expired')
}

/** Count a wrong code, and tell how many goes are left. */
async function wrongCode(ports: CodePorts, payment: Payment): Promise<Error> {
  const counted =
    (await ports.payments.countWrongCode(payment, ports.clock())) ??
    (await paymentOf(ports, payment.payerId, payment.paymentId))
  if (statusAt(counted, ports.clock()) === 'failed') {
    await endCodeOf(ports, counted)
    return new Refusal('wrong_code', { attemptsLeft: 0 })
  }
  const closed = whyClosed(counted, ports.clock())
  if (closed) return closed
  const attemptsLeft = CODE_ATTEMPTS_MAX - counted.codeAttempts
  // Attempts without a verdict are spent too: nothing is left, but the payment has not failed.
  if (attemptsLeft === 0) return new Refusal('no_attempts_left')
  return new Refusal('wrong_code', { attemptsLeft })
}
