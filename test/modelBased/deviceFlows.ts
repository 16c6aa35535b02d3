/** How a device is invited, asks, is let in and removed, step by step. */
import { at, type Flow, No, payerOf, secondsUntil, tooManyTexts, unavailable } from './answers.ts'
import { check, checkAsAttempt, sendLinked, spendTexts } from './codeFlows.ts'
import {
  admitSession,
  aliveAsking,
  deviceRequired,
  ended,
  isInvited,
  leavesFor,
  notFound,
  notTrusted,
  requireRoom,
  shownDevices,
  waitHoursOf,
  whyCodesLocked,
} from './deviceAnswers.ts'
import {
  activeOf,
  ask,
  DIGIT_TRIES_MAX,
  endSessions as endAll,
  FRESH_SECONDS,
  hasYes,
  INVITATION_MS,
  isActive,
  isSessionAlive,
  isUndoable,
  LEAVE_TEXTS_MAX,
  letIn as letInWrite,
  liftLock,
  noteAsked,
  noteReminder,
  placesOf,
  putInvitation,
  remove as removeWrite,
  restore as restoreWrite,
  saveDigits,
  saveLeaveText,
  spendInvitation,
  spendLeaveText,
  spendTry,
  stopWaiting,
  turnAway,
  undoableOf,
  waitingOf,
} from './deviceModel.ts'
import {
  type Asking,
  forgetAttempts,
  HOUR_MS,
  type Leave,
  look,
  type Payer,
  purposeOf,
  type Rules,
  type Step,
  TEXT_PAUSE_MS,
} from './model.ts'
import { enrol as enrolPhone, type InjectedFault } from './paymentFlows.ts'
import { shownPhone } from './phoneLeaves.ts'

/** A payer's page: whose, and when they signed in, in seconds. */
export type Session = { readonly payer: string; readonly authTime: number }

const read = (payer: string): Step<Payer> => look((m) => payerOf(m, payer))

function* admitted({ payer, authTime }: Session, clock: () => number) {
  const who = yield* at(read(payer))
  admitSession(who, authTime, clock())
  return who
}

/** A payer's page. */
export function profileOf(status: number, who: Payer, clock: () => number, rules: Rules) {
  const now = clock()
  const { lockedUntil = 0 } = who
  const { until = 0 } = who.startsLock ?? {}
  return {
    status,
    phone: shownPhone(who, now),
    devices: shownDevices(who, rules, now),
    codesLockedUntil: now < lockedUntil ? lockedUntil : null,
    startsLockedUntil: now < until ? until : null,
  }
}

export const invite = (session: Session, hash: () => string): Flow =>
  function* (clock) {
    yield* admitted(session, clock)
    const until = clock() + INVITATION_MS
    yield* at(putInvitation(hash(), { ...session, expiresAt: until }))
    return { status: 201, until }
  }

export type Enrolment = {
  readonly hash: string
  readonly id: string
  readonly name: string
  /** When its proof says that it was made, in seconds. */
  readonly iat: number
  readonly flaw: 'proof' | 'credential' | undefined
  /** Of its passkey. */
  readonly passkey: string
  /** Its passkey was there before, and has signed its new key, rightly or not. */
  readonly renewal?: 'right' | 'wrong' | undefined
}

/** What the server drew for it. */
export type Drawn = Pick<Asking, 'reference' | 'digits' | 'signing'>

const PROOF_MS_MAX = 60_000
export const isInTime = (iat: number, now: number) => Math.abs(now - iat * 1000) <= PROOF_MS_MAX

