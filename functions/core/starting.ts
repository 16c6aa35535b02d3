/** Starting a payment: stored before the push is sent, once for each key however often it is asked. */
import { admit, masked, type Payer, type SignedIn, type TrustedPhone } from './payer.ts'
import {
  type NoPush,
  type Payment,
  PUSH_LOST_SECONDS,
  pushContent,
  sameTerms,
  statusAt,
  type Terms,
} from './payment.ts'
import type { Clock, Limits, PayerStore, PaymentStore, PhoneIds, Push, Switches } from './ports.ts'
import { answersFrom, type PushAnswered, pushPausedUntil } from './pushPause.ts'
import { Refusal, switchedOff } from './refusals.ts'

/** The push ends this much before the payment, so that a late yes on the phone is not a surprise. */
const PUSH_ENDS_EARLIER_SECONDS = 10
/** Less than this is not worth asking for; and 0 would mean for ever to the provider. */
const PUSH_SECONDS_MIN = 10

export type StartPorts = {
  readonly payments: PaymentStore
  readonly payers: PayerStore
  readonly limits: Limits
  readonly switches: Pick<Switches, 'paymentsOff'>
  readonly phoneIds: PhoneIds
  /** None where the provider has none: the text is offered at once. */
  readonly push: Push | undefined
  readonly clock: Clock
  /** Another each time, by chance. */
  readonly newReference: () => string
  readonly lifeSeconds: number
  /** Told of faults that the payer is not bothered with, because the text is open to them. */
  readonly onPushFault: (paymentId: string, fault: unknown) => void
}

export type StartRequest = SignedIn & {
  readonly paymentId: string
  readonly requestId: string
  /** Where the request came from: recorded in the push's hidden details, never a rule. */
  readonly ip: string
  readonly terms: Terms
}

/**
 * Start a payment and ask for its push, unless the payer has denied two in a row (`pushPausedUntil`). The same
 * key again gives the payment as it is now.
 *
 * Refuses: `locked` (by the operator), `phone_not_verified`, `idempotency_key_reused` (other terms),
 * `payments_off` (none is new), `too_many_payments`, `already_decided` (cancelled by the operator before
 * it was stored); `provider_unavailable` only if the phone is not known to the provider and cannot be made known,
 * in which case nothing is stored. Throws `SessionEnded`.
 */
export async function startPayment(
  ports: StartPorts,
  request: StartRequest,
): Promise<{ payment: Payment; created: boolean }> {
  const { payments, payers, limits, clock } = ports
  const { payerId, paymentId, terms } = request
  const [known, payer, starts, answers] = await Promise.all([
    payments.get(payerId, paymentId),
    payers.get(payerId),
    limits.readStarts(payerId),
    ports.push && lookUp(payments.answers(payerId, answersFrom(clock()))),
  ])
  admit(payer, request)
  if (!payer?.phone) throw new Refusal('phone_not_verified')
  if (known) return { payment: await repeat(ports, request, known, answers), created: false }
  if (await ports.switches.paymentsOff()) throw switchedOff('payments_off')

  const authyId = await enrolled(ports, payer, payer.phone)
  const createdAt = clock()
  const expiresAt = new Date(createdAt.getTime() + ports.lifeSeconds * 1000)
  const isOver = async (id: string) => {
    const other = await payments.get(payerId, id)
    // One that was reserved and never stored is not over: its start may still be under way.
    return other !== undefined && statusAt(other, clock()) !== 'pending'
  }
  const { sessionsFrom } = payer
  const start = { payerId, paymentId, expiresAt, sessionsFrom }
  await limits.reserveStart(start, isOver, createdAt, starts)

  const reference = ports.newReference()
  const { noPush, ...push } = pushOf(ports, paymentId, answers, createdAt)
  const payment: Payment = {
    paymentId,
    payerId,
    requestId: request.requestId,
    authyId,
    reference,
    terms,
    shown: pushContent(terms, account(request), reference),
    status: 'pending',
    ...push,
    smsTo: masked(payer.phone),
    smsSends: 0,
    codeAttempts: 0,
    wrongCodes: 0,
    createdAt,
    expiresAt,
  }
  if (await payments.insert(payment, noPush)) {
    return { payment: await askForPush(ports, request, payment), created: true }
  }
  // Another request with the same key was faster.
  const winner = await payments.get(payerId, paymentId)
  // The operator locked or closed the account meanwhile, and took the place of what was under way.
  if (!winner) throw new Refusal('already_decided', { paymentStatus: 'cancelled' })
  // … or it was this one, whose first answer was lost and which was sent again.
  if (winner.requestId === request.requestId) {
    return { payment: await askForPush(ports, request, winner), created: true }
  }
  return { payment: await repeat(ports, request, winner, answers), created: false }
}

