/** What the model says that a request is answered with, in the terms of the model. */
import {
  ATTEMPTS_MAX,
  type Channel,
  type Leave,
  type Model,
  type Payer,
  type Payment,
  type Rules,
  type Status,
  type Step,
  statusAt,
  TEXT_PAUSE_MS,
  TEXTS_MAX,
} from './model.ts'

/** An answer, as far as it says anything. Times are milliseconds. */
export type Answer = {
  readonly status: number
  readonly code?: string | undefined
  readonly attemptsLeft?: number | undefined
  readonly paymentStatus?: string | undefined
  readonly retryAfter?: number | undefined
  readonly payment?: Shown | undefined
  readonly payments?: readonly Shown[] | undefined
  readonly phone?: ShownPhone | null | undefined
  readonly sent?:
    | {
        readonly sendsLeft: number
        readonly expiresAt: number
        readonly leave: PhoneLeaveBy
      }
    | undefined
  /** Until when codes are locked; null if they are not. */
  readonly codesLockedUntil?: number | null | undefined
  /** Until when no payment starts; null if any may. */
  readonly startsLockedUntil?: number | null | undefined
  readonly devices?: ShownDevices | undefined
  /** Until when an invitation, or a device that asks, is good. */
  readonly until?: number | undefined
  /** What waits for a device's answer, by id; and which devices there are. */
  readonly approvals?:
    | {
        readonly ids: readonly string[]
        readonly devices: ShownDevices['list']
        readonly trusted: boolean
        readonly removed: ShownRemoved | null
        readonly activeFrom: number | null
      }
    | undefined
  readonly answered?: { readonly id: string; readonly status: string } | undefined
  /** What a sweep did, or one payment's part of it. */
  readonly swept?: Swept | undefined
}

export type Swept = { readonly expired: number; readonly decided: number; readonly asked: number }

/** A payment as its payer sees it. */
export type Shown = {
  readonly id: string
  readonly terms: string
  readonly status: Status
  readonly push: string
  readonly pausedUntil: number | null
  readonly number: string | null
  readonly sentAt: number | null
  readonly sendsLeft: number
  readonly attemptsLeft: number
  readonly createdAt: number
  readonly expiresAt: number
  readonly decidedAt: number | null
  readonly decidedBy: Channel | null
  readonly decision: { readonly channel: string; readonly proof: string } | null
  readonly device: 'waiting' | 'unavailable'
}

/** The devices on the page. */
export type ShownDevices = {
  readonly list: readonly {
    readonly id: string
    readonly name: string
    readonly addedAt: number
    readonly addedBy: Leave
    readonly lastUsedAt: number | null
  }[]
  readonly pending: {
    readonly id: string
    readonly name: string
    readonly invitation: string
    readonly reference: string
    readonly expiresAt: number
    readonly renews: boolean
    readonly hasLeave: boolean
    readonly hasDigits: boolean
    readonly leaves: readonly {
      readonly by: Leave
      readonly waitHours?: number
      readonly number?: string
      readonly sendsLeft?: number
      readonly sentAt?: number | null
    }[]
  } | null
  readonly waiting: readonly {
    readonly id: string
    readonly name: string
    readonly addedAt: number
    readonly addedBy: Leave
    readonly activeFrom: number
  }[]
  readonly removed: readonly ShownRemoved[]
  readonly everHadOne: boolean
  readonly canAdd: boolean
  readonly leaves: readonly Leave[]
  readonly textsClosed: boolean
  readonly waitHours: number
}

/** A removal that can be undone. */
export type ShownRemoved = {
  readonly id: string
  readonly name: string
  readonly removedAt: number
  readonly undoUntil: number
  readonly undoAsked: boolean
}

export type ShownPhone = {
  readonly number: string
  readonly pending: {
    readonly number: string
    readonly leave: PhoneLeaveBy
    readonly hasLeave: boolean
  } | null
}

