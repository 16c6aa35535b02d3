/** Starting, seeing, cancelling; what a push and its callback do; and the sweep. */
import {
  type Answer,
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
  unavailable,
  whyClosed,
} from './answers.ts'
import { activeOf, areTextsClosed, tellAgain } from './deviceModel.ts'
import {
  type Answered,
  answerPush,
  answersOf,
  cancelCode,
  type Decision,
  decide,
  denyLate,
  type Event,
  expire,
  HOUR_MS,
  insert,
  isOpen,
  look,
  type Payment,
  PUSH_LOST_MS,
  passTime,
  pauseEnd,
  type Rules,
  refuse,
  rowToTell,
  type Starts,
  type Step,
  sendPush,
  statusAt,
  tellRow,
  write,
  writePayer,
} from './model.ts'

/** How the provider is: well, out of order (nothing is done), or its answer is lost (it is done). */
export type InjectedFault = 'well' | 'down' | 'lost'

const PUSH_ENDS_EARLIER_SECONDS = 10
const PUSH_SECONDS_MIN = 10
const SILENT_MS = 20_000
const READ_EVERY_MS = 60_000

export type Start = {
  readonly payer: string
  readonly id: string
  readonly terms: string
  readonly shown: string
  readonly fault: InjectedFault
}

export const start = (asked: Start): Flow =>
  function* (clock, rules) {
    const { payer, id, terms, fault } = asked
    const known = yield* at(ownPayment(payer, id))
    const who = yield* at(look((m) => payerOf(m, payer)))
    const seen = yield* at(look((m) => payerOf(m, payer).starts))
    const hasPush = rules.provider === 'authy'
    const answers = hasPush ? yield* at(look((m) => answersOf(m, payer))) : []
    admit(who, clock())
    const hasDevice = activeOf(who, clock()).length > 0
    const isProtected = who.devicesSince !== undefined
    const hasTexts = rules.provider !== 'none' && !areTextsClosed(who, rules, clock())
    const number = hasTexts ? who.phone.number : ''
    if (number === '' && !hasDevice) {
      throw new No(403, hasTexts && !isProtected ? 'phone_not_verified' : 'device_required')
    }
    if (known) return yield* repeat(asked, known, isProtected, answers, clock)
    const { until = 0 } = who.startsLock ?? {}
    if (clock() < until) {
      throw new No(423, 'starts_locked', { retryAfter: secondsUntil(until, clock()) })
    }
    if (number !== '' && !who.phone.enrolled) yield* enrol(payer, who.phone.number, fault, rules)
    const createdAt = clock()
    const expiresAt = createdAt + rules.lifeSeconds * 1000
    const { sessionsFrom } = who
    yield* reserveStart({ payer, id, expiresAt, createdAt, sessionsFrom }, seen, clock, rules)
    const mayPush = number !== '' && !isProtected
    const pausedUntil = mayPush ? pauseEnd(answers, createdAt) : undefined
    const isPushed = hasPush && mayPush && !pausedUntil
    const started: Event = { at: createdAt, event: 'started', channel: null, by: 'payer' }
    const paused: Event = { at: createdAt, event: 'push_paused', channel: 'push', by: 'clock' }
    const payment: Payment = {
      id,
      payer,
      number,
      terms,
      shown: isPushed ? asked.shown : undefined,
      status: 'pending',
      ...(isPushed
        ? { push: 'sending', pushAskedAt: createdAt }
        : { push: 'unavailable', pausedUntil }),
      sends: 0,
      attempts: 0,
      wrong: 0,
      hasDocument: hasDevice,
      tried: [],
      failed: [],
      createdAt,
      expiresAt,
      history: pausedUntil ? [started, paused] : [started],
    }
    if (yield* at(insert(payment))) return yield* askForPush(201, payment, fault, clock)
    const winner = yield* at(ownPayment(payer, id))
    if (winner) return yield* repeat(asked, winner, isProtected, answers, clock)
    throw new No(409, 'already_decided', { paymentStatus: 'cancelled' })
  }

