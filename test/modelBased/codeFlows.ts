/** A code by text: for a payment, and for a phone. */
import {
  admit,
  at,
  type Flow,
  found,
  locked,
  No,
  ownPayment,
  payerOf,
  secondsUntil,
  shown,
  tooManyTexts,
  unavailable,
  unthinkable,
  whyClosed,
  whyNoSms,
} from './answers.ts'
import { admitSession, deviceRequired } from './deviceAnswers.ts'
import { profileOf } from './deviceFlows.ts'
import { areTextsClosed, isActive, isSessionAlive } from './deviceModel.ts'
import {
  ATTEMPTS_MAX,
  type Code,
  type Counter,
  cancelCode,
  checkByPurpose,
  checkByRef,
  countAttempt,
  countText,
  countWrong,
  decide,
  forgetAttempts,
  giveAttemptBack,
  giveTextBack,
  isSame,
  look,
  type Payer,
  type Payment,
  type Pending,
  purposeOf,
  type Rules,
  type Step,
  sendCode,
  spendAttempt,
  spendText,
  TEXT_PAUSE_MS,
  TEXTS_MAX,
  VERIFICATION_MS,
  type Verdict,
  type Verification,
  write,
  writePayer,
} from './model.ts'
import { endCode, enrol, type InjectedFault } from './paymentFlows.ts'
import { leaveByOf, phoneLeaveOf, requireLeave } from './phoneLeaves.ts'
import { writePending } from './phoneModel.ts'

/** How long the provider wants to be left alone that has sent one code too often. */
const VERIFY_SENDS_RETRY_SECONDS = 600
/** How often an equal request's success is looked for. */
const LOOKS = [1, 2, 3]

const byRef = ({ provider }: Rules) => provider === 'twilioVerify'

export const text = (payer: string, id: string, fault: InjectedFault): Flow =>
  function* (clock, rules) {
    const begun = clock()
    const asked = found(yield* at(ownPayment(payer, id)))
    const who = yield* at(look((m) => payerOf(m, payer)))
    admit(who, clock())
    requireTexts(who, rules, clock())
    const until = who.lockedUntil !== undefined && who.lockedUntil > begun && who.lockedUntil
    const refused = whyNoSms(asked, clock())
    if (refused) throw refused
    if (until) throw locked(until, clock())
    // Started for a device.
    if (asked.number === '') throw deviceRequired()
    const phone = [who.phone, who.previous].find(
      (one) => one?.number === asked.number && one.enrolled,
    )
    if (!phone) throw new No(403, 'phone_not_verified')
    yield* spendTexts([['paying', payer]], clock())
    const payment = yield* at(spendText(id, payer, clock()))
    if (!payment) {
      throw whyNoSms(found(yield* at(ownPayment(payer, id))), clock()) ?? unthinkable()
    }
    const ref = yield* sendLinked(purposeOf.payment(payment.number, id), fault)
    if (!byRef(rules)) return { status: 202, payment: shown(payment, clock()) }
    const named = write(
      id,
      ({ status }) => status === 'pending',
      () => ({ codeRef: ref }),
    )
    const texted = (yield* at(named)) ?? found(yield* at(ownPayment(payer, id)))
    const closed = whyClosed(texted, clock())
    if (!closed) return { status: 202, payment: shown(texted, clock()) }
    yield* at(cancelCode(ref))
    throw closed
  }

/** While a device approves, or did lately, a text is no way around it. */
function requireTexts(who: Payer, rules: Rules, now: number) {
  if (areTextsClosed(who, rules, now)) throw deviceRequired()
}

function* send(purpose: string, fault: InjectedFault) {
  const asked = fault === 'down' ? look(() => undefined) : sendCode(purpose)
  const code = yield* at<Code | undefined>(asked)
  if (fault !== 'well') throw unavailable()
  if (code) return code
  throw new No(429, 'too_many_sms', { retryAfter: VERIFY_SENDS_RETRY_SECONDS })
}

/** One text more in each counter; refused by one, it is taken from none. */
export function* spendTexts(counters: readonly Counter[], now: number) {
  const counted: Counter[] = []
  for (const counter of counters) {
    const until = yield* at(countText(counter, now))
    if (until === undefined) {
      counted.push(counter)
      continue
    }
    for (const one of counted) yield* at(giveTextBack(one, now))
    throw tooManyTexts(until, now)
  }
}

