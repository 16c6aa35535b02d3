/** The channel `sms`: an SMS code bound to one payment; each attempt is spent before its code is checked. */
import { type PaymentPorts, requirePayment, whyConditionFailed } from '../deciding.ts'
import { areTextsClosed, type DeviceRules } from '../device.ts'
import { TEXT_PAUSE_SECONDS } from '../limits.ts'
import { checkAsAttempt, type LockoutPorts, whyLocked } from '../lockout.ts'
import { admit, masked, type Payer, type PhoneNumber, type SignedIn } from '../payer.ts'
import { type Payment, statusAt, whyClosed } from '../payment.ts'
import type {
  BoundAction,
  ChannelEnd,
  ChannelStart,
  Codes,
  Decision,
  Limits,
  PayerStore,
  SentCode,
  Switches,
} from '../ports.ts'
import { Refusal, secondsUntil, switchedOff } from '../refusals.ts'
import { CODE_ATTEMPTS_MAX, TEXTS_MAX } from './smsCodeRules.ts'

export type CodePorts = PaymentPorts & {
  readonly codes: Codes
  readonly payers: PayerStore
  readonly rules: Pick<DeviceRules, 'waitHours' | 'textsBesideDevice'>
}

/** A payment starts without a text. The payer requests one, and it is sent to the phone of the start. */
export const smsCodeStart = async (): Promise<ChannelStart<'sms'>> => ({
  begin: ({ phone }) => ({
    state: { to: phone ? masked(phone) : null, sends: 0, attempts: 0, wrongCodes: 0 },
  }),
})

/** End the code of a payment that has ended, so that the code is no longer valid. */
export const smsCodeEnd =
  ({ end }: Pick<Codes, 'end'>): ChannelEnd =>
  async ({ channels }) => {
    const { textId } = channels.sms
    if (textId !== undefined) await end(textId)
  }

/**
 * Text the payer a code for this payment. The text is counted before it is requested, so that neither parallel
 * requests nor a crash can exceed the limits.
 *
 * Refuses: `device_required`, `phone_not_verified` (the payment's phone was replaced twice since), `not_found`, `expired`,
 * `already_decided`, `no_attempts_left`, `locked`, `sms_off`, `too_many_sms`, `invalid_request` (the phone
 * receives no texts), `provider_unavailable`. Throws `SessionEnded`.
 */
export async function sendSmsCode(
  ports: CodePorts & {
    readonly limits: Limits
    readonly switches: Pick<Switches, 'smsOff'>
  },
  signedIn: SignedIn,
  id: string,
): Promise<Payment> {
  const { payments, payers, limits, codes, clock } = ports
  const { payerId } = signedIn
  const [asked, payer, texts] = await Promise.all([
    requirePayment(ports, payerId, id),
    payers.get(payerId),
    limits.readPayingTexts(payerId, clock()),
  ])
  admit(payer, signedIn)
  requireTexts(ports, payer)
  // Check the payment, the lock and the payer's own hour first, so that a refused text is counted nowhere …
  const refused =
    whyNoSms(asked, clock()) ?? whyLocked(payer?.codesLockedUntil, clock()) ?? texts.full
  if (refused) throw refused
  const phone = phoneOf(asked, payer)
  if (await ports.switches.smsOff()) throw switchedOff('sms_off')
  const giveBack = await limits.spendPayingText(payerId, clock(), texts)
  // … and reserve the text afterwards, so that a text the hour refuses is not counted in the payment.
  const now = clock()
  const payment = await payments.reserveText(
    payerId,
    id,
    new Date(now.getTime() - TEXT_PAUSE_SECONDS * 1000),
    now,
  )
  if (!payment) {
    // Otherwise a burst for one payment, of which one text is sent, would use up the payer's hour and the stage's day.
    await giveBack()
    throw whyConditionFailed(whyNoSms(await requirePayment(ports, payerId, id), clock()), id)
  }
  const textId = await codes.send({ phone, providerPhoneId: phoneIdOf(payment) }, bound(payment))
  if (textId === undefined) return payment
  const named = await payments.saveText(id, textId)
  const closed = whyClosed(named, clock())
  if (!closed) return named
  // The payment ended before the text's id was stored, so nothing else can end this code.
  await codes.end(textId)
  throw closed
}

/**
 * Approve a payment with the code from the text.
 *
 * Refuses: `device_required`, `not_found`, `expired`, `already_decided`, `no_code_sent`, `no_attempts_left`,
 * `locked`, `wrong_code`, `code_expired` (used before, or expired), and `provider_unavailable` if the provider gave
 * no verdict; the payment's attempt stays spent. Throws `SessionEnded`.
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
  requireTexts(ports, payer)
  const locked = whyLocked(payer?.codesLockedUntil, clock())
  if (locked) throw (await whyNoAttempt(ports, payerId, id)) ?? locked
  // Both attempts are reserved before the provider checks the code, so that parallel guesses exceed neither limit.
  // The payment's comes first, so that guesses beyond its limit are not counted for the payer. Together, twenty right
  // codes at once would each get one of the two attempts, and none of them both.
  const payment = await payments.reserveAttempt(payerId, id, codes.byTextId, clock())
  // No refusal applies now: the text was stored between the failed write and this read.
  if (!payment) throw (await whyNoAttempt(ports, payerId, id)) ?? new Refusal('no_code_sent')
  const check = () => codes.check(sentCode(payment), bound(payment), code)
  const verdict = await checkAsAttempt(ports, payerId, check, payer)
  if (verdict === 'wrong') throw await wrongCode(ports, payment)
  if (verdict === 'over') return approvedMeanwhile(ports, payment)
  const evidence = codes.evidenceOf(sentCode(payment), bound(payment))
  const only = { payerId, providerPhoneId: phoneIdOf(payment) }
  const approved: Decision = { status: 'approved', channel: 'sms', by: 'payer', evidence, only }
  const [decided] = await Promise.all([
    payments.decide(id, approved, clock()),
    lockout.reset(payerId).catch(ports.onLockoutFault),
  ])
  if (decided) return decided
  const now = await requirePayment(ports, payerId, id)
  if (approvedByCode(now)) return now
  throw whyConditionFailed(whyClosed(now, clock()), id)
}

/** Require that no device closes texts: a text must not be a way around it. Refuses `device_required`. */
function requireTexts({ rules, clock }: CodePorts, payer: Payer | undefined) {
  if (payer && areTextsClosed(payer.devices, rules, clock())) throw new Refusal('device_required')
}