/** The same key again: the payment as it is now, and its push once more if the first was lost. */
function* repeat(
  { terms, fault }: Start,
  payment: Payment,
  isProtected: boolean,
  answers: readonly Answered[],
  clock: () => number,
) {
  if (payment.terms !== terms) throw new No(422, 'idempotency_key_reused')
  const now = clock()
  const lost = now - PUSH_LOST_MS
  const asked = payment.pushAskedAt
  const isLost = payment.push === 'sending' && asked !== undefined && asked <= lost
  if (!isLost || statusAt(payment, now) !== 'pending') return seen(200, payment, clock)
  // From the first device on no push goes out, not even again.
  if (isProtected) return seen(200, payment, clock)
  if (pauseEnd(answers, now)) return seen(200, payment, clock)
  const claimed = yield* at(
    write(
      payment.id,
      (one) => isOpen(one, now) && one.push === 'sending' && (one.pushAskedAt ?? now) <= lost,
      () => ({ pushAskedAt: now }),
      { at: now, event: 'push_asked', channel: 'push', by: 'payer' },
    ),
  )
  if (claimed) return yield* askForPush(200, claimed, fault, clock)
  return seen(200, found(yield* at(ownPayment(payment.payer, payment.id))), clock)
}

function* askForPush(status: number, payment: Payment, fault: InjectedFault, clock: () => number) {
  if (payment.push === 'unavailable') return seen(status, payment, clock)
  const left = Math.floor((payment.expiresAt - clock()) / 1000) - PUSH_ENDS_EARLIER_SECONDS
  let ref: string | undefined
  if (left >= PUSH_SECONDS_MIN) {
    if (fault !== 'down') ref = yield* at(sendPush(payment, left))
    else yield* at(look(() => undefined))
    if (fault === 'lost') ref = undefined
  }
  const now = clock()
  const saved = yield* at(
    write(
      payment.id,
      () => true,
      (one) => (ref ? { push: 'sent', pushRef: one.pushRef ?? ref } : { push: 'unavailable' }),
      {
        at: now,
        event: ref ? 'push_sent' : 'push_unavailable',
        channel: 'push',
        by: 'provider',
      },
    ),
  )
  return seen(status, found(saved), clock)
}

const seen = (status: number, payment: Payment, clock: () => number): Answer => ({
  status,
  payment: shown(payment, clock()),
})

/** The provider learns of a trusted phone that it does not know yet. */
export function* enrol(payer: string, number: string, fault: InjectedFault, { provider }: Rules) {
  if (provider === 'authy' && fault !== 'well') throw unavailable()
  yield* at(
    writePayer(
      payer,
      ({ phone }) => phone.number === number,
      () => ({ phone: { number, enrolled: true } }),
    ),
  )
}

type Slot = {
  readonly payer: string
  readonly id: string
  readonly expiresAt: number
  readonly createdAt: number
  readonly sessionsFrom?: number | undefined
}

