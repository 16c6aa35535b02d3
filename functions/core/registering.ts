/** How a phone becomes trusted, and how a trusted one lets in the next. */
import { sameHandset } from './handset.ts'
import { asGo, type LockoutPorts, locked } from './lockout.ts'
import {
  masked,
  type Payer,
  type PendingPhone,
  type PhoneNumber,
  samePhone,
  VERIFICATION_ATTEMPTS_MAX,
  VERIFICATION_MINUTES,
  VERIFICATION_SENDS_MAX,
  type VerificationChannel,
} from './payer.ts'
import { referenceFrom, TEXT_PAUSE_SECONDS } from './payment.ts'
import type {
  Bound,
  Clock,
  Codes,
  Limits,
  Lockout,
  PayerStore,
  PhoneIds,
  Phones,
  Switches,
} from './ports.ts'
import { invalidField, Refusal, secondsUntil, switchedOff } from './refusals.ts'
import { enrolled } from './starting.ts'

export type RegisterPorts = {
  readonly payers: PayerStore
  readonly phones: Phones
  readonly phoneIds: PhoneIds
  readonly codes: Codes
  readonly clock: Clock
  /** A name for the person's change to this number that does not tell the number. */
  readonly changeIdOf: (payerId: string, phone: PhoneNumber) => string
}

export type VerifyPorts = RegisterPorts &
  LockoutPorts & {
    readonly onEnrollFault: (fault: unknown) => void
    readonly pause: () => Promise<void>
  }

/** Where the code went, how often it can be sent again, and until when it is good. */
export type VerificationStarted = {
  readonly to: string
  readonly sendsLeft: number
  readonly expiresAt: string
}

/**
 * Send a code to a number that its owner wants to be trusted; where a verified phone is there
 * already, send that one a code too, which says that the phone is about to change.
 *
 * Refuses: `invalid_request` (the number is the verified one already, or the provider knows it to be
 * none), `no_attempts_left`, `locked` (the verified phone's code could not be entered), `sms_off`,
 * `too_many_sms`, `provider_unavailable`.
 */
export async function startVerification(
  ports: RegisterPorts & {
    readonly limits: Limits
    readonly lockout: Lockout
    readonly switches: Pick<Switches, 'smsOff'>
  },
  person: { readonly payerId: string; readonly email: string },
  phone: PhoneNumber,
  channel: VerificationChannel,
): Promise<VerificationStarted> {
  const { payers, limits, lockout, phones, codes, clock } = ports
  const { payerId } = person
  const known = await payers.get(payerId)
  const current = known?.phone
  if (current && sameHandset(current, phone)) {
    throw invalidField('phoneNumber', 'This is your phone already.')
  }
  // Looked at first, so that a send which the verification refuses is not taken from the hour …
  const refused = whyNoSend(known?.pending, clock())
  if (refused) throw refused
  const letIn = alive(known?.pending, clock())
  const needsLeave = current && !(letIn?.currentPassed && samePhone(letIn.phone, phone))
  if (needsLeave) {
    const until = await lockout.lockedUntil(payerId, clock())
    if (until) throw locked(until, clock())
  }
  if (await ports.switches.smsOff()) throw switchedOff('sms_off')
  await limits.spendTexts(payerId, needsLeave ? [phone, current] : [phone], clock())
  // … and reserved after, so that one which the hour refuses is not taken from the verification.
  const pending = await reserveSend(ports, person, known, phone, channel)
  // The verification ended meanwhile, in another tab, so that all is otherwise; the hour bounds how often.
  if (!pending) return startVerification(ports, person, phone, channel)
  if (letIn && !samePhone(letIn.phone, phone)) await endTexts(ports, letIn)
  // The new number first: what it is refused for is nothing that the old phone need hear of.
  const textId = await phones.startVerification(phone, channel)
  if (textId !== undefined) await payers.saveTexts(payerId, phone, { textId }, clock())
  if (known && needsLeave) {
    const authyId = await enrolled(ports, known, current)
    const change = changeOf(ports, payerId, phone)
    // Whoever cannot be reached by texts any more could otherwise never leave that phone.
    const how = { orByCall: true }
    const currentTextId = await codes.send({ phone: current, authyId }, change, how)
    if (currentTextId !== undefined) {
      await payers.saveTexts(payerId, phone, { currentTextId }, clock())
    }
  }
  return {
    to: masked(phone),
    sendsLeft: VERIFICATION_SENDS_MAX - pending.sends,
    expiresAt: pending.expiresAt.toISOString(),
  }
}

