/** What a device is asked and what it answers, step by step. */
import { at, type Flow, found, No, ownPayment, payerOf, unthinkable, whyClosed } from './answers.ts'
import {
  aliveAsking,
  byAge,
  notFound,
  notTrusted,
  shownDevice,
  shownList,
} from './deviceAnswers.ts'
import { isInTime, letIn, removeItsOwn } from './deviceFlows.ts'
import {
  ASSERTIONS_MAX,
  askUndo,
  countFailedAssertion,
  countFailedStop,
  countFailedYes,
  hasYes,
  isActive,
  isRung,
  isUndoable,
  isWaiting,
  lockStarts,
  noteUse,
  reserveAssertion,
  saveYes,
  stopWaiting,
  turnAway,
  waitingOf,
  waitMs,
} from './deviceModel.ts'
import {
  type Decision,
  type Device,
  decide,
  isSame,
  LOCK_MINUTES,
  look,
  type Payer,
  type Payment,
  type Pending,
  type Rules,
  type Step,
  type Stop,
  statusAt,
  type Verification,
} from './model.ts'
import { phoneLeaveOf } from './phoneLeaves.ts'
import { countFailedPhoneYes, endVerification, savePhoneYes } from './phoneModel.ts'

/** Who a request says that it is from, and who signed it. */
export type Proof = {
  readonly payer: string
  readonly device: string
  /** Whose key signed it. */
  readonly signer: string
  /** When it says that it was made, in seconds. */
  readonly iat: number
  /** It is for another request. */
  readonly isCrossed: boolean
}

export type Subject = {
  readonly kind: 'payment' | 'device' | 'phone' | 'stop' | 'removal'
  readonly id: string
}

/** What is signed, in short: the right bytes for a subject have just one name. */
export const bytesOf = {
  approve: ({ kind, id }: Subject, signing: string) => {
    if (kind === 'payment') return `approve ${id}`
    if (kind === 'removal') return `remove ${id}`
    return `${kind} ${nameOf(kind, signing)}`
  },
  deny: ({ kind, id }: Subject, signing: string) =>
    kind === 'device' || kind === 'phone' ? `${kind} deny ${nameOf(kind, signing)}` : `deny ${id}`,
}

/** By which the model knows a document: its text where the model has drawn it, or what tells it from all others. */
function nameOf(kind: 'device' | 'phone' | 'stop', signing: string): string {
  if (kind === 'device' || signing === '{}') return signing
  const { subject, createdAt, expiresAt } = JSON.parse(signing)
  return kind === 'phone'
    ? phoneName({ number: subject.number, expiresAt: Date.parse(expiresAt) })
    : stopName(subject.thumbprint, { what: subject.what, createdAt: Date.parse(createdAt) })
}

const phoneName = ({ number, expiresAt }: Pick<Pending, 'number' | 'expiresAt'>) =>
  `${number} until ${expiresAt}`
const stopName = (id: string, { what, createdAt }: Pick<Stop, 'what' | 'createdAt'>) =>
  `${what} of ${id} from ${createdAt}`

export type Reply = {
  readonly proof: Proof
  readonly on: Subject
  readonly answer: 'approve' | 'deny'
  /** The payer says that they did not start it. */
  readonly isNotMe: boolean
  /** Which verification a `phone` is about, as the model knows it. */
  readonly verification?: Verification | undefined
  /** What was signed, by the name above. */
  readonly over: string
  /** Of an assertion: equal ones have equal labels. */
  readonly label: string
  /** Made at another place, or not as an answer to anything. */
  readonly isStale: boolean
  /** Not by this device's passkey, or without its person. */
  readonly isWrong: boolean
}