/** What has to let a number in, beside its own code. */
export type PhoneLeaveBy = 'code' | 'device' | 'invitation' | null

/**
 * A request, step by step: what it asks of the world, each step indivisible, and what it then says.
 * `clock` tells the time right after the last step, when a handler reads it for the next one.
 */
export type Flow = (clock: () => number, rules: Rules) => Generator<Step<unknown>, Answer>

/** Take a step, and learn what it tells. */
export function* at<T>(step: Step<T>): Generator<Step<unknown>, T> {
  return (yield step) as T
}

/** A request that ends here, with a no. */
export class No extends Error {
  readonly answer: Answer

  constructor(status: number, code: string, more: Partial<Answer> = {}) {
    super(code)
    this.answer = { status, code, ...more }
  }
}

export const secondsUntil = (then: number, now: number) =>
  Math.max(1, Math.ceil((then - now) / 1000))

export const tooManyTexts = (again: number, now: number) =>
  new No(429, 'too_many_sms', { retryAfter: secondsUntil(again, now) })

/** Without an end where the operator locked the account. */
export const locked = (until: number | undefined, now: number) =>
  new No(423, 'locked', until === undefined ? {} : { retryAfter: secondsUntil(until, now) })

/** Nothing is done for an account that the operator locked or closed. */
export function admit({ state }: Payer, now: number): void {
  if (state) throw locked(undefined, now)
}

/** No verdict, no text, no user: come again. */
export const unavailable = () => new No(503, 'provider_unavailable', { retryAfter: 20 })

/** The design knows no way here, so no order of steps that leads here explains anything. */
export class Unthinkable extends Error {}
export const unthinkable = () => new Unthinkable()

export function whyClosed(payment: Payment, now: number): No | undefined {
  const status = statusAt(payment, now)
  if (status === 'expired') return new No(410, 'expired')
  if (status !== 'pending') return new No(409, 'already_decided', { paymentStatus: status })
  return undefined
}

export function whyNoSms(payment: Payment, now: number): No | undefined {
  const closed = whyClosed(payment, now)
  if (closed) return closed
  if (payment.attempts >= ATTEMPTS_MAX) return new No(409, 'no_attempts_left')
  if (payment.sends >= TEXTS_MAX) return tooManyTexts(payment.expiresAt, now)
  const again = (payment.sentAt ?? Number.NEGATIVE_INFINITY) + TEXT_PAUSE_MS
  return now < again ? tooManyTexts(again, now) : undefined
}

/** A payer's own payment; everybody else's does not exist. */
export const ownPayment =
  (payer: string, id: string): Step<Payment | undefined> =>
  (m) => [m, m.payments[id]?.payer === payer ? m.payments[id] : undefined]

export const found = (payment: Payment | undefined): Payment => {
  if (!payment) throw new No(404, 'not_found')
  return payment
}

export const payerOf = (m: Model, id: string): Payer => {
  const payer = m.payers[id]
  if (!payer) throw new Error(`the model knows no ${id}`)
  return payer
}

export function shown(payment: Payment, now: number): Shown {
  const status = statusAt(payment, now)
  const decidedAt = status === 'expired' ? payment.expiresAt : payment.decidedAt
  return {
    id: payment.id,
    terms: payment.terms,
    status,
    push: payment.push,
    pausedUntil: payment.pausedUntil ?? null,
    number: payment.sends === 0 ? null : payment.number,
    sentAt: payment.sentAt ?? null,
    sendsLeft: TEXTS_MAX - payment.sends,
    attemptsLeft: ATTEMPTS_MAX - payment.attempts,
    createdAt: payment.createdAt,
    expiresAt: payment.expiresAt,
    decidedAt: decidedAt ?? null,
    decidedBy: payment.decidedBy ?? null,
    decision:
      payment.decidedBy && payment.proof !== undefined
        ? { channel: payment.decidedBy, proof: payment.proof }
        : null,
    device: payment.hasDocument ? 'waiting' : 'unavailable',
  }
}