/** Another number is tried now: the codes for the one before are good for nothing any more. */
async function endTexts(
  { phones, codes }: RegisterPorts,
  { textId, currentTextId }: PendingPhone,
): Promise<void> {
  await Promise.all([
    textId !== undefined && phones.endVerification(textId),
    currentTextId !== undefined && codes.end(currentTextId),
  ])
}

/**
 * Trust the number whose code this is. A change of a verified number needs the verified phone's code
 * too (OWASP Transaction Authorization 1.2): a session alone never moves payments to another phone.
 *
 * Refuses: `current_code_required`, `no_code_sent`, `code_expired`, `no_attempts_left`, `wrong_code`
 * (whichever of two codes it was: RTS Art. 4(3)(a)), `locked`, `provider_unavailable`.
 */
export async function verifyPhone(
  ports: VerifyPorts,
  payerId: string,
  { code, currentCode }: { readonly code: string; readonly currentCode?: string | undefined },
): Promise<Payer> {
  const { payers, phones, codes, clock } = ports
  // Reserved before the provider is asked, so that a burst of guesses cannot outrun the limit.
  const payer = await payers.reserveAttempt(payerId, currentCode !== undefined, clock())
  if (!payer?.pending) throw await whyNoAttempt(ports, payerId, currentCode !== undefined)
  const { phone, attempts, currentPassed, textId, currentTextId } = payer.pending
  const wrongCode = new Refusal('wrong_code', {
    attemptsLeft: VERIFICATION_ATTEMPTS_MAX - attempts,
  })

  if (payer.phone && !currentPassed) {
    const authyId = await enrolled(ports, payer, payer.phone)
    const current = { authyId, textId: currentTextId }
    // A right one lets in a phone that then approves everything, so it is a go like one at a payment.
    const change = changeOf(ports, payerId, phone)
    const verdict = await asGo(ports, payerId, () =>
      codes.check(current, change, currentCode ?? ''),
    )
    if (verdict === 'over') return trustedMeanwhile(ports, payerId, phone)
    if (verdict === 'wrong') throw wrongCode
    // Kept, because the provider takes a code only once and the new phone's code may yet be mistyped.
    if (!(await payers.saveCurrentPassed(payerId, phone, clock())))
      throw new Refusal('code_expired')
    await ports.lockout.reset(payerId).catch(ports.onLockoutFault)
  }
  const verdict = await phones.checkVerification({ phone, textId }, code)
  if (verdict === 'over') return trustedMeanwhile(ports, payerId, phone)
  if (verdict === 'wrong') throw wrongCode

  const trusted =
    (await payers.trust(payerId, phone, clock())) ?? (await trustedMeanwhile(ports, payerId, phone))
  if (!trusted.phone) throw new Error('a phone was trusted and is gone')
  // The phone is trusted; that the provider does not know it yet heals with the next payment.
  try {
    await enrolled(ports, trusted, trusted.phone)
  } catch (fault) {
    ports.onEnrollFault(fault)
  }
  return trusted
}

/** How often, with a pause between, the same request's twin is looked for. */
const LOOKS_MAX = 3

/**
 * The provider takes a code once, and a verification ends with its success: so an equal request may have
 * been faster, or this one's own write whose answer was lost. If the number is trusted now, it was.
 */