export const enrol = (
  { hash, id, name, iat, flaw, passkey, renewal }: Enrolment,
  drawn: () => Drawn | undefined,
  rules: Rules,
): Flow =>
  function* (clock) {
    if (flaw === 'proof' || !isInTime(iat, clock())) throw notTrusted()
    if (flaw === 'credential') throw new No(400, 'invalid_request')
    const invitation = yield* at(look(({ invitations }) => invitations[hash]))
    if (!invitation || clock() >= invitation.expiresAt) throw notFound()
    const { payer, authTime, expiresAt } = invitation
    const who = yield* at(read(payer))
    if (who.state || !isSessionAlive(who, authTime)) throw notFound()
    const had = activeOf(who, clock()).find((one) => one.passkey === passkey)
    if (renewal === 'wrong' || (renewal && !had)) throw new No(400, 'invalid_request')
    const renews = renewal && had?.id
    if (renews === undefined) requireRoom(who)
    // Keys are a device's for good: neither an active nor a removed one asks again.
    if (who.devices.some((one) => one.id === id)) throw notFound()
    const { asking } = who
    if (asking?.id === id && asking.invitation === hash) return { status: 201, until: expiresAt }
    if (invitation.hasAsked) throw notFound()
    const seen = who.devices.filter(
      (one) => one.removedAt === undefined || isUndoable(one, rules, clock()),
    )
    const own = firstFree(name, seen)
    if (!(yield* at(spendInvitation(hash, id, clock())))) throw notFound()
    const { reference = '', digits = '', signing = '' } = drawn() ?? {}
    const fresh = {
      ...{
        id,
        passkey,
        renews,
        name: renews === undefined ? own : (had?.name ?? name),
        invitation: hash,
        authTime,
        expiresAt,
      },
      ...{ reference, digits, signing },
    }
    const counts = { tries: 0, hasDigits: false, texts: 0, failedYes: 0 }
    if (yield* at(ask(payer, { ...fresh, ...counts }))) {
      yield* at(noteAsked(hash))
      return { status: 201, until: expiresAt }
    }
    const { asking: stored } = yield* at(read(payer))
    if (stored?.id !== id || stored.invitation !== hash) throw notFound()
    return { status: 201, until: expiresAt }
  }

/** Two phones that the payer sees have two names: the next one has a number. */
function firstFree(name: string, seen: readonly { readonly name: string }[]): string {
  const names = [name, ...[2, 3, 4, 5, 6, 7, 8, 9].map((number) => `${name} ${number}`)]
  return names.find((one) => !seen.some((device) => device.name === one)) ?? name
}

const byRef = ({ provider }: Rules) => provider === 'twilioVerify'

/** By which the provider tells one leave from another. */
export const linkOf = (
  { id, invitation, reference }: Pick<Asking, 'id' | 'invitation' | 'reference'>,
  rules: Pick<Rules, 'provider'>,
) => (rules.provider === 'authy' ? `device:${id}:${invitation.slice(0, 16)}` : `ref ${reference}`)

const purpose = (who: Payer, asking: Asking, rules: Rules) =>
  purposeOf.leave(who.id, who.phone.number, linkOf(asking, rules))

function requireTextLeave(who: Payer, rules: Rules, now: number) {
  const hasTexts = rules.provider !== 'none'
  if (who.phone.number === '' && hasTexts) throw new No(403, 'phone_not_verified')
  if (!leavesFor(who, rules, now).includes('text')) throw deviceRequired()
}

function whyNoText({ texts, textedAt, expiresAt }: Asking, now: number): No | undefined {
  if (texts >= LEAVE_TEXTS_MAX) return tooManyTexts(expiresAt, now)
  if (textedAt === undefined || now >= textedAt + TEXT_PAUSE_MS) return undefined
  return tooManyTexts(textedAt + TEXT_PAUSE_MS, now)
}

function* requireAsking(session: Session, id: string, clock: () => number) {
  const who = yield* admitted(session, clock)
  const asking = aliveAsking(who, clock())
  if (asking?.id !== id) throw notFound()
  return { who, asking }
}