/** A slot among the open ones, and one start of the hour's; what is over gives its slot away when one is missing. */
function* reserveStart(slot: Slot, seen: Starts | undefined, clock: () => number, rules: Rules) {
  const { payer, id, createdAt, expiresAt, sessionsFrom } = slot
  /** Sessions were ended since, so the hour begins anew; what is open stays counted. */
  const isOlder = (starts: Starts) =>
    (sessionsFrom ?? 0) > (starts.sessionsFrom ?? 0) &&
    (starts.sessionsFrom ?? 0) <= Math.floor((createdAt - HOUR_MS) / 1000)
  const isLive = (starts: Starts) => starts.windowStartedAt > createdAt - HOUR_MS
  const read = look((m) => payerOf(m, payer).starts)
  for (let found = seen; ; found = yield* at(read)) {
    const open = Object.entries(found?.unfinished ?? {})
    const isCounted = found?.started.includes(id) ?? false
    const hasSlot = open.some(([one]) => one === id)
    if (found?.isBarred) throw locked(undefined, clock())
    if (hasSlot) {
      const isThere = ({ unfinished }: Starts) => id in unfinished
      if (yield* at(reserve(payer, isThere, withSlot(slot)))) return
      continue
    }
    if (open.length >= rules.openPayments) {
      const over: string[] = []
      for (const [one, ends] of open) {
        const other = ends > createdAt ? yield* at(ownPayment(payer, one)) : undefined
        if (ends <= createdAt || (other && statusAt(other, clock()) !== 'pending')) over.push(one)
      }
      if (over.length === 0) {
        const first = Math.min(...open.map(([, ends]) => ends))
        throw new No(429, 'too_many_open_payments', { retryAfter: secondsUntil(first, createdAt) })
      }
      const rest = (starts: Starts) => ({
        ...starts,
        unfinished: without(starts.unfinished, over),
      })
      yield* at(setStarts(payer, () => true, rest))
      continue
    }
    if (
      found &&
      isLive(found) &&
      !isOlder(found) &&
      !isCounted &&
      found.started.length >= rules.paymentsPerHour
    ) {
      const end = found.windowStartedAt + HOUR_MS
      throw new No(429, 'too_many_payments', { retryAfter: secondsUntil(end, createdAt) })
    }
    const hasRoom = ({ unfinished }: Starts) => Object.keys(unfinished).length < rules.openPayments
    const fresh = {
      windowStartedAt: createdAt,
      started: [id],
      unfinished: { [id]: expiresAt },
      ...(sessionsFrom !== undefined && { sessionsFrom }),
    }
    if (!found) {
      const first = writePayer(
        payer,
        ({ starts }) => starts === undefined,
        () => ({ starts: fresh }),
      )
      if (yield* at(first)) return
    } else if (!isLive(found) || isOlder(found)) {
      const { windowStartedAt } = found
      const wasOlder = isOlder(found)
      const isSame = (starts: Starts) =>
        wasOlder ? isOlder(starts) : starts.windowStartedAt === windowStartedAt
      const renew = (starts: Starts) => ({
        ...fresh,
        sessionsFrom: wasOlder ? sessionsFrom : starts.sessionsFrom,
        unfinished: { ...starts.unfinished, ...fresh.unfinished },
      })
      if (yield* at(reserve(payer, (one) => isSame(one) && hasRoom(one), renew))) return
    } else if (isCounted) {
      if (yield* at(reserve(payer, hasRoom, withSlot(slot)))) return
    } else {
      const isFree = (one: Starts) =>
        isLive(one) && one.started.length < rules.paymentsPerHour && hasRoom(one)
      const add = (starts: Starts) =>
        withSlot(slot)({
          ...starts,
          started: starts.started.includes(id) ? starts.started : [...starts.started, id],
        })
      if (yield* at(reserve(payer, isFree, add))) return
    }
  }
}

/** As every write that reserves something: never where the person is barred. */
const reserve: typeof setStarts = (payer, when, become) =>
  setStarts(payer, (starts) => !starts.isBarred && when(starts), become)

const setStarts = (
  payer: string,
  when: (starts: Starts) => boolean,
  become: (starts: Starts) => Starts,
) =>
  writePayer(
    payer,
    ({ starts }) => starts !== undefined && when(starts),
    ({ starts }) => ({ starts: starts && become(starts) }),
  )

const withSlot =
  ({ id, expiresAt }: Slot) =>
  (starts: Starts): Starts => ({
    ...starts,
    unfinished: { ...starts.unfinished, [id]: expiresAt },
  })

const without = (record: Readonly<Record<string, number>>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)))

export const poll = (payer: string, id: string): Flow =>
  function* (clock) {
    return seen(200, found(yield* at(ownPayment(payer, id))), clock)
  }

