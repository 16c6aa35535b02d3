/**
 * A model of a payment's life and of what surrounds it: its payer's phone, counters and lock, and what the
 * provider knows. It is written from the design, imports nothing of the product, and only ever makes new
 * states out of old ones.
 */

import type { Channel } from '../../functions/core/channel.ts'
export type Provider = 'authy' | 'twilioVerify' | 'none'

/** What a deployment may set, as far as sequences come to it. */
export type Rules = {
  readonly provider: Provider
  readonly lifeSeconds: number
  readonly textsPerHour: number
  readonly textsPerDay: number
  readonly provingTextsPerHour: number
  readonly provingTextsPerDay: number
  readonly openPayments: number
  readonly paymentsPerHour: number
  /** What may let in the first device of a payer without a verified phone. */
  readonly firstDevice: 'invitation' | 'sign-in'
  /** So long a device waits that no active one let in, and so long a removal by a session can be undone. */
  readonly waitHours: number
  /** Texts approve payments of a payer who has a device, too. */
  readonly textsBesideDevice: boolean
}

export type Status = 'pending' | 'approved' | 'denied' | 'expired' | 'failed' | 'cancelled'
export type { Channel }

export type Event = {
  readonly at: number
  readonly event: string
  readonly channel: Channel | null
  readonly by: 'payer' | 'provider' | 'operator' | 'clock'
}

export type Payment = {
  readonly id: string
  readonly payer: string
  /** The phone that it was started for, and stays with. */
  readonly number: string
  /** Which terms; the model knows no words. */
  readonly terms: string
  /** The whole content of its push; none where no push is asked for. */
  readonly shown: string | undefined
  readonly status: Status
  readonly push: 'sending' | 'sent' | 'unavailable'
  readonly pushAskedAt?: number | undefined
  readonly pausedUntil?: number | undefined
  readonly pushReadAt?: number | undefined
  /** Stored, of the payment's pushes. */
  readonly pushRef?: string | undefined
  readonly sends: number
  readonly sentAt?: number | undefined
  /** Stored, of the payment's codes, where codes are checked by it. */
  readonly codeRef?: string | undefined
  readonly attempts: number
  readonly wrong: number
  readonly createdAt: number
  readonly expiresAt: number
  readonly decidedAt?: number | undefined
  readonly decidedBy?: Channel | undefined
  /** What kind of evidence, and of which push; and how the answer was learned. */
  readonly evidence?: string | undefined
  readonly proof?: string | undefined
  /** When a signed answer that names it was first refused. */
  readonly refusedAt?: number | undefined
  /** When its push was denied after it had ended otherwise. */
  readonly deniedLateAt?: number | undefined
  /** There is a document that a device can sign. */
  readonly hasDocument: boolean
  /** Assertions that were counted before they were checked, and those that were wrong. */
  readonly tried: readonly string[]
  readonly failed: readonly string[]
  readonly history: readonly Event[]
}

/** What lets a device in. */
export type Leave = 'device' | 'text' | 'sign-in' | 'invitation'

export type Device = {
  readonly id: string
  readonly name: string
  /** The id of its passkey, which a renewal keeps. */
  readonly passkey: string
  readonly boundBy: Leave
  readonly addedAt: number
  /** It approves nothing before. */
  readonly activeFrom?: number | undefined
  readonly remindedAt?: number | undefined
  readonly lastUsedAt?: number | undefined
  readonly removedAt?: number | undefined
  readonly removedBy?: 'session' | 'device' | 'renewal' | undefined
  readonly stop?: Stop | undefined
}

/** By which a recovery is stopped, or a removal undone. */
export type Stop = {
  readonly what: 'recovery' | 'removal'
  /** Of the document; of one device no two begin at one moment. */
  readonly createdAt: number
  /** Failed assertions, by the device that sent them. */
  readonly failed: Readonly<Record<string, number>>
  readonly askedAt?: number | undefined
}

/** The operator's invitation, by the hash of its code. */
export type OwnerInvitation = {
  readonly hash: string
  readonly until: number
  readonly isNow: boolean
}

