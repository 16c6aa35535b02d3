/** The channel `push`: the provider shows the payment on the payer's phone and returns the payer's answer. */
import type { NoPush, PushContent, RefusedAnswer } from '../channel.ts'
import type { PaymentPorts } from '../deciding.ts'
import { PUSH_ENDS_EARLIER_SECONDS } from '../limits.ts'
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

/** No push is requested with a shorter life; the provider takes 0 as "never expires". */
const PUSH_SECONDS_MIN = 10

/** A push that is still `sending` after this time was lost in a crash and may be requested again. */
const PUSH_LOST_SECONDS = 15

/** A push without an answer after this time is read at the provider, because its callback may be lost. */
const PUSH_READ_AFTER_SECONDS = 20
const PUSH_READ_EVERY_SECONDS = 60

type StartPorts = PaymentPorts & {
  /** Undefined if the provider has no push; then the SMS code is offered at once. */
  readonly push: Push | undefined
  /** Called with a fault of the push. The payer gets no error, because the SMS code is open. */
  readonly onPushFault: (paymentId: string, fault: unknown) => void
}

/**
 * Request the push of a payment that starts, unless the payer has denied two in a row (`pushPausedUntil`). It is
 * requested again only if a crash lost it.
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

/** The payer's recent answers, or the fault of reading them; `undefined` if the provider has no push. */
type Answers = readonly PushAnswered[] | { readonly fault: unknown } | undefined

const lookUp = (read: Promise<readonly PushAnswered[]>) =>
  read.catch((fault: unknown) => ({ fault }))

/**
 * The channel's state of a payment that starts now: `sending` with the push's details, or without a push
 * (`whyNoPush`).
 */
function begun(ports: StartPorts, start: ChannelBegin, answers: Answers): Begun<'push'> {
  const { paymentId, action, reference, now } = start
  // From the first device on no push goes out: it would be a way around the device.
  if (!start.phone || start.devices.since) return { state: { state: 'unavailable' } }
  const none = whyNoPush(ports, paymentId, answers, now)
  if (none) return none
  const details = pushDetails(action, accountOf(start), reference)
  return { state: { state: 'sending', askedAt: now, details } }
}

/** The channel's state if no push is requested, with a history entry saying why; `undefined` if one is. */
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
    // Without the answers a pause cannot be ruled out: send no push, the SMS code is open.
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
  const { providerPhoneId } = payment
  const { state, details } = payment.channels.push
  if (state === 'unavailable' || providerPhoneId === undefined) return payment
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
    // The payment is stored, so a fault of the provider fails no start: the payer uses the SMS code.
    try {
      pushId = await push.ask(providerPhoneId, content, hidden, seconds)
    } catch (fault) {
      onPushFault(payment.paymentId, fault)
    }
  }
  return payments.savePush(payment, pushId, clock())
}

/** Read at the provider the answer to a push whose callback has not come. */
export const pushSweep = (
  ports: PaymentPorts & DenialPorts & { readonly push: Push },
): ChannelSweep => ({
  dueSince({ channels }, now) {
    const { id, askedAt, readAt } = channels.push
    if (!id || !askedAt || askedAt > ago(now, PUSH_READ_AFTER_SECONDS)) return undefined
    if (readAt && readAt > ago(now, PUSH_READ_EVERY_SECONDS)) return undefined
    // A push that was never read comes first.
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
 * Decide a payment by the provider's answer to a read. The answer shows no payee and no amount, so it must name the
 * stored push and the payment's phone.
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
  // If a signed callback for this payment was refused, this answer does not approve it, because it does not show
  // what the payer saw (RTS Art. 5(1)(c)). It may still deny it.
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

/** A payer's answer to a push, from the provider's signed callback. */
export type PushAnswer = {
  readonly pushId: string
  readonly providerPhoneId: string
  readonly status: 'approved' | 'denied'
  readonly content: PushContent
  /** From the hidden details; absent if the provider lost them. */
  readonly paymentId: string | undefined
  readonly payerId: string | undefined
  readonly proof: Pick<
    Extract<Evidence, { kind: 'push-callback' }>,
    'device_signature' | 'device_id' | 'signed_at' | 'nonce'
  >
}

/** The result of a callback. Only `decided` changed the status; `mismatch` is a mistake or an attack and is stored. */
export type CallbackOutcome = 'decided' | 'repeated' | 'too_late' | 'unknown' | 'mismatch'

/**
 * Decide a payment by push. The payment is found by our own id in the signed hidden details, or, if they are
 * missing, by the push's id over an index that may lag. Message and details must equal the stored ones, in the
 * condition of the one write that decides (RTS Art. 5(1)(c)). A denial counts for the pause, also if it comes after
 * the payment ended; then it is stored and decides nothing.
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
 * Store a denial of a payment that has ended. It counts for the pause: otherwise a thief could avoid the pause by
 * cancelling each payment as soon as its push is out. If the payer had already approved or denied, it is ignored.
 */
async function denyLate(
  ports: PaymentPorts & DenialPorts,
  { paymentId, outcome }: Payment,
): Promise<void> {
  if (outcome.status === 'approved' || outcome.status === 'denied') return
  const { payments, clock } = ports
  const noted = await payments.noteLateDenial(paymentId, clock())
  // Stored by an earlier callback, which may have failed before it added the audit entry.
  const payment = noted ?? (await payments.find(paymentId))
  if (payment) await noteDenial(ports, payment)
}

/** Whether the answer's phone, payer and content are the payment's; these never change. */
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

/** The ids in a signed answer: our own payment id, and the provider's push ids, which it may repeat. */
export type Named = {
  readonly paymentId: string | undefined
  readonly pushIds: readonly string[]
}

/**
 * Store on each payment that a signed answer names that the answer was refused; returns the ids of those on which
 * it was stored now.
 *
 * The phone in the answer is not compared: only the provider can cause this write, because it signs the answer and no
 * payer can set the payment's id in the hidden details. For an honest payer only the approval by a read (sweep) is
 * lost: their own signed answer and their code still approve.
 */
export async function refuseAnswer(
  { payments, clock }: PaymentPorts,
  { paymentId, pushIds }: Named,
  why: RefusedAnswer,
): Promise<string[]> {
  const ids = new Set(paymentId === undefined ? [] : [paymentId])
  // The push may belong to another payment than the answer names; the sweep reads that push, so it is stored there
  // too. The index may lag behind a new push; our own id, which every push carries, does not.
  for (const pushId of new Set(pushIds)) {
    const found = await payments.findByPush(pushId)
    if (found) ids.add(found.paymentId)
  }
  const noted: string[] = []
  for (const id of ids) if (await payments.refuseAnswer(id, why, clock())) noted.push(id)
  return noted
}

const ago = (now: Date, seconds: number) => new Date(now.getTime() - seconds * 1000)
