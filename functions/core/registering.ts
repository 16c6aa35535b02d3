/** How a phone is verified, and how the verified phone agrees to its replacement. */
import { displayText } from './action.ts'
import { sameHandset } from './handset.ts'
import { TEXT_PAUSE_SECONDS, VERIFICATION_MINUTES } from './limits.ts'
import { checkAsAttempt, type LockoutPorts, whyLocked } from './lockout.ts'
import {
  admit,
  international,
  masked,
  type Payer,
  type PendingPhone,
  type PhoneLeave,
  type PhoneNumber,
  type SignedIn,
  samePhone,
  VERIFICATION_ATTEMPTS_MAX,
  VERIFICATION_SENDS_MAX,
  type VerificationChannel,
} from './payer.ts'
import { leaveByOf, type PhoneLeaveBy, phoneLeaveOf, requireLeave } from './phoneLeave.ts'
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
import { phoneSigning } from './signing.ts'
import { enrolled } from './starting.ts'

export type RegisterPorts = {
  readonly payers: PayerStore
  readonly phones: Phones
  readonly phoneIds: PhoneIds
  readonly codes: Codes
  readonly clock: Clock
  /** An id for this verification of this number, from which neither can be derived. */
  readonly changeIdOf: (verification: PendingPhone) => string
}

export type VerifyPorts = RegisterPorts &
  LockoutPorts & {
    readonly signIns: Pick<SignIns, 'endSessions'>
    readonly onEnrollFault: (fault: unknown) => void
    /** Called if the sign-in provider did not end the sessions; our own check refuses them all the same. */
    readonly onSignInFault: (fault: unknown) => void
    readonly pause: () => Promise<void>
  }

/** The masked receiver of the code, the sends left, and when the code expires. */
export type VerificationStarted = {
  /** The confirmation must carry this id. */
  readonly verificationId: string
  /** Six characters that the text to the verified phone shows too. */
  readonly reference: string
  /**
   * The change of phone as the text to the verified phone shows it, with the whole number; null if no phone is
   * verified.
   */
  readonly displayText: string | null
  readonly to: string
  readonly sendsLeft: number
  readonly expiresAt: string
  readonly leave: PhoneLeaveBy
}

/**
 * Send a code to a number that the payer wants to verify. If the payer already has a verified phone, send it a
 * code too, with the new number and the reference in its text. Who has, or had, a device needs an active one's yes
 * instead, or the operator's invitation, because who has the old number must not move to a new one.
 *
 * If a verification of another number is under way, it is replaced: its id and its codes become invalid.
 *
 * Refuses: `device_required` (no device is active, and no invitation was given), `invalid_request` (the number is
 * already the verified one, or the provider says it is not a phone number, or the invitation is not the payer's), `no_attempts_left`, `locked` (codes are locked), `sms_off`, `too_many_sms`, `provider_unavailable`.
 * Throws `SessionEnded`.
 */
