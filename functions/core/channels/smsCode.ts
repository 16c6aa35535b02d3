/** The channel `sms`: a code by text, bound to one payment, spent before it is checked. */
import { type PaymentPorts, requirePayment, whyConditionFailed } from '../deciding.ts'
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

export type CodePorts = PaymentPorts & { readonly codes: Codes; readonly payers: PayerStore }

/** A payment starts without a text: the payer asks for one, and it goes to the phone of the start. */
export const smsCodeStart = async (): Promise<ChannelStart<'sms'>> => ({
  begin: ({ phone }) => ({
    state: { to: masked(phone), sends: 0, attempts: 0, wrongCodes: 0 },
  }),
})

/** A payment that ended without its code leaves none behind that is still good for something. */
export const smsCodeEnd =
  ({ end }: Pick<Codes, 'end'>): ChannelEnd =>
  async ({ channels }) => {
    const { textId } = channels.sms
    if (textId !== undefined) await end(textId)
  }

/**
 * Text the payer a code for this payment.
 *
 * Counted before it is asked for, so that no burst and no crash gives more texts than the limits.
 * Refuses: `phone_not_verified` (the payment's phone was replaced twice since), `not_found`, `expired`,
 * `already_decided`, `no_attempts_left`, `locked`, `sms_off`, `too_many_sms`, `invalid_request` (the phone
 * takes no texts), `provider_unavailable`. Throws `SessionEnded`.
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
  const [asked, payer] = await Promise.all([
    requirePayment(ports, payerId, id),
    payers.get(payerId),
  ])
  admit(payer, signedIn)
  // Looked at first, so that a text which the payment refuses is not taken from the payer's hour …
  // … nor one whose code could not be entered.
  const refused = whyNoSms(asked, clock()) ?? whyLocked(payer?.codesLockedUntil, clock())
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
  if (!payment)
    throw whyConditionFailed(whyNoSms(await requirePayment(ports, payerId, id), clock()), id)
  const textId = await codes.send(
    { phone, providerPhoneId: payment.providerPhoneId },
    bound(payment),
  )
  if (textId === undefined) return payment
  const named = await payments.saveText(id, textId)
  const closed = whyClosed(named, clock())
  if (!closed) return named
  // It ended while the text was under way, when nobody could know the text's name yet.
  await codes.end(textId)
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
  const verdict = await checkAsAttempt(ports, payerId, () =>
    codes.check(sentCode(payment), bound(payment), code),
  )
  if (verdict === 'wrong') throw await wrongCode(ports, payment)
  if (verdict === 'over') return approvedMeanwhile(ports, payment)
  const evidence = codes.evidenceOf(sentCode(payment), bound(payment))
  const only = { payerId, providerPhoneId: payment.providerPhoneId }
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

/** The newest text of the payment. */
const sentCode = ({ providerPhoneId, channels }: Payment): SentCode => ({
  providerPhoneId,
  textId: channels.sms.textId,
})

/** A code is bound to the payment itself, so that no two payments share one, however equal they are. */
const bound = ({ paymentId, action, reference }: Payment): BoundAction => ({
  action,
  actionId: paymentId,
  reference,
})

/** What the payer asked for has happened, by another of their own right codes. */
const approvedByCode = ({ outcome }: Payment) =>
  outcome.status === 'approved' && outcome.channel === 'sms'

/** The number that the payment's texts go to, which may no longer be the payer's newest. */
function phoneOf(payment: Payment, payer: Payer | undefined): PhoneNumber {
  const phones = [payer?.phone, payer?.previous]
  const phone = phones.find((one) => one?.providerPhoneId === payment.providerPhoneId)
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
  // A text that got no name, because of a crash or the provider's fault, is none that can be checked.
  const { textId, sends, attempts } = payment.channels.sms
  const isTexted = ports.codes.byTextId ? textId !== undefined : sends > 0
  if (!isTexted) return new Refusal('no_code_sent')
  return attempts < CODE_ATTEMPTS_MAX ? undefined : new Refusal('no_attempts_left')
}

/** How often, with a pause between, a used code's own request is looked for. */
const LOOKS_MAX = 3

/**
 * The provider took this code before: so did a request of the same payer, which is just about to
 * write its approval, or one that a crash ended there. Only its write can approve, never this.
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

/** Count a wrong code, and tell how many attempts are left. */
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
  // Attempts without a verdict are spent too: nothing is left, but the payment has not failed.
  if (attemptsLeft === 0) return new Refusal('no_attempts_left')
  return new Refusal('wrong_code', { attemptsLeft })
}
