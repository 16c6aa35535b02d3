/** The channel `push`: the provider shows the payment on the payer's phone, and says what they answered. */
import type { NoPush, PushContent, RefusedAnswer } from '../channel.ts'
import type { PaymentPorts } from '../deciding.ts'
import { channelOf, type Evidence } from '../outcome.ts'
import { type HistoryEntry, type Payment, statusAt } from '../payment.ts'
import type {
  Begun,
  ChannelBegin,
  ChannelStart,
  ChannelSweep,
  Decision,
  Push,
  PushAnswered,
} from '../ports.ts'
import { answersFrom, type DenialPorts, noteDenial, pushPausedUntil } from './pushPause.ts'
import { accountOf, pushContentText, pushDetails, pushDetailsText } from './pushRules.ts'

/** The push ends this much before the payment, so that a late yes on the phone is not a surprise. */
const PUSH_ENDS_EARLIER_SECONDS = 10
/** Less than this is not worth asking for; and 0 would mean for ever to the provider. */
const PUSH_SECONDS_MIN = 10

/** A push that was asked for this long ago and has no answer stored was lost in a crash: it may be asked for again. */
const PUSH_LOST_SECONDS = 15

/** A push undecided for this long is asked about: its callback may be lost. */
const PUSH_READ_AFTER_SECONDS = 20
const PUSH_READ_EVERY_SECONDS = 60

type StartPorts = PaymentPorts & {
  /** None where the provider has none: the text is offered at once. */
  readonly push: Push | undefined
  /** Told of faults that the payer is not bothered with, because the text is open to them. */
  readonly onPushFault: (paymentId: string, fault: unknown) => void
}

/**
 * Ask for the push of a payment that starts, unless the payer has denied two in a row (`pushPausedUntil`); once,
 * but for one that was lost in a crash.
 */
export const pushStart =
  (ports: StartPorts) =>
  async (payerId: string): Promise<ChannelStart<'push'>> => {
    const { payments, push, clock } = ports
    const answers = push && (await lookUp(payments.answers(payerId, answersFrom(clock()))))
    return {
      begin: (start) => begun(ports, start, answers),

      reach: (payment, from) => askForPush(ports, payment, from),

      async reachAgain(payment, from) {
        const { state, askedAt } = payment.channels.push
        if (state !== 'sending' || !askedAt) return payment
        const now = clock()
        const lostBefore = ago(now, PUSH_LOST_SECONDS)
        if (askedAt > lostBefore || statusAt(payment, now) !== 'pending') return payment
        if (whyNoPush(ports, payment.paymentId, answers, now)) return payment
        const claimed = await payments.claimPush(payment, lostBefore, now)
        if (claimed) return askForPush(ports, claimed, from)
        return (await payments.get(payment.payerId, payment.paymentId)) ?? payment
      },
    }
  }

/** How the payer has answered lately, or why that is not known; nothing where the provider has no push. */
type Answers = readonly PushAnswered[] | { readonly fault: unknown } | undefined

const lookUp = (read: Promise<readonly PushAnswered[]>) =>
  read.catch((fault: unknown) => ({ fault }))

/** Whether a payment of now has a push, and what that shows; and where it has none though there are pushes, why. */
function begun(ports: StartPorts, start: ChannelBegin, answers: Answers): Begun<'push'> {
  const { paymentId, action, reference, now } = start
  const none = whyNoPush(ports, paymentId, answers, now)
  if (none) return none
  const details = pushDetails(action, accountOf(start), reference)
  return { state: { state: 'sending', askedAt: now, details } }
}

/** A payment of now without a push, and why; nothing where one is asked for. */
function whyNoPush(
  { onPushFault }: StartPorts,
  paymentId: string,
  answers: Answers,
  now: Date,
): Begun<'push'> | undefined {
  if (!answers) return { state: { state: 'unavailable' } }
  const told = (event: NoPush): HistoryEntry => ({
    at: now.toISOString(),
    event,
    channel: 'push',
    by: 'clock',
  })
  if ('fault' in answers) {
    // The text is open, and one push too few tires nobody.
    onPushFault(paymentId, answers.fault)
    return { state: { state: 'unavailable' }, told: told('push_unavailable') }
  }
  const pausedUntil = pushPausedUntil(answers, now)
  if (pausedUntil) {
    return { state: { state: 'unavailable', pausedUntil }, told: told('push_paused') }
  }
  return undefined
}

async function askForPush(
  { payments, push, clock, onPushFault }: StartPorts,
  payment: Payment,
  { ip }: { readonly ip: string },
): Promise<Payment> {
  const { state, details } = payment.channels.push
  if (state === 'unavailable') return payment
  const secondsLeft = Math.floor((payment.expiresAt.getTime() - clock().getTime()) / 1000)
  const seconds = secondsLeft - PUSH_ENDS_EARLIER_SECONDS
  let pushId: string | undefined
  if (push && details && seconds >= PUSH_SECONDS_MIN) {
    const hidden = {
      payment_id: payment.paymentId,
      requester_user_id: payment.payerId,
      origin_ip: ip,
    }
    const content = { message: payment.displayText, details }
    // The payment is stored: from here on a fault of the provider only means that the text is offered.
    try {
      pushId = await push.ask(payment.providerPhoneId, content, hidden, seconds)
    } catch (fault) {
      onPushFault(payment.paymentId, fault)
    }
  }
  return payments.savePush(payment, pushId, clock())
}

