/** What a device is asked and what it answers, step by step. */
import { at, type Flow, found, No, ownPayment, payerOf, unthinkable, whyClosed } from './answers.ts'
import { aliveAsking, notFound, notTrusted, shownList } from './deviceAnswers.ts'
import { isInTime, letIn, removeActive } from './deviceFlows.ts'
import {
  ASSERTIONS_MAX,
  activeOf,
  countFailedAssertion,
  countFailedYes,
  hasYes,
  noteUse,
  reserveAssertion,
  saveYes,
  turnAway,
} from './deviceModel.ts'
import { type Decision, decide, look, type Payer, type Payment, statusAt } from './model.ts'

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

export type Subject = { readonly kind: 'payment' | 'device' | 'removal'; readonly id: string }

/** What is signed, in short: the right bytes for a subject have just one name. */
export const bytesOf = {
  approve: ({ kind, id }: Subject, signing: string) =>
    kind === 'payment' ? `approve ${id}` : kind === 'device' ? `device ${signing}` : `remove ${id}`,
  deny: ({ kind, id }: Subject, signing: string) =>
    kind === 'device' ? `device deny ${signing}` : `deny ${id}`,
}

export type Reply = {
  readonly proof: Proof
  readonly on: Subject
  readonly answer: 'approve' | 'deny'
  /** What was signed, by the name above. */
  readonly over: string
  /** Of an assertion: equal ones have equal labels. */
  readonly label: string
  /** Made at another place, or not as an answer to anything. */
  readonly isStale: boolean
  /** Not by this device's passkey, or without its person. */
  readonly isWrong: boolean
}

function* trusted({ payer, device, signer, iat, isCrossed }: Proof, clock: () => number) {
  if (isCrossed || !isInTime(iat, clock())) throw notTrusted()
  const who = yield* at(look(({ payers }) => payers[payer]))
  if (!who || signer !== device || !activeOf(who).some(({ id }) => id === device))
    throw notTrusted()
  if (who.state) throw new No(423, 'locked')
  return who
}

export const approvals = (proof: Proof): Flow =>
  function* (clock) {
    const who = yield* trusted(proof, clock)
    const slots = yield* at(look((m) => Object.keys(payerOf(m, who.id).starts?.unfinished ?? {})))
    const waiting: Payment[] = []
    for (const id of slots) {
      const payment = yield* at(ownPayment(who.id, id))
      if (payment) waiting.push(payment)
    }
    const now = clock()
    const asking = aliveAsking(who, now)
    const payments = waiting
      .filter((one) => one.hasDocument && statusAt(one, now) === 'pending')
      .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    return {
      status: 200,
      approvals: {
        ids: [
          ...(asking && !hasYes(who) ? [`device.${asking.id}`] : []),
          ...payments.map(({ id }) => `payment.${id}`),
        ],
        devices: shownList(who),
      },
    }
  }

export const reply = (asked: Reply): Flow =>
  function* (clock) {
    const { proof, on } = asked
    const who = yield* trusted(proof, clock)
    const status = yield* BY_KIND[on.kind](asked, who, clock)
    const answered = { id: on.kind === 'removal' ? 'removal' : `${on.kind}.${on.id}`, status }
    if (status !== 'removed') yield* at(noteUse(who.id, proof.device, clock()))
    return { status: 200, answered }
  }

const BY_KIND = { payment: onPayment, device: onDevice, removal: onRemoval } as const

const notSigned = (attemptsLeft: number) => new No(422, 'approval_not_signed', { attemptsLeft })

function* onPayment(
  { on, proof, answer, over, label, isStale, isWrong }: Reply,
  who: Payer,
  clock: () => number,
) {
  const own = ownPayment(who.id, on.id)
  const status = answer === 'approve' ? 'approved' : 'denied'
  const evidence = `${answer === 'approve' ? 'passkey' : 'device-key'} ${proof.device}`
  const isOurs = (one: Payment) => one.status === status && one.evidence === evidence
  const payment = found(yield* at(own))
  if (isOurs(payment)) return status
  if (!payment.hasDocument) throw notFound()
  const closed = whyClosed(payment, clock())
  if (closed) throw closed
  const unsigned = (one: Payment) => notSigned(ASSERTIONS_MAX - one.tried.length)
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
  if (decided) return status
  const stored = found(yield* at(own))
  if (isOurs(stored)) return status
  throw whyClosed(stored, clock()) ?? unthinkable()
}

function* onDevice(
  { on, proof, answer, over, isStale, isWrong }: Reply,
  who: Payer,
  clock: () => number,
) {
  const asking = aliveAsking(who, clock())
  if (asking?.id !== on.id) {
    if (answer === 'approve' && activeOf(who).some(({ id }) => id === on.id)) return 'approved'
    throw notFound()
  }
  if (over !== bytesOf[answer](on, asking.signing) || isStale) {
    throw notSigned(ASSERTIONS_MAX - asking.failedYes)
  }
  if (answer === 'deny') {
    if (yield* at(turnAway(who.id, on.id))) return 'denied'
    const stored = yield* at(look((m) => payerOf(m, who.id)))
    if (activeOf(stored).some(({ id }) => id === on.id)) throw notFound()
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
  if (stored.asking?.hasDigits) yield* letIn(stored, 'device', clock)
  return 'approved'
}

function* onRemoval(
  { on, proof, answer, over, isStale, isWrong }: Reply,
  who: Payer,
  clock: () => number,
) {
  if (answer === 'deny') throw notFound()
  if (over !== bytesOf.approve(on, '') || isStale || isWrong) throw notSigned(ASSERTIONS_MAX)
  yield* removeActive(who.id, proof.device, clock)
  return 'removed'
}