/** @param guess which code was entered, if it is any that was ever sent */
export const enter = (
  payer: string,
  id: string,
  guess: string | undefined,
  fault: InjectedFault,
): Flow =>
  function* (clock, rules) {
    const begun = clock()
    const who = yield* at(look((m) => payerOf(m, payer)))
    admit(who, clock())
    requireTexts(who, rules, clock())
    const until = who.lockedUntil !== undefined && who.lockedUntil > begun && who.lockedUntil
    const own = ownPayment(payer, id)
    if (until) throw whyNoAttempt(found(yield* at(own)), rules, clock()) ?? locked(until, clock())
    const payment = yield* at(spendAttempt(id, payer, byRef(rules), clock()))
    if (!payment) {
      const why = whyNoAttempt(found(yield* at(own)), rules, clock())
      throw why ?? new No(409, 'no_code_sent')
    }
    const purpose = purposeOf.payment(payment.number, id)
    const verdict = yield* checkAsAttempt(
      payer,
      clock,
      check(rules, payment.codeRef, purpose, guess, fault),
    )
    if (verdict === undefined) throw unavailable()
    if (verdict === 'no more') throw new No(409, 'no_attempts_left')

    if (verdict === 'wrong') {
      const now = clock()
      const counted =
        (yield* at(countWrong(id, false, now))) ??
        (yield* at(countWrong(id, true, now))) ??
        found(yield* at(own))
      if (counted.status === 'failed') {
        yield* endCode(counted)
        throw new No(422, 'wrong_code', { attemptsLeft: 0 })
      }
      const closed = whyClosed(counted, clock())
      if (closed) throw closed
      if (counted.attempts === ATTEMPTS_MAX) throw new No(409, 'no_attempts_left')
      throw new No(422, 'wrong_code', { attemptsLeft: ATTEMPTS_MAX - counted.attempts })
    }
    if (verdict === 'right') {
      const only = (one: Payment) => one.payer === payer
      const evidence = byRef(rules) ? `verify-code ${payment.codeRef}` : 'sms-code'
      const decision = {
        status: 'approved',
        decidedBy: 'sms',
        by: 'payer',
        evidence,
        only,
      } as const
      const decided = yield* at(decide(id, decision, clock()))
      yield* at(forgetAttempts(payer))
      if (decided) return { status: 200, payment: shown(decided, clock()) }
      const now = found(yield* at(own))
      if (isByCode(now)) return { status: 200, payment: shown(now, clock()) }
      throw whyClosed(now, clock()) ?? unthinkable()
    }
    for (const _ of LOOKS) {
      const now = found(yield* at(own))
      if (isByCode(now)) return { status: 200, payment: shown(now, clock()) }
      const closed = whyClosed(now, clock())
      if (closed) throw closed
    }
    throw new No(422, 'code_expired')
  }

const isByCode = ({ status, decidedBy }: Payment) => status === 'approved' && decidedBy === 'sms'

function whyNoAttempt(payment: Payment, rules: Rules, now: number): No | undefined {
  const closed = whyClosed(payment, now)
  if (closed) return closed
  const isTexted = byRef(rules) ? payment.codeRef !== undefined : payment.sends > 0
  if (!isTexted) return new No(409, 'no_code_sent')
  return payment.attempts < ATTEMPTS_MAX ? undefined : new No(409, 'no_attempts_left')
}

/** A code is looked at as one of the payer's attempts, which is counted before. */
export function* checkAsAttempt(
  payer: string,
  clock: () => number,
  checking: Generator<Step<unknown>, Verdict | undefined>,
) {
  const attempt = yield* at(countAttempt(payer, clock()))
  if ('until' in attempt) throw locked(attempt.until, clock())
  const verdict = yield* checking
  if (verdict !== 'right' && verdict !== 'wrong') yield* at(giveAttemptBack(payer, attempt.locks))
  return verdict
}