/** The newest text of the payment. */
const sentCode = (payment: Payment): SentCode => ({
  providerPhoneId: phoneIdOf(payment),
  textId: payment.channels.sms.textId,
})

/** Refuses `device_required`: the payment was started for a device, so no text was sent for it. */
function phoneIdOf({ providerPhoneId }: Payment): string {
  if (providerPhoneId === undefined) throw new Refusal('device_required')
  return providerPhoneId
}

/** A code is bound to the payment's id, so that two payments with the same payee and amount share no code. */
const bound = ({ paymentId, action, reference }: Payment): BoundAction => ({
  action,
  actionId: paymentId,
  reference,
})

/** The payment is approved already, by another request with a right code. */
const approvedByCode = ({ outcome }: Payment) =>
  outcome.status === 'approved' && outcome.channel === 'sms'

/**
 * The number that the payment started for, which may have been replaced since. Refuses `device_required` (it was started
 * for a device), `phone_not_verified`.
 */
function phoneOf(payment: Payment, payer: Payer | undefined): PhoneNumber {
  const providerPhoneId = phoneIdOf(payment)
  const phones = [payer?.phone, payer?.previous]
  const phone = phones.find((one) => one?.providerPhoneId === providerPhoneId)
  if (!phone) throw new Refusal('phone_not_verified')
  return phone
}

function whyNoSms(payment: Payment, now: Date): Refusal | undefined {
  const closed = whyClosed(payment, now)
  if (closed) return closed
  const { attempts, sends, sentAt } = payment.channels.sms
  if (attempts >= CODE_ATTEMPTS_MAX) return new Refusal('no_attempts_left')
  if (sends >= TEXTS_MAX) return tooMany(payment.expiresAt, now)
  if (!sentAt) return undefined
  const again = new Date(sentAt.getTime() + TEXT_PAUSE_SECONDS * 1000)
  return now < again ? tooMany(again, now) : undefined
}

const tooMany = (again: Date, now: Date) =>
  new Refusal('too_many_sms', { retryAfterSeconds: secondsUntil(again, now) })

async function whyNoAttempt(
  ports: CodePorts,
  payerId: string,
  id: string,
): Promise<Refusal | undefined> {
  const payment = await requirePayment(ports, payerId, id)
  const closed = whyClosed(payment, ports.clock())
  if (closed) return closed
  // If the provider checks codes by text id, a text without a stored id cannot be checked.
  const { textId, sends, attempts } = payment.channels.sms
  const isTexted = ports.codes.byTextId ? textId !== undefined : sends > 0
  if (!isTexted) return new Refusal('no_code_sent')
  return attempts < CODE_ATTEMPTS_MAX ? undefined : new Refusal('no_attempts_left')
}

/** How often the payment is read, with a pause between, to find the approval by a code that was used already. */
const LOOKS_MAX = 3

/**
 * The provider accepted this code before: in another request of the payer, which is about to store its approval or
 * crashed before it did. Only that request's write approves. Refuses `code_expired` if it is not found.
 */
async function approvedMeanwhile(
  ports: PaymentPorts & { readonly pause: () => Promise<void> },
  { payerId, paymentId }: Payment,
): Promise<Payment> {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const payment = await requirePayment(ports, payerId, paymentId)
    if (approvedByCode(payment)) return payment
    const closed = whyClosed(payment, ports.clock())
    if (closed) throw closed
    await ports.pause()
  }
  throw new Refusal('code_expired')
}

/** Count a failed attempt and return the refusal, with the attempts left. */
async function wrongCode(ports: CodePorts, payment: Payment): Promise<Error> {
  const counted =
    (await ports.payments.countWrongCode(payment, ports.clock())) ??
    (await requirePayment(ports, payment.payerId, payment.paymentId))
  if (statusAt(counted, ports.clock()) === 'failed') {
    await smsCodeEnd(ports.codes)(counted)
    return new Refusal('wrong_code', { attemptsLeft: 0 })
  }
  const closed = whyClosed(counted, ports.clock())
  if (closed) return closed
  const attemptsLeft = CODE_ATTEMPTS_MAX - counted.channels.sms.attempts
  // Attempts without a verdict are spent too: none is left, but the payment has not failed.
  if (attemptsLeft === 0) return new Refusal('no_attempts_left')
  return new Refusal('wrong_code', { attemptsLeft })
}