/** The device that asks to be let in. */
export type Asking = {
  readonly id: string
  readonly passkey: string
  readonly name: string
  readonly invitation: string
  /** The sign-in (seconds) of the session that made the invitation. */
  readonly authTime: number
  readonly reference: string
  readonly digits: string
  readonly signing: string
  readonly expiresAt: number
  readonly tries: number
  readonly hasDigits: boolean
  readonly yesBy?: string | undefined
  readonly texts: number
  readonly textedAt?: number | undefined
  readonly codeRef?: string | undefined
  readonly failedYes: number
  /** The active device whose passkey it has. */
  readonly renews?: string | undefined
}

/** An invitation, by the hash of its code. */
export type Invitation = {
  readonly payer: string
  readonly authTime: number
  readonly expiresAt: number
  readonly spentFor?: string | undefined
  readonly hasAsked?: boolean | undefined
}

/** A trusted phone; the provider's id may be missing after a fault. */
type Phone = { readonly number: string; readonly enrolled: boolean }

/**
 * Which verification of a payer's it is: a number is begun once until it ends, so this tells them apart as
 * their ids do.
 */
export type Verification = Pick<Pending, 'number' | 'expiresAt'>

export const isSame = (one: Verification, other: Verification | undefined) =>
  one.number === other?.number && one.expiresAt === other.expiresAt

export type Pending = {
  readonly number: string
  readonly sends: number
  readonly sentAt: number
  readonly attempts: number
  readonly expiresAt: number
  readonly currentPassed: boolean
  readonly codeRef?: string | undefined
  readonly currentCodeRef?: string | undefined
  /** From the first device on: what lets the number in, instead of the current phone. */
  readonly leave?: PhoneLeave | undefined
}

type PhoneLeave = {
  readonly yesBy?: string | undefined
  readonly failedYes: number
  /** The hash of the operator's invitation that came with the number. */
  readonly invitation?: string | undefined
}

export type Starts = {
  readonly windowStartedAt: number
  readonly started: readonly string[]
  /** By id: when the payment would end. */
  readonly unfinished: Readonly<Record<string, number>>
  /** The end of sessions (seconds) since which this hour counts. */
  readonly sessionsFrom?: number | undefined
  /** Nothing is reserved any more. */
  readonly isBarred?: boolean | undefined
}

export type Payer = {
  readonly id: string
  readonly phone: Phone
  readonly previous?: Phone | undefined
  readonly pending?: Pending | undefined
  /** Wrong codes in a row, how often rows before have locked, and until when this one does. */
  readonly goes: number
  readonly locks: number
  readonly lockedUntil?: number | undefined
  /** Who signed in before (seconds) is signed out. */
  readonly sessionsFrom?: number | undefined
  /** The operator's mark. */
  readonly state?: 'locked' | 'closed' | undefined
  /** When a row of denials was last told. */
  readonly denialsToldAt?: number | undefined
  readonly starts?: Starts | undefined
  readonly devices: readonly Device[]
  readonly asking?: Asking | undefined
  /** The invitation with which a device last asked. */
  readonly lastInvitation?: string | undefined
  /** When the first device was let in. */
  readonly devicesSince?: number | undefined
  /** When the lock of codes was last lifted by the end of all sessions. */
  readonly liftedAt?: number | undefined
  readonly ownerInvitation?: OwnerInvitation | undefined
  /** Since then no text lets a device in, until an operator's invitation did. */
  readonly recoveryStoppedAt?: number | undefined
  /** Because the payer did not start something: until when nothing starts, and how often that was. */
  readonly startsLock?: { readonly until: number; readonly locks: number } | undefined
  /** What the payer did not start, the newest last. */
  readonly disowned?: readonly string[] | undefined
}

/** When the event of a device that waits is to be told again. */
export type Reminder = { readonly payer: string; readonly device: string; readonly at: number }

/** A code at the provider. `ref`: its purpose, and the how manyth for it. */
export type Code = {
  readonly ref: string
  readonly purpose: string
  readonly createdAt: number
  readonly sends: number
  readonly checks: number
  readonly state: 'alive' | 'used' | 'cancelled'
}

/** A push at the provider. `ref`: its payment, and the how manyth for it. */
type Push = {
  readonly ref: string
  readonly payment: string
  readonly number: string
  readonly expiresAt: number
  readonly answer?: 'approved' | 'denied' | undefined
}

/** How many texts in a day, and in each hour of it. */
export type Texts = { readonly day: number; readonly hours: Readonly<Record<string, number>> }

