/** How a phone becomes trusted, and how a trusted one lets in the next. */
import { displayText } from './action.ts'
import { sameHandset } from './handset.ts'
import { TEXT_PAUSE_SECONDS } from './limits.ts'
import { checkAsAttempt, type LockoutPorts, whyLocked } from './lockout.ts'
import {
  admit,
  international,
  masked,
  type Payer,
  type PendingPhone,
  type PhoneNumber,
  type SignedIn,
  samePhone,
  VERIFICATION_ATTEMPTS_MAX,
  VERIFICATION_MINUTES,
  VERIFICATION_SENDS_MAX,
  type VerificationChannel,
} from './payer.ts'
import type {
  BoundAction,
  Clock,
  Codes,
  Limits,
  PayerStore,
  PhoneIds,
  Phones,
  SignIns,
  Switches,
  VerificationAttempt,
} from './ports.ts'
import { invalidField, Refusal, secondsUntil, switchedOff } from './refusals.ts'
import { enrolled } from './starting.ts'

export type RegisterPorts = {
  readonly payers: PayerStore
  readonly phones: Phones
  readonly phoneIds: PhoneIds
  readonly codes: Codes
  readonly clock: Clock
  /** A name for this verification of this number that tells neither. */
  readonly changeIdOf: (verification: PendingPhone) => string
}

export type VerifyPorts = RegisterPorts &
  LockoutPorts & {
    readonly signIns: Pick<SignIns, 'endSessions'>
    readonly onEnrollFault: (fault: unknown) => void
    /** Told where sessions could not be ended at the sign-in provider; they start nothing all the same. */
    readonly onSignInFault: (fault: unknown) => void
    readonly pause: () => Promise<void>
  }

/** Where the code went, how often it can be sent again, and until when it is good. */
export type VerificationStarted = {
  /** What the confirmation has to carry. */
  readonly verificationId: string
  /** Six characters that the text to the verified phone names too. */
  readonly reference: string
  /** What the verified phone is told of, with the whole number; null where there is none. */
  readonly displayText: string | null
  readonly to: string
  readonly sendsLeft: number
  readonly expiresAt: string
}

/**
 * Send a code to a number that its owner wants to be trusted; where a verified phone is there
 * already, send that one a code too, which names the new number and the reference.
 *
 * Another number than the one under way makes that void, with its id and its codes.
 *
 * Refuses: `invalid_request` (the number is the verified one already, or the provider knows it to be
 * none), `no_attempts_left`, `locked` (codes could not be entered), `sms_off`, `too_many_sms`,
 * `provider_unavailable`. Throws `SessionEnded`.
 */