/** Newest first; those of the same moment in any order. */
export const list = (payer: string): Flow =>
  function* (clock) {
    const own = yield* at(
      look(({ payments }) => Object.values(payments).filter((one) => one.payer === payer)),
    )
    return { status: 200, payments: inOrder(own.map((one) => shown(one, clock()))) }
  }

const inOrder = <T extends { readonly createdAt: number; readonly id: string }>(all: T[]) =>
  all.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))

export const cancel = (payer: string, id: string): Flow =>
  function* (clock) {
    const only = (payment: Payment) => payment.payer === payer
    const decision: Decision = { status: 'cancelled', by: 'payer', only }
    const cancelled = yield* at(decide(id, decision, clock()))
    if (cancelled) {
      yield* endCode(cancelled)
      return seen(200, cancelled, clock)
    }
    const payment = found(yield* at(ownPayment(payer, id)))
    if (payment.status === 'cancelled') return seen(200, payment, clock)
    throw whyClosed(payment, clock()) ?? new No(404, 'not_found')
  }

/** What ended without its code leaves none behind, where a code can be ended. */
export function* endCode({ codeRef }: Payment) {
  if (codeRef !== undefined) yield* at(cancelCode(codeRef))
}

/** The person presses a button on their phone; nobody hears of it yet. */
export const press = (ref: string, answer: 'approved' | 'denied'): Flow =>
  function* () {
    yield* at(answerPush(ref, answer))
    return { status: 0 }
  }

/** A callback as it arrives. */
export type Letter = {
  /** It is signed, by the provider, for us and for just this body. */
  readonly isGenuine: boolean
  readonly signedAt: number
  /** Whose answer it claims to be, whether it makes sense or not. */
  readonly names: { readonly payment?: string | undefined; readonly refs: readonly string[] }
  /** What it says; nothing where it makes no sense. */
  readonly says:
    | {
        readonly answer: 'approved' | 'denied'
        readonly ref: string
        readonly number: string
        readonly shown: string
        readonly payment?: string | undefined
        readonly payer?: string | undefined
      }
    | undefined
}

const LETTER_AGE_MS_MAX = 300_000

export const callback = ({ isGenuine, signedAt, names, says }: Letter): Flow =>
  function* (clock) {
    if (!isGenuine || Math.abs(clock() - signedAt) > LETTER_AGE_MS_MAX) {
      throw new No(403, 'forged_callback')
    }
    if (!says) {
      yield* refuseAll(names, 'answer_not_understood', clock)
      return { status: 200 }
    }
    const { answer, ref, number, shown, payer } = says
    const byPush = says.payment === undefined ? yield* at(pushedBy(ref)) : undefined
    const id = says.payment ?? byPush
    if (id === undefined) return { status: 200 }
    const isAnswered = (payment: Payment) =>
      payment.number === number &&
      payment.shown === shown &&
      (payer === undefined || payment.payer === payer)
    const only = (payment: Payment) =>
      isAnswered(payment) && (byPush === undefined || payment.pushRef === ref)
    const evidence = `push-callback ${ref}`
    const decision = { status: answer, decidedBy: 'push', by: 'payer', evidence, only } as const
    const decided = yield* at(decide(id, { ...decision, pushRef: ref }, clock()))
    if (decided) {
      yield* noteDenial(decided, clock)
      return { status: 200 }
    }
    const stored = yield* at(look(({ payments }) => payments[id]))
    if (!stored || !isAnswered(stored)) {
      const named = { payment: id, refs: byPush === undefined ? [ref] : [] }
      yield* refuseAll(named, 'answer_mismatched', clock)
    } else if (stored.status === answer && stored.decidedBy === 'push') {
      yield* noteDenial(stored, clock)
    } else if (answer === 'denied' && !/^(approved|denied)$/.test(stored.status)) {
      const noted = yield* at(denyLate(id, clock()))
      const known = noted ?? (yield* at(look(({ payments }) => payments[id])))
      if (known) yield* noteDenial(known, clock)
    }
    return { status: 200 }
  }