/** What the provider says of a code, which it finds by its name or by what it is for; nothing where it says nothing. */
export function* check(
  rules: Rules,
  ref: string | undefined,
  purpose: string,
  guess: string | undefined,
  fault: InjectedFault,
): Generator<Step<unknown>, Verdict | undefined> {
  if (byRef(rules) && ref === undefined) return 'over'
  const asked = byRef(rules) ? checkByRef(ref, guess) : checkByPurpose(purpose, guess)
  const verdict = yield* at<Verdict | undefined>(fault === 'down' ? look(() => undefined) : asked)
  return fault === 'lost' ? undefined : verdict
}

/** Who wants a number, and with which invitation of the operator's, if any: its hash. */
export type Wanted = {
  readonly payer: string
  readonly authTime: number
  readonly number: string
  readonly invitation: string | undefined
  readonly fault: InjectedFault
}

export const phoneStart = (wanted: Wanted): Flow =>
  function* (clock, rules) {
    const { payer, authTime, number, invitation, fault } = wanted
    const known = yield* at(look((m) => payerOf(m, payer)))
    admitSession(known, authTime, clock())
    const isByDevice = known.devicesSince !== undefined
    if (isByDevice) requireLeave(known, invitation, clock())
    const current = known.phone.number
    if (current === number) throw new No(400, 'invalid_request')
    const refused = whyNoSend(known.pending, clock())
    if (refused) throw refused
    const now = clock()
    if (known.lockedUntil !== undefined && known.lockedUntil > now) {
      throw locked(known.lockedUntil, now)
    }
    const letIn = alive(known.pending, clock())
    const isLetIn = letIn?.currentPassed && letIn.number === number
    const needsCode = current !== '' && !isLetIn && !isByDevice
    const proving = [
      ['proving', payer],
      ['number', number],
    ] as const
    yield* spendTexts(proving, clock())
    const pending = yield* reserveSend(wanted, known, clock)
    // All is otherwise now, and it begins anew.
    if (!pending) return yield* phoneStart(wanted)(clock, rules)
    if (letIn && !isSame(letIn, pending)) {
      if (letIn.codeRef) yield* at(cancelCode(letIn.codeRef))
      if (letIn.currentCodeRef) yield* at(cancelCode(letIn.currentCodeRef))
    }
    const ref = yield* sendAnew(purposeOf.phone(number), fault)
    if (byRef(rules)) yield* at(nameText(payer, pending, { codeRef: ref }, clock()))
    if (needsCode) {
      if (!known.phone.enrolled) yield* enrol(payer, current, fault, rules)
      const leave = purposeOf.change(payer, current, pending)
      const currentCodeRef = yield* sendLinked(leave, fault)
      if (byRef(rules)) yield* at(nameText(payer, pending, { currentCodeRef }, clock()))
    }
    const { expiresAt, sends } = pending
    const leave = leaveByOf(known, pending)
    return { status: 202, sent: { sendsLeft: TEXTS_MAX - sends, expiresAt, leave } }
  }

/** A code that is bound to something and used up by guesses is as good as none. */
export function* sendLinked(purpose: string, fault: InjectedFault) {
  const { ref, checks } = yield* send(purpose, fault)
  if (checks >= ATTEMPTS_MAX) throw unavailable()
  return ref
}

/** Where guesses have used a number's code up, it is ended and another sent. */
function* sendAnew(purpose: string, fault: InjectedFault) {
  const { ref, checks } = yield* send(purpose, fault)
  if (checks < ATTEMPTS_MAX) return ref
  yield* at(cancelCode(ref))
  return (yield* send(purpose, fault)).ref
}

const nameText = (payer: string, named: Verification, texts: Partial<Pending>, now: number) =>
  writePending(
    payer,
    (one) => isSame(one, named) && now < one.expiresAt,
    () => texts,
  )

const alive = (pending: Pending | undefined, now: number) =>
  pending && now < pending.expiresAt ? pending : undefined

function whyNoSend(pending: Pending | undefined, now: number): No | undefined {
  const living = alive(pending, now)
  if (!living) return undefined
  if (living.attempts >= ATTEMPTS_MAX) {
    return new No(409, 'no_attempts_left', { retryAfter: secondsUntil(living.expiresAt, now) })
  }
  if (living.sends >= TEXTS_MAX) return tooManyTexts(living.expiresAt, now)
  const again = living.sentAt + TEXT_PAUSE_MS
  return now < again ? tooManyTexts(again, now) : undefined
}