export type Model = {
  readonly rules: Rules
  readonly now: number
  readonly payments: Readonly<Record<string, Payment>>
  readonly payers: Readonly<Record<string, Payer>>
  /** Texts by what they are for, whose they are, and the day. */
  readonly counters: Readonly<Record<string, Texts>>
  readonly codes: Readonly<Record<string, Code>>
  readonly pushes: Readonly<Record<string, Push>>
  /** Ids whose place was taken before a payment was stored there. */
  readonly barred: readonly string[]
  /** Numbers of phones without the app. */
  readonly bare: readonly string[]
  readonly invitations: Readonly<Record<string, Invitation>>
  /** By hour. */
  readonly reminders: Readonly<Record<string, readonly Reminder[]>>
}

export const ATTEMPTS_MAX = 5
export const TEXTS_MAX = 5
export const TEXT_PAUSE_MS = 20_000
export const PUSH_LOST_MS = 15_000
export const HOUR_MS = 3_600_000
export const VERIFICATION_MS = 600_000
const CODE_MS = 600_000
export const LOCK_MINUTES = [5, 15, 30, 60, 24 * 60]
const FAILED_ATTEMPTS_MAX = 5

/** One indivisible step: a state into the next, and what is learnt. Nothing where it can't be taken at all. */
export type Step<T> = (m: Model) => readonly [Model, T] | undefined

/** What is learnt by looking. */
export const look =
  <T>(at: (m: Model) => T): Step<T> =>
  (m) => [m, at(m)]

const PAUSE_MS = 15 * 60_000
const ROW_MS = 60 * 60_000

/** A payer's yes or no to a payment, in time or too late. */
export type Answered = {
  readonly status: 'approved' | 'denied'
  readonly decidedAt: number
}

/** What a payer has answered. */
export const answersOf = ({ payments }: Model, payer: string): readonly Answered[] =>
  Object.values(payments).flatMap(({ payer: whose, status, decidedAt = 0, deniedLateAt }) => {
    if (whose !== payer) return []
    if (status === 'approved' || status === 'denied') return [{ status, decidedAt }]
    return deniedLateAt === undefined ? [] : [{ status: 'denied', decidedAt: deniedLateAt }]
  })

/** When the payer denied in a row, the newest first: in an hour, and since their last yes. */
function denials(answers: readonly Answered[], now: number): number[] {
  const late = answers.filter(({ decidedAt }) => decidedAt > now - ROW_MS)
  const yes = late.filter(({ status }) => status === 'approved')
  const lastYes = Math.max(0, ...yes.map(({ decidedAt }) => decidedAt))
  return late
    .filter(({ status, decidedAt }) => status === 'denied' && decidedAt > lastYes)
    .map(({ decidedAt }) => decidedAt)
    .sort((a, b) => b - a)
}

/** Until when no push goes out, after two denials in a row. */
export function pauseEnd(answers: readonly Answered[], now: number): number | undefined {
  const [newest, before] = denials(answers, now)
  if (newest === undefined || before === undefined) return undefined
  const until = newest + PAUSE_MS
  return now < until ? until : undefined
}

/** When the row began, if it is one that must be told. */
export function rowToTell(answers: readonly Answered[], now: number): number | undefined {
  const row = denials(answers, now)
  return row.length < 3 ? undefined : row.at(-1)
}

/** Once for a row. */
export const tellRow = (payer: string, since: number, now: number) =>
  writePayer(
    payer,
    ({ denialsToldAt }) => denialsToldAt === undefined || denialsToldAt < since,
    () => ({ denialsToldAt: now }),
  )

export const isOpen = ({ status, expiresAt }: Payment, now: number) =>
  status === 'pending' && now < expiresAt

/** A payment is over at its end itself, written down or not. */
export const statusAt = ({ status, expiresAt }: Payment, now: number): Status =>
  status === 'pending' && now >= expiresAt ? 'expired' : status

/** One write to a payment, under its condition; who loses it learns nothing. */
export const write =
  (
    id: string,
    when: (payment: Payment) => boolean,
    become: (payment: Payment) => Partial<Payment>,
    event?: Event,
  ): Step<Payment | undefined> =>
  (m) => {
    const payment = m.payments[id]
    if (!payment || !when(payment)) return [m, undefined]
    const history = event ? [...payment.history, event] : payment.history
    const written = { ...payment, ...become(payment), history }
    return [{ ...m, payments: { ...m.payments, [id]: written } }, written]
  }