/** A text is asked for, that lets the device in. */
export const leave = (session: Session, id: string, fault: InjectedFault): Flow =>
  function* (clock, rules) {
    const { payer, authTime } = session
    const { who, asking } = yield* requireAsking(session, id, clock)
    requireTextLeave(who, rules, clock())
    const refused = whyNoText(asking, clock()) ?? whyCodesLocked(who, clock())
    if (refused) throw refused
    yield* spendTexts(
      [
        ['proving', payer],
        ['number', who.phone.number],
      ],
      clock(),
    )
    const now = clock()
    const counted = yield* at(spendLeaveText(payer, id, authTime, { pauseMs: TEXT_PAUSE_MS, now }))
    if (!counted) {
      const again = yield* requireAsking(session, id, clock)
      throw whyNoText(again.asking, clock()) ?? notFound()
    }
    if (!who.phone.enrolled) yield* enrolPhone(payer, who.phone.number, fault, rules)
    const ref = yield* sendLinked(purpose(who, asking, rules), fault)
    if (byRef(rules)) yield* at(saveLeaveText(payer, id, ref, clock()))
    return profileOf(202, counted, clock, rules)
  }

export type Confirmation = {
  /** Whether the digits are the device's. */
  readonly digits: string
  /** Which code was entered, if it is any that was ever sent. */
  readonly guess: string | undefined
  readonly isCodeGiven: boolean
  /** The hash of the operator's invitation that was typed, if any was. */
  readonly invitation: string | undefined
  readonly fault: InjectedFault
}

export const confirm = (session: Session, id: string, confirmation: Confirmation): Flow =>
  function* (clock, rules) {
    const { payer, authTime } = session
    const { digits, guess, isCodeGiven, invitation, fault } = confirmation
    const who = yield* at(spendTry(payer, id, authTime, clock()))
    const asking = who?.asking
    if (!who || !asking) {
      return profileOf(200, yield* alreadyIn(session, id, clock), clock, rules)
    }
    const attemptsLeft = DIGIT_TRIES_MAX - asking.tries
    const wrong = new No(422, 'wrong_code', { attemptsLeft })
    if (digits !== asking.digits) {
      if (attemptsLeft === 0) yield* at(turnAway(payer, id))
      throw wrong
    }
    if (invitation !== undefined) {
      if (!isInvited(who, invitation, clock())) throw wrong
      return profileOf(200, yield* letIn(who, 'invitation', clock, rules), clock, rules)
    }
    if (isCodeGiven) {
      requireTextLeave(who, rules, clock())
      const locked = whyCodesLocked(who, clock())
      if (locked) throw locked
      const isTexted = byRef(rules) ? asking.codeRef !== undefined : true
      if (asking.texts === 0 || !isTexted) throw new No(409, 'no_code_sent')
      if (!who.phone.enrolled) yield* enrolPhone(payer, who.phone.number, fault, rules)
      const checking = check(rules, asking.codeRef, purpose(who, asking, rules), guess, fault)
      const verdict = yield* checkAsAttempt(payer, clock, checking)
      if (verdict === undefined) throw unavailable()
      if (verdict === 'no more') throw new No(409, 'no_attempts_left')
      if (verdict === 'over') throw new No(422, 'code_expired')
      if (verdict === 'wrong') throw wrong
      yield* at(forgetAttempts(payer))
      return profileOf(200, yield* letIn(who, 'text', clock, rules), clock, rules)
    }
    const leaves = leavesFor(who, rules, clock())
    if (leaves.includes('device')) {
      const stored = yield* at(saveDigits(payer, id, clock()))
      if (!stored) return profileOf(200, yield* alreadyIn(session, id, clock), clock, rules)
      const last = hasYes(stored, clock()) ? yield* letIn(stored, 'device', clock, rules) : stored
      return profileOf(200, last, clock, rules)
    }
    if (!leaves.includes('sign-in')) throw new No(403, 'current_code_required')
    if (clock() / 1000 - authTime > FRESH_SECONDS) throw ended()
    return profileOf(200, yield* letIn(who, 'sign-in', clock, rules), clock, rules)
  }

/** An equal request let it in before this one. */
function* alreadyIn(session: Session, id: string, clock: () => number) {
  const now = yield* admitted(session, clock)
  if (placesOf(now).some((one) => one.id === id)) return now
  const alive = aliveAsking(now, clock())
  if (alive?.id !== id) throw notFound()
  const retryAfter = secondsUntil(alive.expiresAt, clock())
  throw new No(409, 'no_attempts_left', { retryAfter })
}