/** The provider's id for the payer's phone, made now if a crash left it out or another provider gave it. */
export async function enrolled(
  { payers, phoneIds }: Pick<StartPorts, 'payers' | 'phoneIds'>,
  payer: Payer,
  phone: TrustedPhone,
): Promise<string> {
  if (phone.authyId && phoneIds.gave(phone.authyId)) return phone.authyId
  const authyId = await phoneIds.enroll(payer, phone)
  await payers.saveAuthyId(payer.payerId, phone, authyId)
  return authyId
}

/** How the payer has answered lately, or why that is not known; nothing where the provider has no push. */
type Answers = readonly PushAnswered[] | { readonly fault: unknown } | undefined

const lookUp = (read: Promise<readonly PushAnswered[]>) =>
  read.catch((fault: unknown) => ({ fault }))

/** Whether a payment of now has a push; and where it has none though there are pushes, why. */
function pushOf(
  { onPushFault }: StartPorts,
  paymentId: string,
  answers: Answers,
  now: Date,
): Pick<Payment, 'push' | 'pushAskedAt' | 'pushPausedUntil'> & { readonly noPush?: NoPush } {
  if (!answers) return { push: 'unavailable' }
  if ('fault' in answers) {
    // The text is open, and one push too few tires nobody.
    onPushFault(paymentId, answers.fault)
    return { push: 'unavailable', noPush: 'push_unavailable' }
  }
  const until = pushPausedUntil(answers, now)
  if (until) return { push: 'unavailable', pushPausedUntil: until, noPush: 'push_paused' }
  return { push: 'sending', pushAskedAt: now }
}

async function repeat(
  ports: StartPorts,
  request: StartRequest,
  payment: Payment,
  answers: Answers,
): Promise<Payment> {
  if (!sameTerms(payment.terms, request.terms)) throw new Refusal('idempotency_key_reused')
  if (payment.push !== 'sending' || !payment.pushAskedAt) return payment
  const now = ports.clock()
  const lostBefore = new Date(now.getTime() - PUSH_LOST_SECONDS * 1000)
  if (payment.pushAskedAt > lostBefore || statusAt(payment, now) !== 'pending') return payment
  if (pushOf(ports, payment.paymentId, answers, now).push !== 'sending') return payment
  const claimed = await ports.payments.claimPush(payment, lostBefore, now)
  if (claimed) return askForPush(ports, request, claimed)
  return (await ports.payments.get(payment.payerId, payment.paymentId)) ?? payment
}

async function askForPush(
  ports: StartPorts,
  request: StartRequest,
  payment: Payment,
): Promise<Payment> {
  if (payment.push === 'unavailable') return payment
  const { push } = ports
  const secondsLeft = Math.floor((payment.expiresAt.getTime() - ports.clock().getTime()) / 1000)
  const seconds = secondsLeft - PUSH_ENDS_EARLIER_SECONDS
  let pushId: string | undefined
  if (push && seconds >= PUSH_SECONDS_MIN) {
    const hidden = {
      payment_id: payment.paymentId,
      requester_user_id: payment.payerId,
      origin_ip: request.ip,
    }
    // The payment is stored: from here on a fault of the provider only means that the text is offered.
    try {
      pushId = await push.ask(payment.authyId, payment.shown, hidden, seconds)
    } catch (fault) {
      ports.onPushFault(payment.paymentId, fault)
    }
  }
  return ports.payments.savePush(payment, pushId, ports.clock())
}

/** The account as the push names it: the e-mail address, or its owner's id where it is too long to be shown whole. */
const account = ({ email, payerId }: StartRequest): string =>
  email.length <= 200 ? email : payerId