function* reserveSend(
  { payer, authTime, number, invitation }: Wanted,
  known: Payer,
  clock: () => number,
) {
  const now = clock()
  const living = alive(known.pending, now)
  const isByDevice = known.devicesSince !== undefined
  const fresh = { number, sentAt: now, expiresAt: now + VERIFICATION_MS }
  const invited = invitation !== undefined && { invitation }
  const asked = isByDevice ? { failedYes: 0, ...invited } : undefined
  // One from before the first device asks no device, so it begins anew.
  const isKept = living?.number === number && (living.leave !== undefined) === isByDevice
  const reserved = living
    ? yield* at(
        writePending(
          payer,
          (one, { state }) =>
            !state &&
            now < one.expiresAt &&
            isSame(one, living) &&
            one.sends < TEXTS_MAX &&
            one.attempts < ATTEMPTS_MAX &&
            one.sentAt <= now - TEXT_PAUSE_MS,
          (one) =>
            isKept
              ? {
                  sentAt: now,
                  sends: one.sends + 1,
                  expiresAt: living.expiresAt,
                  leave: one.leave && { ...one.leave, ...invited },
                }
              : {
                  ...fresh,
                  sends: one.sends + 1,
                  currentPassed: false,
                  codeRef: undefined,
                  currentCodeRef: undefined,
                  leave: asked,
                },
        ),
      )
    : yield* at(
        writePayer(
          payer,
          ({ pending, state }) => !state && !alive(pending, now),
          () => ({
            pending: { ...fresh, sends: 1, attempts: 0, currentPassed: false, leave: asked },
          }),
        ),
      )
  if (reserved?.pending) return reserved.pending
  const stored = yield* at(look((m) => payerOf(m, payer)))
  admitSession(stored, authTime, clock())
  const why = whyNoSend(stored.pending, clock())
  if (why) throw why
  return undefined
}

export type Proof = {
  /** Which verification is confirmed; one that never was, where it is not said. */
  readonly named: Verification | undefined
  /** Which code was entered for the new phone, if it is any that was ever sent. */
  readonly guess: string | undefined
  /** And for the one before; `none` where it was left out. */
  readonly current: string | undefined
  readonly isCurrentGiven: boolean
  readonly authTime: number
  readonly fault: InjectedFault
}