async function trustedMeanwhile(
  { payers, pause }: Pick<VerifyPorts, 'payers' | 'pause'>,
  payerId: string,
  phone: PhoneNumber,
): Promise<Payer> {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const payer = await payers.get(payerId)
    if (payer?.phone && samePhone(payer.phone, phone)) return payer
    await pause()
  }
  throw new Refusal('code_expired')
}

/** Nothing where the verification that was seen is gone, and nothing is in the way. */
async function reserveSend(
  { payers, clock }: RegisterPorts,
  person: { readonly payerId: string; readonly email: string },
  known: Payer | undefined,
  phone: PhoneNumber,
  channel: VerificationChannel,
): Promise<PendingPhone | undefined> {
  const now = clock()
  const expiresAt = new Date(now.getTime() + VERIFICATION_MINUTES * 60_000)
  const living = alive(known?.pending, now)
  let reserved: Payer | undefined
  if (living) {
    const lastBefore = new Date(now.getTime() - TEXT_PAUSE_SECONDS * 1000)
    const sameNumber = samePhone(living.phone, phone)
    // The provider sends the same code again, so the same number's code ends when it would have.
    const ends = sameNumber ? living.expiresAt : expiresAt
    const again = { phone, channel, expiresAt: ends, sameNumber }
    reserved = await payers.repeatVerification(person.payerId, again, lastBefore, now)
  } else {
    const fresh = { phone, channel, sends: 1, sentAt: now, attempts: 0, expiresAt }
    reserved = await payers.beginVerification(person, { ...fresh, currentPassed: false }, now)
  }
  if (reserved?.pending) return reserved.pending
  const why = whyNoSend((await payers.get(person.payerId))?.pending, clock())
  if (why) throw why
  return undefined
}

const alive = (pending: PendingPhone | undefined, now: Date) =>
  pending && now < pending.expiresAt ? pending : undefined

function whyNoSend(pending: PendingPhone | undefined, now: Date): Refusal | undefined {
  const living = alive(pending, now)
  if (!living) return undefined
  const retryAfter = (again: Date) => ({ retryAfterSeconds: secondsUntil(again, now) })
  if (living.attempts >= VERIFICATION_ATTEMPTS_MAX) {
    return new Refusal('no_attempts_left', retryAfter(living.expiresAt))
  }
  if (living.sends >= VERIFICATION_SENDS_MAX) {
    return new Refusal('too_many_sms', retryAfter(living.expiresAt))
  }
  const again = new Date(living.sentAt.getTime() + TEXT_PAUSE_SECONDS * 1000)
  return now < again ? new Refusal('too_many_sms', retryAfter(again)) : undefined
}

async function whyNoAttempt(
  { payers, clock }: RegisterPorts,
  payerId: string,
  withCurrentCode: boolean,
): Promise<Error> {
  const payer = await payers.get(payerId)
  const pending = payer?.pending
  if (!pending) return new Refusal('no_code_sent')
  if (payer.phone && !pending.currentPassed && !withCurrentCode) {
    return new Refusal('current_code_required')
  }
  if (clock() >= pending.expiresAt) return new Refusal('code_expired')
  return new Refusal('no_attempts_left', {
    retryAfterSeconds: secondsUntil(pending.expiresAt, clock()),
  })
}

/** What the verified phone's code is bound to: this change and no payment, no other number. */
function changeOf({ changeIdOf }: RegisterPorts, payerId: string, phone: PhoneNumber): Bound {
  const id = changeIdOf(payerId, phone)
  const reference = referenceFrom(new TextEncoder().encode(id))
  return {
    action: `change-phone:${id}`,
    words: `Change your Payfriend phone to ${masked(phone)}`,
    // Where a provider words the text itself, there is no other place to say that this pays nobody.
    amount: '0.00',
    payee: `nobody: change of phone to the number ending in ${phone.national.slice(-3)} ref ${reference}`,
  }
}