/** Started, and nobody else's before. */
export const insert =
  (payment: Payment): Step<boolean> =>
  (m) =>
    m.payments[payment.id] || m.barred.includes(payment.id)
      ? [m, false]
      : [{ ...m, payments: { ...m.payments, [payment.id]: payment } }, true]

/** Take the place of a payment that is not stored. */
export const barPlace =
  (id: string): Step<boolean> =>
  (m) =>
    m.payments[id] || m.barred.includes(id)
      ? [m, false]
      : [{ ...m, barred: [...m.barred, id] }, true]

export type Decision = Pick<Payment, 'decidedBy' | 'evidence' | 'pushRef'> & {
  readonly status: 'approved' | 'denied' | 'cancelled'
  readonly by: Event['by']
  /** What of the payment must be so besides. */
  readonly only: (payment: Payment) => boolean
}

/** The one way to an end by somebody's will: open, and theirs. */
export const decide = (id: string, decision: Decision, now: number) => {
  const { status, decidedBy, evidence, pushRef, by, only } = decision
  return write(
    id,
    (payment) => isOpen(payment, now) && only(payment),
    (payment) => ({
      status,
      decidedAt: now,
      decidedBy,
      evidence,
      proof: evidence && PROOFS[evidence.split(' ')[0] ?? ''],
      pushRef: payment.pushRef ?? pushRef,
    }),
    { at: now, event: status, channel: decidedBy ?? null, by },
  )
}

const PROOFS: Readonly<Record<string, string>> = {
  'push-callback': 'signed-callback',
  'provider-read': 'provider-read',
  'sms-code': 'sms-code',
  'verify-code': 'sms-code',
  passkey: 'passkey',
  'device-key': 'device-key',
}

/** A signed answer that names it was refused: written down once, while it waits. */
export const refuse = (id: string, why: string, now: number) =>
  write(
    id,
    (payment) => isOpen(payment, now) && payment.refusedAt === undefined,
    () => ({ refusedAt: now }),
    { at: now, event: why, channel: 'push', by: 'provider' },
  )

/** Its push was denied after it had ended otherwise: written down once, and it ends nothing. */
export const denyLate = (id: string, now: number) =>
  write(
    id,
    (payment) =>
      /^(cancelled|expired|failed)$/.test(statusAt(payment, now)) &&
      payment.deniedLateAt === undefined,
    () => ({ deniedLateAt: now }),
    { at: now, event: 'denied_late', channel: 'push', by: 'payer' },
  )

/** The other one: its time. */
export const expire = (id: string, now: number) =>
  write(
    id,
    ({ status, expiresAt }) => status === 'pending' && expiresAt <= now,
    ({ expiresAt }) => ({ status: 'expired', decidedAt: expiresAt }),
    { at: now, event: 'expired', channel: null, by: 'clock' },
  )

/** An attempt, spent before it is looked at. */
export const spendAttempt = (id: string, payer: string, isNamed: boolean, now: number) =>
  write(
    id,
    (one) =>
      isOpen(one, now) &&
      one.payer === payer &&
      one.sends > 0 &&
      one.attempts < ATTEMPTS_MAX &&
      (!isNamed || one.codeRef !== undefined),
    ({ attempts }) => ({ attempts: attempts + 1 }),
    { at: now, event: 'code_tried', channel: 'sms', by: 'payer' },
  )

/** A clear no; the fifth is the end. */
export const countWrong = (id: string, isLast: boolean, now: number) =>
  write(
    id,
    (one) => isOpen(one, now) && isLast === (one.wrong === ATTEMPTS_MAX - 1),
    ({ wrong }) => ({
      wrong: wrong + 1,
      ...(isLast && { status: 'failed', decidedAt: now, decidedBy: 'sms' }),
    }),
    { at: now, event: isLast ? 'failed' : 'code_wrong', channel: 'sms', by: 'payer' },
  )

/** A text, counted before it is sent. */
export const spendText = (id: string, payer: string, now: number) =>
  write(
    id,
    (one) =>
      isOpen(one, now) &&
      one.payer === payer &&
      one.sends < TEXTS_MAX &&
      one.attempts < ATTEMPTS_MAX &&
      (one.sentAt === undefined || one.sentAt <= now - TEXT_PAUSE_MS),
    ({ sends }) => ({ sends: sends + 1, sentAt: now }),
    { at: now, event: 'text_asked', channel: 'sms', by: 'payer' },
  )