function* trusted(
  { payer, device, signer, iat, isCrossed }: Proof,
  clock: () => number,
  rules: Rules,
) {
  if (isCrossed || !isInTime(iat, clock())) throw notTrusted()
  const who = yield* at(look(({ payers }) => payers[payer]))
  const its = who?.devices.find(({ id }) => id === device)
  if (!who || !its) throw notTrusted()
  const now = clock()
  const approves = isActive(who, device, now)
  // One that waits is heard, and learns until when; nothing else.
  const waits = its.removedAt === undefined && isWaiting(its, now)
  const isHeard = approves || waits || isRung(its, who, rules, now)
  if (signer !== device || !isHeard) throw notTrusted()
  if (who.state) throw new No(423, 'locked')
  return { who, its, approves }
}

type Trusted = { readonly who: Payer; readonly its: Device; readonly approves: boolean }

export const approvals = (proof: Proof): Flow =>
  function* (clock, rules) {
    const by = yield* trusted(proof, clock, rules)
    const { who, its, approves } = by
    const waiting: Payment[] = []
    if (approves) {
      const slots = yield* at(look((m) => Object.keys(payerOf(m, who.id).starts?.unfinished ?? {})))
      for (const id of slots) {
        const payment = yield* at(ownPayment(who.id, id))
        if (payment) waiting.push(payment)
      }
    }
    const now = clock()
    const payments = waiting
      .filter((one) => one.hasDocument && statusAt(one, now) === 'pending')
      .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    // A removed device is told of no other one.
    const others = approves ? shownList(who, now).filter(({ id }) => id !== its.id) : []
    const { id, name, removedAt, stop } = its
    return {
      status: 200,
      approvals: {
        ids: [
          ...(approves && aliveAsking(who, now) && !hasYes(who, now)
            ? [`device.${who.asking?.id}`]
            : []),
          ...payments.map(({ id }) => `payment.${id}`),
          ...(approves && asksPhone(who, now) ? ['phone'] : []),
          ...stoppable(by, rules, now),
        ],
        devices: [...others, shownDevice(its)].toSorted(byAge),
        trusted: approves,
        removed:
          removedAt === undefined
            ? null
            : {
                ...{ id, name, removedAt, undoUntil: removedAt + waitMs(rules) },
                undoAsked: stop?.askedAt !== undefined,
              },
        activeFrom: isWaiting(its, now) ? (its.activeFrom ?? null) : null,
      },
    }
  }

/** Its own removal, and the devices that wait. */
function stoppable({ who, its }: Trusted, rules: Rules, now: number): string[] {
  if (isWaiting(its, now)) return []
  const own = isUndoable(its, rules, now) && its.stop?.askedAt === undefined ? [its] : []
  return [...own, ...waitingOf(who, now)]
    .flatMap(({ id, stop }) =>
      stop && (stop.failed[its.id] ?? 0) < ASSERTIONS_MAX ? [{ id, addedAt: stop.createdAt }] : [],
    )
    .toSorted(byAge)
    .map(({ id }) => `stop.${id}`)
}

function asksPhone(who: Payer, now: number): boolean {
  const { pending } = who
  const isAsked = pending?.leave !== undefined && now < pending.expiresAt
  return isAsked && phoneLeaveOf(who, now) === undefined
}

export const reply = (asked: Reply): Flow =>
  function* (clock, rules) {
    const { proof, on } = asked
    const by = yield* trusted(proof, clock, rules)
    if (isWaiting(by.its, clock())) throw notTrusted()
    if (on.kind !== 'stop' && !by.approves) throw notTrusted()
    const status = yield* BY_KIND[on.kind](asked, by, clock, rules)
    const answered = { id: on.kind === 'removal' ? 'removal' : `${on.kind}.${on.id}`, status }
    if (by.approves && status !== 'removed') yield* at(noteUse(by.who.id, proof.device, clock()))
    return { status: 200, answered }
  }

const BY_KIND = {
  payment: onPayment,
  device: onDevice,
  phone: onPhone,
  stop: onStop,
  removal: onRemoval,
} as const