export async function startVerification(
  ports: RegisterPorts & {
    readonly limits: Limits
    readonly switches: Pick<Switches, 'smsOff'>
    /** A new random value at each call. */
    readonly newVerificationId: () => string
    readonly newReference: () => string
    /** Makes each signed document unique. */
    readonly newNonce: () => string
  },
  payer: SignedIn,
  wanted: Wanted,
): Promise<VerificationStarted> {
  const { phone, channel, invitation } = wanted
  const { payers, limits, phones, codes, clock } = ports
  const { payerId } = payer
  const known = await payers.get(payerId)
  admit(known, payer)
  const hasHadDevice = known?.devices.since !== undefined
  if (known && hasHadDevice) requireLeave(known, invitation, clock())
  const current = known?.phone
  if (current && sameHandset(current, phone)) {
    throw invalidField('phoneNumber', 'This is your phone already.')
  }
  // Check the verification first, so that a send it refuses is not counted in the payer's hour …
  const refused = whyNoSend(known?.pending, clock()) ?? whyLocked(known?.codesLockedUntil, clock())
  if (refused) throw refused
  const before = alive(known?.pending, clock())
  const isLetIn = before?.currentPassed && samePhone(before.phone, phone)
  const needsCode = current && !isLetIn && !hasHadDevice
  if (await ports.switches.smsOff()) throw switchedOff('sms_off')
  const giveBack = await limits.spendProvingTexts(payerId, phone, needsCode ? 2 : 1, clock())
  // … and reserve the send afterwards, so that a send the hour refuses is not counted in the verification.
  const pending = await reserveSend(ports, payer, known, wanted).catch(async (error) => {
    // Nothing is sent, so a burst of which one text is sent must not use up the hour. A fault may have reserved it.
    if (error instanceof Refusal) await giveBack()
    throw error
  })
  // Another request ended the verification meanwhile: start over. The hour's limit bounds the repetition.
  if (!pending) return startVerification(ports, payer, wanted)
  if (before && before.verificationId !== pending.verificationId) await endTexts(ports, before)
  const { verificationId } = pending
  // The new number first: if the provider refuses it, the old phone receives no text.
  const textId = await phones.startVerification(phone, channel)
  if (textId !== undefined) await payers.saveTexts(payerId, verificationId, { textId }, clock())
  if (known && needsCode) {
    const providerPhoneId = await enrolled(ports, known, current)
    // Without the call, a payer whose old phone receives no texts could never replace it.
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
    displayText: current && !hasHadDevice ? displayText(changeOf(ports, pending).action) : null,
    to: masked(phone),
    sendsLeft: VERIFICATION_SENDS_MAX - pending.sends,
    expiresAt: pending.expiresAt.toISOString(),
    leave: leaveByOf({ phone: current, pending }),
  }
}

/** The number that a payer wants to verify, how its code is sent, and the SHA-256 of the operator's invitation, if any. */
export type Wanted = {
  readonly phone: PhoneNumber
  readonly channel: VerificationChannel
  readonly invitation?: string | undefined
}

/** End the codes of a verification that was replaced by one of another number. */
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
 * Verify the number that received this code. Replacing a verified phone needs that phone's code too (OWASP
 * Transaction Authorization 1.2), so that a session alone never moves payments to another phone. The request
 * names the verification, so that a code for one number never confirms another (1.1, 2.6). After a replacement
 * every session ends, including this one.
 *
 * Refuses: `not_found` (not the payer's current verification), `device_required` (a device's yes is missing),
 * `current_code_required`, `no_code_sent`,
 * `code_expired`, `no_attempts_left`, `wrong_code` (without saying which of two codes: RTS Art. 4(3)(a)), `locked`,
 * `provider_unavailable`. Throws `SessionEnded`.
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
  const leave = phoneLeaveOf(payer, clock())
  const needsDevice = payer.devices.since !== undefined
  if (needsDevice && !leave) throw new Refusal('device_required')
  const verification = payer.pending
  const { phone, attempts, currentPassed, textId, currentTextId } = verification
  const wrongCode = new Refusal('wrong_code', {
    attemptsLeft: VERIFICATION_ATTEMPTS_MAX - attempts,
  })

  if (payer.phone && !currentPassed && !needsDevice) {
    const providerPhoneId = await enrolled(ports, payer, payer.phone)
    const current = { providerPhoneId, textId: currentTextId }
    // This code admits a phone that can then approve payments, so it counts as an attempt at a payment does.
    const change = changeOf(ports, verification)
    const verdict = await checkAsAttempt(ports, payerId, () =>
      codes.check(current, change, currentCode ?? ''),
    )
    if (verdict === 'over') return trustedMeanwhile(ports, payerId, phone)
    if (verdict === 'wrong') throw wrongCode
    // Stored, because the provider accepts a code only once and the new phone's code may be mistyped.
    if (!(await payers.saveCurrentPassed(payerId, verificationId, clock())))
      throw new Refusal('code_expired')
    await ports.lockout.reset(payerId).catch(ports.onLockoutFault)
  }
  // This code counts as an attempt too, so that guessing the code of a stranger's number is limited.
  const verdict = await checkAsAttempt(ports, payerId, () =>
    phones.checkVerification({ phone, textId }, code),
  )
  if (verdict === 'over') return trustedMeanwhile(ports, payerId, phone)
  if (verdict === 'wrong') throw wrongCode
  await ports.lockout.reset(payerId).catch(ports.onLockoutFault)

  const trusted =
    (await payers.trust(payer, verification, needsDevice ? leave : undefined, clock())) ??
    (await trustedMeanwhile(ports, payerId, phone))
  if (!trusted.phone) throw new Error(`payer ${payerId}: the verified phone is no longer stored`)
  // The change is stored. If the sign-in provider fails here, old sessions are refused all the same; if the phone
  // gets no provider id here, the next payment requests one.
  if (payer.phone) await ports.signIns.endSessions(payerId).catch(ports.onSignInFault)
  await enrolled(ports, trusted, trusted.phone).catch(ports.onEnrollFault)
  return trusted
}