/** One write to a person, under its condition. */
export const writePayer =
  (
    id: string,
    when: (payer: Payer) => boolean,
    become: (payer: Payer) => Partial<Payer>,
  ): Step<Payer | undefined> =>
  (m) => {
    const payer = m.payers[id]
    if (!payer || !when(payer)) return [m, undefined]
    const written = { ...payer, ...become(payer) }
    return [{ ...m, payers: { ...m.payers, [id]: written } }, written]
  }

/** A go at a code, counted as if it were wrong; the fifth locks, and the first after the lock begins a row. */
export const countAttempt =
  (
    id: string,
    now: number,
  ): Step<{ readonly locks: number } | { readonly until: number | undefined }> =>
  (m) => {
    const payer = m.payers[id]
    if (!payer) return undefined
    if (payer.state) return [m, { until: undefined }]
    const { lockedUntil: until } = payer
    if (until !== undefined && until > now) return [m, { until }]
    const goes = until === undefined ? payer.goes + 1 : 1
    const locks = until === undefined ? payer.locks : payer.locks + 1
    const minutes = LOCK_MINUTES[Math.min(locks, LOCK_MINUTES.length - 1)] ?? Number.NaN
    const lockedUntil = goes === FAILED_ATTEMPTS_MAX ? now + minutes * 60_000 : undefined
    const counted = { ...payer, goes, locks, lockedUntil }
    return [{ ...m, payers: { ...m.payers, [id]: counted } }, { locks }]
  }

/** No verdict was no go: off the count of its row with it, and with the lock that it helped to. */
export const giveAttemptBack = (id: string, row: number) =>
  writePayer(
    id,
    ({ goes, locks }) => goes > 0 && locks === row,
    ({ goes }) => ({ goes: goes - 1, lockedUntil: undefined }),
  )

export const forgetAttempts = (id: string) =>
  writePayer(
    id,
    () => true,
    () => ({ goes: 0, locks: 0, lockedUntil: undefined }),
  )

/** Codes for payments are counted for their payer; those that prove a number for who asks and for the number. */
export type Counter = readonly [purpose: 'paying' | 'proving' | 'number', whose: string]

export const NO_TEXTS: Texts = { day: 0, hours: {} }
export const counterName = ([purpose, whose]: Counter, day: string) => `${purpose} ${whose} ${day}`
const dayAndHour = (now: number) => new Date(now).toISOString().split(/T|:/) as [string, string]

const added = (m: Model, counter: Counter, now: number, texts: 1 | -1): Model => {
  const [day, hour] = dayAndHour(now)
  const name = counterName(counter, day)
  const { day: inDay, hours } = m.counters[name] ?? NO_TEXTS
  const counted = {
    day: inDay + texts,
    hours: { ...hours, [hour]: (hours[hour] ?? 0) + texts },
  }
  return { ...m, counters: { ...m.counters, [name]: counted } }
}

/** One text more in this hour and day; or when there is one again, if none is left. */
export const countText =
  (counter: Counter, now: number): Step<number | undefined> =>
  (m) => {
    const { rules } = m
    const [perHour, perDay] =
      counter[0] === 'paying'
        ? [rules.textsPerHour, rules.textsPerDay]
        : [rules.provingTextsPerHour, rules.provingTextsPerDay]
    const [day, hour] = dayAndHour(now)
    const { day: inDay, hours } = m.counters[counterName(counter, day)] ?? NO_TEXTS
    if (inDay >= perDay) return [m, Date.parse(`${day}T00:00:00.000Z`) + 24 * HOUR_MS]
    if ((hours[hour] ?? 0) >= perHour) return [m, (Math.floor(now / HOUR_MS) + 1) * HOUR_MS]
    return [added(m, counter, now, 1), undefined]
  }

/** A person's texts of this hour and day begin anew. */
export const clearTexts =
  (counter: Counter, now: number): Step<void> =>
  (m) => {
    const [day, hour] = dayAndHour(now)
    const name = counterName(counter, day)
    const counted = m.counters[name]
    if (!counted) return [m, undefined]
    const cleared = { day: 0, hours: { ...counted.hours, [hour]: 0 } }
    return [{ ...m, counters: { ...m.counters, [name]: cleared } }, undefined]
  }