/** The third in a row is told. */
function* noteDenial({ payer, status, deniedLateAt }: Payment, clock: () => number) {
  if (status !== 'denied' && (deniedLateAt === undefined || status === 'approved')) return
  const now = clock()
  const answers = yield* at(look((m) => answersOf(m, payer)))
  const since = rowToTell(answers, now)
  if (since !== undefined) yield* at(tellRow(payer, since, now))
}

/** On every payment that it names, by its id or by its push. */
function* refuseAll({ payment, refs }: Letter['names'], why: string, clock: () => number) {
  const ids = new Set(payment === undefined ? [] : [payment])
  for (const ref of new Set(refs)) {
    const id = yield* at(pushedBy(ref))
    if (id !== undefined) ids.add(id)
  }
  for (const id of ids) yield* at(refuse(id, why, clock()))
}

const pushedBy = (ref: string): Step<string | undefined> =>
  look(({ payments }) => Object.values(payments).find(({ pushRef }) => pushRef === ref)?.id)

/** A sweep's part in one payment: it ends, or its silent push is asked about. */
export const sweepOne = (id: string, fault: InjectedFault | 'confused'): Flow =>
  function* (clock) {
    const swept = { expired: 0, decided: 0, asked: 0 }
    const done = () => ({ status: 0, swept })
    const listed = yield* at(look((m) => m.payments[id]))
    if (listed?.status !== 'pending') return done()
    const now = clock()
    if (listed.expiresAt <= now) {
      const expired = yield* at(expire(id, now))
      if (!expired) return done()
      swept.expired = 1
      yield* endCode(expired)
      return done()
    }
    const { pushRef, pushAskedAt, pushReadAt } = listed
    if (!pushRef || pushAskedAt === undefined || pushAskedAt > now - SILENT_MS) return done()
    if (pushReadAt !== undefined && pushReadAt > now - READ_EVERY_MS) return done()
    // Others are ended first, which takes its time.
    yield* at(look(() => undefined))
    const asksAt = clock()
    const claimed = yield* at(
      write(
        id,
        (one) => isOpen(one, asksAt) && (one.pushReadAt ?? 0) <= asksAt - READ_EVERY_MS,
        () => ({ pushReadAt: asksAt }),
      ),
    )
    if (!claimed) return done()
    swept.asked = 1
    const push = yield* at(look((m) => m.pushes[pushRef]))
    if (fault !== 'well' || !push?.answer || push.number !== listed.number) return done()
    // What a signed answer showed otherwise is not approved by one that shows nothing.
    const only = (one: Payment) =>
      one.pushRef === pushRef &&
      one.number === listed.number &&
      (push.answer === 'denied' || one.refusedAt === undefined)
    const decision: Decision = {
      status: push.answer,
      decidedBy: 'push',
      evidence: `provider-read ${pushRef}`,
      by: 'provider',
      only,
    }
    const decided = yield* at(decide(id, decision, clock()))
    if (!decided) return done()
    swept.decided = 1
    yield* noteDenial(decided, clock)
    return done()
  }

export const wait = (to: number): Flow =>
  function* () {
    yield* at(passTime(to))
    return { status: 0 }
  }

/** The person gets a phone without the app, or with it. */
export const install = (number: string, hasApp: boolean): Flow =>
  function* () {
    yield* at((m) => {
      const others = m.bare.filter((one) => one !== number)
      return [{ ...m, bare: hasApp ? others : [...others, number] }, undefined]
    })
    return { status: 0 }
  }

/** A sweep's part in a device that waits: it is told once more at half of the wait. */
export const remind = (payer: string, device: string, dueAt: number): Flow =>
  function* (clock) {
    if (dueAt <= clock()) yield* at(tellAgain({ payer, device, at: dueAt }, clock()))
    return { status: 0, swept: { expired: 0, decided: 0, asked: 0 } }
  }