/** How often the payer is read, with a pause between, to find the write of an equal request. */
const LOOKS_MAX = 3

/**
 * The provider accepts a code once. So an equal request may have verified the number first, or this request's own
 * write succeeded and its answer was lost. Returns the payer if the number is verified now; else refuses
 * `code_expired`.
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

/** Count a send. `undefined` if the verification that was read has ended meanwhile and no refusal applies. */
async function reserveSend(
  {
    payers,
    clock,
    newVerificationId,
    newReference,
    newNonce,
  }: RegisterPorts & {
    readonly newVerificationId: () => string
    readonly newReference: () => string
    readonly newNonce: () => string
  },
  signedIn: SignedIn,
  known: Payer | undefined,
  { phone, channel, invitation }: Wanted,
): Promise<PendingPhone | undefined> {
  const now = clock()
  const { payerId, email } = signedIn
  const expiresAt = new Date(now.getTime() + VERIFICATION_MINUTES * 60_000)
  const living = alive(known?.pending, now)
  const fresh = { verificationId: newVerificationId(), reference: newReference(), expiresAt }
  const needsDevice = known?.devices.since !== undefined
  /** The device's leave for a verification: what is asked of it already, or a new document. */
  const deviceLeave = (of: typeof fresh, known?: PhoneLeave): PhoneLeave | undefined =>
    needsDevice
      ? {
          failedYes: 0,
          signing: phoneSigning(
            payerId,
            { ...of, number: international(phone) },
            { nonce: newNonce(), createdAt: now },
          ),
          ...known,
          ...(invitation !== undefined && { invitation }),
        }
      : undefined
  let reserved: Payer | undefined
  if (living) {
    const lastBefore = new Date(now.getTime() - TEXT_PAUSE_SECONDS * 1000)
    // The provider repeats the same code, so for the same number the expiry stays.
    // One that began before the first device asks no device, so it is replaced.
    const isKept =
      samePhone(living.phone, phone) && (living.deviceLeave !== undefined) === needsDevice
    const { verificationId, reference, expiresAt } = isKept ? living : fresh
    const again = {
      verificationId,
      reference,
      phone,
      channel,
      expiresAt,
      deviceLeave: deviceLeave(
        { verificationId, reference, expiresAt },
        isKept ? living.deviceLeave : undefined,
      ),
    }
    reserved = await payers.repeatVerification(payerId, living, again, lastBefore, now)
  } else {
    const begun = { ...fresh, phone, channel, sends: 1, sentAt: now, attempts: 0 }
    const pending = { ...begun, currentPassed: false, deviceLeave: deviceLeave(fresh) }
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
  if (payer.devices.since) {
    if (!phoneLeaveOf(payer, clock())) return new Refusal('device_required')
  } else if (payer.phone && !pending.currentPassed && !withCurrentCode) {
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
 * The action that the verified phone's code is bound to: this verification of this number. The text shows the whole
 * number, because the last digits alone do not tell two numbers apart.
 */
function changeOf({ changeIdOf }: RegisterPorts, verification: PendingPhone): BoundAction {
  const { phone, reference } = verification
  return {
    action: { kind: 'phone-change', number: international(phone), reference },
    actionId: `change-phone:${changeIdOf(verification)}`,
    reference,
  }
}