/** Not what the payer started, by their own word: nothing starts for a while. */
function* noteNotMe({ isNotMe, on }: Reply, who: Payer, clock: () => number) {
  const now = clock()
  if (!isNotMe || now < (who.startsLock?.until ?? 0)) return
  yield* at(lockStarts(who.id, `${on.kind}.${on.id}`, LOCK_MINUTES, now))
}

const notSigned = (attemptsLeft: number) => new No(422, 'approval_not_signed', { attemptsLeft })

function* onPayment(
  asked: Reply,
  { who }: Trusted,
  clock: () => number,
): Generator<Step<unknown>, string> {
  const { on, proof, answer, over, label, isStale, isWrong } = asked
  const own = ownPayment(who.id, on.id)
  const status = answer === 'approve' ? 'approved' : 'denied'
  const evidence = `${answer === 'approve' ? 'passkey' : 'device-key'} ${proof.device}`
  const isOurs = (one: Payment) => one.status === status && one.evidence === evidence
  const payment = found(yield* at(own))
  const unsigned = (one: Payment) => notSigned(ASSERTIONS_MAX - one.tried.length)
  if (isOurs(payment) && answer === 'approve') return status
  if (!payment.hasDocument) throw notFound()
  if (isOurs(payment)) {
    if (over !== bytesOf[answer](on, '') || isStale) throw unsigned(payment)
    if (clock() < payment.expiresAt) yield* noteNotMe(asked, who, clock)
    return status
  }
  const closed = whyClosed(payment, clock())
  if (closed) throw closed
  if (over !== bytesOf[answer](on, '') || isStale) throw unsigned(payment)
  if (answer === 'approve') {
    let reserved = yield* at(reserveAssertion(who.id, on.id, label, clock()))
    if (!reserved) {
      reserved = found(yield* at(own))
      const closed = whyClosed(reserved, clock())
      if (closed) throw closed
      if (!reserved.tried.includes(label)) throw new No(409, 'no_attempts_left')
    }
    if (isWrong) {
      const now = clock()
      const counted =
        (yield* at(countFailedAssertion(on.id, label, false, now))) ??
        (yield* at(countFailedAssertion(on.id, label, true, now))) ??
        found(yield* at(own))
      if (counted.status === 'failed') throw notSigned(0)
      throw whyClosed(counted, clock()) ?? unsigned(counted)
    }
  }
  const only = (one: Payment) => one.payer === who.id
  const decision: Decision = { status, decidedBy: 'device', by: 'payer', evidence, only }
  const decided = yield* at(decide(on.id, decision, clock()))
  const stored = decided ?? found(yield* at(own))
  if (!isOurs(stored)) {
    // Noted beside the decision, also of an answer that another one overtook.
    yield* at(noteUse(who.id, proof.device, clock()))
    throw whyClosed(stored, clock()) ?? unthinkable()
  }
  yield* noteNotMe(asked, who, clock)
  return status
}

function* onDevice(
  asked: Reply,
  { who }: Trusted,
  clock: () => number,
  rules: Rules,
): Generator<Step<unknown>, string> {
  const { on, proof, answer, over, isStale, isWrong } = asked
  const asking = aliveAsking(who, clock())
  if (asking?.id !== on.id) {
    if (answer === 'approve' && isActive(who, on.id, clock())) return 'approved'
    throw notFound()
  }
  if (over !== bytesOf[answer](on, asking.signing) || isStale) {
    throw notSigned(ASSERTIONS_MAX - asking.failedYes)
  }
  if (answer === 'deny') {
    // Before the device is gone: an equal no would not be heard afterwards.
    yield* noteNotMe(asked, who, clock)
    if (yield* at(turnAway(who.id, on.id))) return 'denied'
    const stored = yield* at(look((m) => payerOf(m, who.id)))
    if (isActive(stored, on.id, clock())) throw notFound()
    return 'denied'
  }
  if (isWrong) {
    const counted = yield* at(countFailedYes(who.id, asking, clock()))
    const failed = counted?.asking?.failedYes ?? ASSERTIONS_MAX
    if (counted && failed >= ASSERTIONS_MAX) yield* at(turnAway(who.id, on.id))
    throw notSigned(ASSERTIONS_MAX - failed)
  }
  const stored = yield* at(saveYes(who.id, asking, proof.device, clock()))
  if (!stored) throw notFound()
  if (stored.asking?.hasDigits) yield* letIn(stored, 'device', clock, rules)
  return 'approved'
}