export async function startVerification(
  ports: RegisterPorts & {
    readonly limits: Limits
    readonly switches: Pick<Switches, 'smsOff'>
    /** Others each time, by chance. */
    readonly newVerificationId: () => string
    readonly newReference: () => string
  },
  payer: SignedIn,
  phone: PhoneNumber,
  channel: VerificationChannel,
): Promise<VerificationStarted> {
  const { payers, limits, phones, codes, clock } = ports
  const { payerId } = payer
  const known = await payers.get(payerId)
  admit(known, payer)
  const current = known?.phone
  if (current && sameHandset(current, phone)) {
    throw invalidField('phoneNumber', 'This is your phone already.')
  }
  // Looked at first, so that a send which the verification refuses is not taken from the hour …
  const refused = whyNoSend(known?.pending, clock()) ?? whyLocked(known?.codesLockedUntil, clock())
  if (refused) throw refused
  const before = alive(known?.pending, clock())
  const isLetIn = before?.currentPassed && samePhone(before.phone, phone)
  const needsLeave = current && !isLetIn
  if (await ports.switches.smsOff()) throw switchedOff('sms_off')
  await limits.spendProvingTexts(payerId, phone, needsLeave ? 2 : 1, clock())
  // … and reserved after, so that one which the hour refuses is not taken from the verification.
  const pending = await reserveSend(ports, payer, known, phone, channel)
  // The verification ended meanwhile, in another tab, so that all is otherwise; the hour bounds how often.
  if (!pending) return startVerification(ports, payer, phone, channel)
  if (before && before.verificationId !== pending.verificationId) await endTexts(ports, before)
  const { verificationId } = pending
  // The new number first: what it is refused for is nothing that the old phone need hear of.
  const textId = await phones.startVerification(phone, channel)
  if (textId !== undefined) await payers.saveTexts(payerId, verificationId, { textId }, clock())
  if (known && needsLeave) {
    const providerPhoneId = await enrolled(ports, known, current)
    // Whoever cannot be reached by texts any more could otherwise never leave that phone.
    const how = { orByCall: true }
    const change = changeOf(ports, pending)
    const currentTextId = await codes.send({ phone: current, providerPhoneId }, change, how)
    if (currentTextId !== undefined) {
      await payers.saveTexts(payerId, verificationId, { currentTextId }, clock())
    }
  }
  return {
    verificationId,
    reference: pending.reference,
    displayText: current ? displayText(changeOf(ports, pending).action) : null,
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
 * too (OWASP Transaction Authorization 1.2): a session alone never moves payments to another phone. The
 * verification is named, so that codes for one number never confirm another (1.1, 2.6). After a change
 * every session is over, this one too.
 *
 * Refuses: `not_found` (the verification is not, or no longer, the payer's one), `current_code_required`,
 * `no_code_sent`, `code_expired`, `no_attempts_left`, `wrong_code` (whichever of two codes it was: RTS
 * Art. 4(3)(a)), `locked`, `provider_unavailable`. Throws `SessionEnded`.
 */
export async function verifyPhone(
  ports: VerifyPorts,
  signedIn: SignedIn,
  {
    verificationId,
    code,
    currentCode,
  }: {
    readonly verificationId: string
    readonly code: string
    readonly currentCode?: string | undefined
  },
): Promise<Payer> {
  const { payers, phones, codes, clock } = ports
  const { payerId } = signedIn
  const attempt = { verificationId, withCurrentCode: currentCode !== undefined }
  // Reserved before the provider is asked, so that a burst of guesses cannot outrun the limit.
  const payer = await payers.reserveAttempt(signedIn, attempt, clock())
  if (!payer?.pending) throw await whyNoAttempt(ports, signedIn, attempt)
  const verification = payer.pending
  const { phone, attempts, currentPassed, textId, currentTextId } = verification
  const wrongCode = new Refusal('wrong_code', {
    attemptsLeft: VERIFICATION_ATTEMPTS_MAX - attempts,
  })

  if (payer.phone && !currentPassed) {
    const providerPhoneId = await enrolled(ports, payer, payer.phone)
    const current = { providerPhoneId, textId: currentTextId }
    // A right one lets in a phone that then approves everything, so it is an attempt like one at a payment.
    const change = changeOf(ports, verification)
    const verdict = await checkAsAttempt(ports, payerId, () =>
      codes.check(current, change, currentCode ?? ''),
    )
    if (verdict === 'over') return trustedMeanwhile(ports, payerId, phone)
    if (verdict === 'wrong') throw wrongCode
    // Kept, because the provider takes a code only once and the new phone's code may yet be mistyped.
    if (!(await payers.saveCurrentPassed(payerId, verificationId, clock())))
      throw new Refusal('code_expired')
    await ports.lockout.reset(payerId).catch(ports.onLockoutFault)
  }
  // An attempt as well: whoever guesses a stranger's number is stopped as at a payment.
  const verdict = await checkAsAttempt(ports, payerId, () =>
    phones.checkVerification({ phone, textId }, code),
  )
  if (verdict === 'over') return trustedMeanwhile(ports, payerId, phone)
  if (verdict === 'wrong') throw wrongCode
  await ports.lockout.reset(payerId).catch(ports.onLockoutFault)

  const trusted =
    (await payers.trust(payer, verification, clock())) ??
    (await trustedMeanwhile(ports, payerId, phone))
  if (!trusted.phone) throw new Error('a phone was trusted and is gone')
  // All is written. Where sign-in cannot be told, old sessions start nothing all the same; an id of the phone
  // that is missing at the provider is made with the next payment.
  if (payer.phone) await ports.signIns.endSessions(payerId).catch(ports.onSignInFault)
  await enrolled(ports, trusted, trusted.phone).catch(ports.onEnrollFault)
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
  {
    payers,
    clock,
    newVerificationId,
    newReference,
  }: RegisterPorts & {
    readonly newVerificationId: () => string
    readonly newReference: () => string
  },
  signedIn: SignedIn,
  known: Payer | undefined,
  phone: PhoneNumber,
  channel: VerificationChannel,
): Promise<PendingPhone | undefined> {
  const now = clock()
  const { payerId, email } = signedIn
  const expiresAt = new Date(now.getTime() + VERIFICATION_MINUTES * 60_000)
  const living = alive(known?.pending, now)
  const fresh = { verificationId: newVerificationId(), reference: newReference(), expiresAt }
  let reserved: Payer | undefined
  if (living) {
    const lastBefore = new Date(now.getTime() - TEXT_PAUSE_SECONDS * 1000)
    // The provider sends the same code again, so the same number's ends when it would have.
    const kept = samePhone(living.phone, phone) ? living : fresh
    const { verificationId, reference } = kept
    const again = { verificationId, reference, phone, channel, expiresAt: kept.expiresAt }
    reserved = await payers.repeatVerification(payerId, living, again, lastBefore, now)
  } else {
    const begun = { ...fresh, phone, channel, sends: 1, sentAt: now, attempts: 0 }
    const pending = { ...begun, currentPassed: false }
    reserved = await payers.beginVerification({ payerId, email }, pending, now)
  }
  if (reserved?.pending) return reserved.pending
  const stored = await payers.get(payerId)
  admit(stored, signedIn)
  const why = whyNoSend(stored?.pending, clock())
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
  signedIn: SignedIn,
  { verificationId, withCurrentCode }: VerificationAttempt,
): Promise<Error> {
  const payer = await payers.get(signedIn.payerId)
  admit(payer, signedIn)
  const pending = payer?.pending
  if (!pending) return new Refusal('no_code_sent')
  if (pending.verificationId !== verificationId) return new Refusal('not_found')
  if (payer.phone && !pending.currentPassed && !withCurrentCode) {
    return new Refusal('current_code_required')
  }
  if (clock() >= pending.expiresAt) return new Refusal('code_expired')
  const locked = whyLocked(payer.codesLockedUntil, clock())
  if (locked && pending.attempts < VERIFICATION_ATTEMPTS_MAX) return locked
  return new Refusal('no_attempts_left', {
    retryAfterSeconds: secondsUntil(pending.expiresAt, clock()),
  })
}

/**
 * What the verified phone's code is bound to: this verification of this number, no payment and no other.
 * Its text goes to the account's own owner, so it has the whole number: nothing less tells two apart.
 */
function changeOf({ changeIdOf }: RegisterPorts, verification: PendingPhone): BoundAction {
  const { phone, reference } = verification
  return {
    action: { kind: 'phone-change', number: international(phone), reference },
    actionId: `change-phone:${changeIdOf(verification)}`,
    reference,
  }
}