/** Ask the provider about a push that has been silent. */
export const pushSweep = (
  ports: PaymentPorts & DenialPorts & { readonly push: Push },
): ChannelSweep => ({
  dueSince({ channels }, now) {
    const { id, askedAt, readAt } = channels.push
    if (!id || !askedAt || askedAt > ago(now, PUSH_READ_AFTER_SECONDS)) return undefined
    if (readAt && readAt > ago(now, PUSH_READ_EVERY_SECONDS)) return undefined
    // Those never asked about come first.
    return readAt ?? new Date(0)
  },

  claim({ paymentId }) {
    const now = ports.clock()
    return ports.payments.claimPushRead(paymentId, ago(now, PUSH_READ_EVERY_SECONDS), now)
  },

  async decide(payment) {
    const decided = await decideByRead(ports, payment)
    if (!decided) return false
    await noteDenial(ports, decided)
    return true
  },
})

/**
 * The provider's own answer shows no terms, so it decides only the payment whose stored push was
 * asked about and whose phone it names.
 */
async function decideByRead(
  { payments, push, clock }: PaymentPorts & { readonly push: Push },
  { paymentId, providerPhoneId, channels }: Payment,
): Promise<Payment | undefined> {
  const pushId = channels.push.id
  if (pushId === undefined) return undefined
  const read = await push.read(pushId)
  if (read.status !== 'approved' && read.status !== 'denied') return undefined
  if (read.pushId !== pushId || read.providerPhoneId !== providerPhoneId) return undefined
  const now = clock()
  const evidence: Evidence = {
    kind: 'provider-read',
    push_id: pushId,
    provider_phone_id: providerPhoneId,
    read_at: now.toISOString(),
  }
  // What a signed callback showed otherwise is not approved by an answer that shows nothing (RTS Art. 5(1)(c));
  // to deny it is safe.
  const only = {
    pushId,
    providerPhoneId,
    ...(read.status === 'approved' && { noAnswerRefused: true }),
  }
  const decision: Decision = {
    status: read.status,
    channel: 'push',
    by: 'provider',
    evidence,
    only,
  }
  return payments.decide(paymentId, decision, now)
}

/** A payer's answer to a push, as the provider's signed callback tells it. */
export type PushAnswer = {
  readonly pushId: string
  readonly providerPhoneId: string
  readonly status: 'approved' | 'denied'
  readonly content: PushContent
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
 * has no lag, and only without one by the push's id. Message and details must be those stored, in the one write that
 * decides (RTS Art. 5(1)(c)). A denial is looked at once it is stored, and again where its callback comes again; one
 * that comes after the end is noted and decides nothing.
 */
export async function decideByPush(
  ports: PaymentPorts & DenialPorts,
  answer: PushAnswer,
): Promise<CallbackOutcome> {
  const { payments, clock } = ports
  const { pushId, providerPhoneId, payerId, content, proof } = answer
  const byPush = answer.paymentId === undefined ? await payments.findByPush(pushId) : undefined
  const id = answer.paymentId ?? byPush?.paymentId
  if (id === undefined) return 'unknown'

  const evidence: Evidence = {
    kind: 'push-callback',
    push_id: pushId,
    provider_phone_id: providerPhoneId,
    push_content: pushContentText(content),
    ...proof,
  }
  const only = {
    providerPhoneId,
    displayText: content.message,
    pushDetails: content.details,
    ...(payerId && { payerId }),
    ...(byPush && { pushId }),
  }
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
  const { outcome } = payment
  if (outcome.status === status && channelOf(outcome) === 'push') {
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
async function denyLate(
  ports: PaymentPorts & DenialPorts,
  { paymentId, outcome }: Payment,
): Promise<void> {
  if (outcome.status === 'approved' || outcome.status === 'denied') return
  const { payments, clock } = ports
  const noted = await payments.noteLateDenial(paymentId, clock())
  // Noted before: the row may not have been told then.
  const payment = noted ?? (await payments.find(paymentId))
  if (payment) await noteDenial(ports, payment)
}

/** Whether what was answered is what was asked; none of it ever changes about a payment. */
function isAnswerTo(payment: Payment, { providerPhoneId, payerId, content }: PushAnswer): boolean {
  const { details } = payment.channels.push
  return (
    payment.providerPhoneId === providerPhoneId &&
    (payerId === undefined || payment.payerId === payerId) &&
    payment.displayText === content.message &&
    details !== undefined &&
    pushDetailsText(details) === pushDetailsText(content.details)
  )
}

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
  { payments, clock }: PaymentPorts,
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

const ago = (now: Date, seconds: number) => new Date(now.getTime() - seconds * 1000)