export const phoneVerify = (payer: string, proof: Proof): Flow =>
  function* (clock, rules) {
    const { named, guess, current, isCurrentGiven, authTime, fault } = proof
    const begun = clock()
    const who = yield* at(
      writePending(
        payer,
        (one, { lockedUntil, state, phone, ...who }) =>
          isSame(one, named) &&
          !state &&
          isSessionAlive(who, authTime) &&
          // A device's leave, or the invitation, must be there before a code is looked at.
          (!one.leave || one.leave.yesBy !== undefined || one.leave.invitation !== undefined) &&
          begun < one.expiresAt &&
          one.attempts < ATTEMPTS_MAX &&
          (lockedUntil === undefined || lockedUntil <= begun) &&
          (isCurrentGiven || one.currentPassed || phone.number === '' || one.leave !== undefined),
        ({ attempts }) => ({ attempts: attempts + 1 }),
      ),
    )
    if (!who?.pending)
      throw whyNoPhoneAttempt(yield* at(look((m) => payerOf(m, payer))), proof, clock())
    const isByDevice = who.devicesSince !== undefined
    const leave = phoneLeaveOf(who, clock())
    if (isByDevice && !leave) throw deviceRequired()
    const { number, attempts, currentPassed, codeRef, currentCodeRef } = who.pending
    const wrong = new No(422, 'wrong_code', { attemptsLeft: ATTEMPTS_MAX - attempts })
    if (who.phone.number !== '' && !currentPassed && !isByDevice) {
      if (!who.phone.enrolled) yield* enrol(payer, who.phone.number, fault, rules)
      const ofChange = purposeOf.change(payer, who.phone.number, who.pending)
      const checking = check(rules, currentCodeRef, ofChange, current, fault)
      const verdict = yield* checkAsAttempt(payer, clock, checking)
      if (verdict === undefined) throw unavailable()
      if (verdict === 'no more') throw new No(409, 'no_attempts_left')
      if (verdict === 'over') return welcome(yield* twinOf(payer, number), clock, rules)
      if (verdict === 'wrong') throw wrong
      const now = clock()
      const passed = writePending(
        payer,
        (one) => now < one.expiresAt && isSame(one, named),
        () => ({ currentPassed: true }),
      )
      if (!(yield* at(passed))) throw new No(422, 'code_expired')
      yield* at(forgetAttempts(payer))
    }
    const checking = check(rules, codeRef, purposeOf.phone(number), guess, fault)
    const verdict = yield* checkAsAttempt(payer, clock, checking)
    if (verdict === undefined) throw unavailable()
    if (verdict === 'no more') throw new No(409, 'no_attempts_left')
    if (verdict === 'over') return welcome(yield* twinOf(payer, number), clock, rules)
    if (verdict === 'wrong') throw wrong
    yield* at(forgetAttempts(payer))

    const now = clock()
    const trusted = yield* at(
      writePayer(
        payer,
        (one) => {
          const { pending, devicesSince, phone, state, ownerInvitation } = one
          if (!pending || now >= pending.expiresAt || !isSame(pending, named) || state) return false
          if (!leave || !isByDevice) {
            return devicesSince === undefined && (pending.currentPassed || phone.number === '')
          }
          if (leave.device !== undefined) {
            return pending.leave?.yesBy === leave.device && isActive(one, leave.device, now)
          }
          return (
            pending.leave?.invitation === leave.invitation &&
            ownerInvitation?.hash === leave.invitation &&
            now < ownerInvitation.until
          )
        },
        ({ phone, ownerInvitation, sessionsFrom }) => ({
          phone: { number, enrolled: false },
          previous: phone.number === '' ? { number, enrolled: false } : phone,
          pending: undefined,
          asking: undefined,
          ownerInvitation: isByDevice && leave?.invitation ? undefined : ownerInvitation,
          sessionsFrom: who.phone.number === '' ? sessionsFrom : Math.ceil(now / 1000),
        }),
      ),
    )
    return yield* welcomed(trusted ?? (yield* twinOf(payer, number)), fault, clock, rules)
  }

/** The phone is trusted, whether or not the provider can be told. */
function* welcomed(who: Payer, fault: InjectedFault, clock: () => number, rules: Rules) {
  try {
    if (!who.phone.enrolled) yield* enrol(who.id, who.phone.number, fault, rules)
  } catch (error) {
    if (!(error instanceof No)) throw error
  }
  return welcome(who, clock, rules)
}

/** An equal request was faster, if the number is trusted by now. */
function* twinOf(payer: string, number: string) {
  for (const _ of LOOKS) {
    const who = yield* at(look((m) => payerOf(m, payer)))
    if (who.phone.number === number) return who
  }
  throw new No(422, 'code_expired')
}

const welcome = (who: Payer, clock: () => number, rules: Rules) => profileOf(200, who, clock, rules)

function whyNoPhoneAttempt(
  payer: Payer,
  { named, isCurrentGiven, authTime }: Proof,
  now: number,
): No {
  admitSession(payer, authTime, now)
  const { pending } = payer
  if (!pending) return new No(409, 'no_code_sent')
  if (!isSame(pending, named)) return new No(404, 'not_found')
  const hasNumber = payer.phone.number !== ''
  if (payer.devicesSince !== undefined) {
    if (!phoneLeaveOf(payer, now)) return deviceRequired()
  } else if (hasNumber && !pending.currentPassed && !isCurrentGiven) {
    return new No(403, 'current_code_required')
  }
  if (now >= pending.expiresAt) return new No(422, 'code_expired')
  const isSpent = pending.attempts >= ATTEMPTS_MAX
  if (!isSpent && payer.lockedUntil !== undefined && now < payer.lockedUntil) {
    return locked(payer.lockedUntil, now)
  }
  return new No(409, 'no_attempts_left', { retryAfter: secondsUntil(pending.expiresAt, now) })
}

export const profile = (payer: string): Flow =>
  function* (clock, rules) {
    return welcome(yield* at(look((m) => payerOf(m, payer))), clock, rules)
  }