/** Let a device in that has right digits and a leave; at once, or after the wait. */
export function* letIn(seen: Payer, by: Leave, clock: () => number, rules: Rules) {
  const now = clock()
  const { asking } = seen
  if (!asking) throw notFound()
  const waitMs = waitHoursOf(by, seen, rules) * HOUR_MS
  if (waitMs > 0) {
    const half = { payer: seen.id, device: asking.id, at: now + waitMs / 2 }
    yield* at(noteReminder(half))
  }
  const added = yield* at(letInWrite(seen, by, waitMs > 0 ? now + waitMs : undefined, rules, now))
  if (added) return added
  const stored = yield* at(read(seen.id))
  if (placesOf(stored).some(({ id }) => id === asking.id)) return stored
  if (asking.renews === undefined) requireRoom(stored)
  throw notFound()
}

/** Remove an active device, cancel one that waits, or turn one away that asks. */
export const remove = (session: Session, id: string): Flow =>
  function* (clock, rules) {
    const { payer } = session
    const who = yield* admitted(session, clock)
    const wasLetIn = ({ devices }: Payer) => devices.some((one) => one.id === id)
    const removed = (seen: Payer) => removeBySession(seen, id, clock)
    if (wasLetIn(who)) return profileOf(200, yield* removed(who), clock, rules)
    if (who.asking?.id !== id) throw notFound()
    const turned = yield* at(turnAway(payer, id))
    if (turned) return profileOf(200, turned, clock, rules)
    const stored = yield* at(read(payer))
    return profileOf(200, wasLetIn(stored) ? yield* removed(stored) : stored, clock, rules)
  }

function* removeBySession(seen: Payer, id: string, clock: () => number) {
  if (!placesOf(seen).some((one) => one.id === id)) return seen
  const now = clock()
  const isWaiting = waitingOf(seen, now).some((one) => one.id === id)
  const write = isWaiting
    ? stopWaiting(seen.id, id, undefined, now)
    : removeWrite(seen.id, id, 'session', now)
  return (yield* at(write)) ?? (yield* afterRemoval(seen.id, id))
}

export function* removeItsOwn(payer: string, id: string, clock: () => number) {
  return (yield* at(removeWrite(payer, id, 'device', clock()))) ?? (yield* afterRemoval(payer, id))
}

function* afterRemoval(payer: string, id: string) {
  const stored = yield* at(read(payer))
  if (placesOf(stored).some((one) => one.id === id)) throw new No(423, 'locked')
  return stored
}

/** A sign-in newer than the removal confirms the undo that the removed device's passkey has asked for. */
export const undo = (session: Session, id: string): Flow =>
  function* (clock, rules) {
    const { payer, authTime } = session
    const who = yield* admitted(session, clock)
    if (isActive(who, id, clock())) return profileOf(200, who, clock, rules)
    const device = undoableOf(who, rules, clock()).find((one) => one.id === id)
    if (device?.removedAt === undefined || device.stop?.askedAt === undefined) throw notFound()
    if (authTime * 1000 <= device.removedAt) throw ended()
    requireRoom(who)
    const restored = yield* at(restoreWrite(payer, device, authTime))
    if (restored) return profileOf(200, restored, clock, rules)
    const stored = yield* at(read(payer))
    if (isActive(stored, id, clock())) return profileOf(200, stored, clock, rules)
    requireRoom(stored)
    throw notFound()
  }

/** Sign out everywhere. */
export const endSessions = (session: Session): Flow =>
  function* (clock) {
    const { payer } = session
    yield* admitted(session, clock)
    const now = clock()
    const seen = yield* at(read(payer))
    yield* at(endAll(payer, now))
    if (whyCodesLocked(seen, now)) yield* at(liftLock(payer, now))
    return { status: 200 }
  }