/** Another phone number. */
function* onPhone(
  asked: Reply,
  { who }: Trusted,
  clock: () => number,
): Generator<Step<unknown>, string> {
  const { proof, answer, over, isStale, isWrong, verification } = asked
  const pending = who.pending && clock() < who.pending.expiresAt ? who.pending : undefined
  const { leave } = pending ?? {}
  if (!pending || !leave || !verification || !isSame(verification, pending)) throw notFound()
  const attemptsLeft = ASSERTIONS_MAX - leave.failedYes
  const right = `phone ${answer === 'deny' ? 'deny ' : ''}${phoneName(pending)}`
  if (over !== right || isStale) throw notSigned(attemptsLeft)
  if (answer === 'deny') {
    yield* noteNotMe(asked, who, clock)
    const ended = yield* at(endVerification(who.id, pending))
    const stored = yield* at(look((m) => payerOf(m, who.id)))
    // Another device's yes came first, and the number is there: then nobody may be told that this no counted.
    if (!ended && stored.phone.number === pending.number) throw notFound()
    return 'denied'
  }
  if (isWrong) {
    const counted = yield* at(countFailedPhoneYes(who.id, pending, clock()))
    const failed = counted?.pending?.leave?.failedYes ?? ASSERTIONS_MAX
    if (counted && failed >= ASSERTIONS_MAX) yield* at(endVerification(who.id, pending))
    throw notSigned(ASSERTIONS_MAX - failed)
  }
  const by = phoneLeaveOf(who, clock())
  if (by?.device === proof.device) return 'approved'
  if (!(yield* at(savePhoneYes(who.id, pending, proof.device, clock())))) throw notFound()
  return 'approved'
}

/** A recovery, or the own removal: by the passkey alone. */
function* onStop(
  { on, proof, answer, over, isStale, isWrong }: Reply,
  { who, its }: Trusted,
  clock: () => number,
  rules: Rules,
): Generator<Step<unknown>, string> {
  if (answer === 'deny') throw notFound()
  const now = clock()
  const recovery = waitingOf(who, now).find(({ id }) => id === on.id)
  const removal = its.id === on.id && isUndoable(its, rules, now) ? its : undefined
  const { stop } = recovery ?? removal ?? {}
  if (!stop) throw notFound()
  const attemptsLeft = ASSERTIONS_MAX - (stop.failed[proof.device] ?? 0)
  if (attemptsLeft <= 0) throw new No(409, 'no_attempts_left')
  if (over !== `stop ${stopName(on.id, stop)}` || isStale) throw notSigned(attemptsLeft)
  if (isWrong) {
    yield* at(countFailedStop(who.id, on.id, stop, proof.device))
    throw notSigned(attemptsLeft - 1)
  }
  const write = recovery ? stopWaiting(who.id, on.id, stop, now) : askUndo(who.id, on.id, stop, now)
  if (!(yield* at(write))) throw notFound()
  return recovery ? 'stopped' : 'undo_asked'
}

function* onRemoval(
  { on, proof, answer, over, isStale, isWrong }: Reply,
  { who }: Trusted,
  clock: () => number,
): Generator<Step<unknown>, string> {
  if (answer === 'deny') throw notFound()
  if (over !== bytesOf.approve(on, '') || isStale || isWrong) throw notSigned(ASSERTIONS_MAX)
  yield* removeItsOwn(who.id, proof.device, clock)
  return 'removed'
}