export const giveTextBack =
  (counter: Counter, now: number): Step<void> =>
  (m) => [added(m, counter, now, -1), undefined]

/** What a code is for: nobody else's number, payment or change. */
export const purposeOf = {
  payment: (number: string, id: string) => `${number} pays ${id}`,
  change: (payer: string, number: string, to: Verification) =>
    `${payer}: ${number} leaves for ${to.number} until ${to.expiresAt}`,
  phone: (number: string) => `${number} is there`,
  leave: (payer: string, number: string, link: string) => `${payer}: ${number} lets in ${link}`,
}

const isAlive = ({ state, createdAt }: Code, now: number) =>
  state === 'alive' && now < createdAt + CODE_MS

/** The provider texts the code for a purpose: the one that lives, or a new one. Nothing where it has had enough. */
export const sendCode =
  (purpose: string): Step<Code | undefined> =>
  (m) => {
    const all = codesFor(m, purpose)
    const living = all.find((code) => isAlive(code, m.now))
    const code = living ?? {
      ref: `${purpose} #${all.length}`,
      purpose,
      createdAt: m.now,
      sends: 0,
      checks: 0,
      state: 'alive' as const,
    }
    if (m.rules.provider === 'twilioVerify' && code.sends >= TEXTS_MAX) return [m, undefined]
    const sent = { ...code, sends: code.sends + 1 }
    return [withCode(m, sent), sent]
  }

export type Verdict = 'right' | 'wrong' | 'over' | 'no more'

/** Authy finds a code by its purpose. */
export const checkByPurpose =
  (purpose: string, guess: string | undefined): Step<Verdict> =>
  (m) => {
    const kept = codesFor(m, purpose).filter(({ createdAt }) => m.now < createdAt + CODE_MS)
    const waiting = kept.find(({ state }) => state === 'alive')
    if (waiting && waiting.ref === guess)
      return [withCode(m, { ...waiting, state: 'used' }), 'right']
    if (kept.some(({ ref }) => ref === guess)) return [m, 'over']
    // That nothing waits is told of a phone's verification alone.
    return [m, waiting || !purpose.endsWith(' is there') ? 'wrong' : 'over']
  }

/** Twilio by its name, and counts how often it was checked. */
export const checkByRef =
  (ref: string | undefined, guess: string | undefined): Step<Verdict> =>
  (m) => {
    const code = ref === undefined ? undefined : m.codes[ref]
    if (!code || !isAlive(code, m.now)) return [m, 'over']
    if (code.checks >= ATTEMPTS_MAX) return [m, 'no more']
    const checks = code.checks + 1
    if (guess !== ref) return [withCode(m, { ...code, checks }), 'wrong']
    return [withCode(m, { ...code, checks, state: 'used' }), 'right']
  }

/** Twilio ends a code early. */
export const cancelCode =
  (ref: string): Step<void> =>
  (m) => {
    const code = m.codes[ref]
    if (!code || !isAlive(code, m.now)) return [m, undefined]
    return [withCode(m, { ...code, state: 'cancelled' }), undefined]
  }

const codesFor = (m: Model, purpose: string) =>
  Object.values(m.codes).filter((code) => code.purpose === purpose)

const withCode = (m: Model, code: Code): Model => ({
  ...m,
  codes: { ...m.codes, [code.ref]: code },
})

/** The provider puts a push on a phone; none without the app. */
export const sendPush =
  (payment: Payment, seconds: number): Step<string | undefined> =>
  (m) => {
    const { id, number } = payment
    if (m.bare.includes(number)) return [m, undefined]
    const before = Object.values(m.pushes).filter((push) => push.payment === id).length
    const ref = `${id} #${before}`
    const push = { ref, payment: id, number, expiresAt: m.now + seconds * 1000 }
    return [{ ...m, pushes: { ...m.pushes, [ref]: push } }, ref]
  }

/** The person presses a button, which only a push that waits has. */
export const answerPush =
  (ref: string, answer: 'approved' | 'denied'): Step<void> =>
  (m) => {
    const push = m.pushes[ref]
    if (!push || push.answer || m.now >= push.expiresAt) return undefined
    return [{ ...m, pushes: { ...m.pushes, [ref]: { ...push, answer } } }, undefined]
  }

export const passTime =
  (to: number): Step<void> =>
  (m) => [{ ...m, now: Math.max(m.now, to) }, undefined]
