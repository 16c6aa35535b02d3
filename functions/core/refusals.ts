/**
 * Every no that Payfriend says by its rules. The list is closed: clients, logs and tests match the
 * code, the words may change tomorrow.
 */
export type RefusalCode =
  | 'invalid_request'
  | 'idempotency_key_missing'
  | 'phone_not_verified'
  | 'current_code_required'
  | 'forged_callback'
  | 'not_found'
  | 'expired'
  | 'already_decided'
  | 'no_code_sent'
  | 'no_attempts_left'
  | 'wrong_code'
  | 'code_expired'
  | 'idempotency_key_reused'
  | 'locked'
  | 'too_many_sms'
  | 'too_many_payments'
  | 'provider_unavailable'
  | 'sms_off'
  | 'payments_off'

/** What a refusal may tell besides its code. */
export type RefusalDetails = {
  /** The fields that are wrong, each with a sentence to show beside it. */
  readonly fields?: readonly { readonly path: string; readonly reason: string }[]
  /** What the payment already is. */
  readonly paymentStatus?: string
  /** Goes at a code that are left; for a payment 0 means that it has failed. */
  readonly attemptsLeft?: number
  readonly retryAfterSeconds?: number
}

/** A no by the rules, as opposed to a fault, which is our or a provider's failure. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly details: RefusalDetails

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.details = details
  }
}

/** The payer has signed out everywhere since this session began: it answers as no session at all does. */
export class SessionEnded extends Error {}

/** `invalid_request` for one field. */
export const invalidField = (path: string, reason: string) =>
  new Refusal('invalid_request', { fields: [{ path, reason }] })

/** A switch that was turned is noticed everywhere within this time. */
export const SWITCH_NOTICED_SECONDS = 300

/** The owner has stopped this for everybody. */
export const switchedOff = (code: 'sms_off' | 'payments_off') =>
  new Refusal(code, { retryAfterSeconds: SWITCH_NOTICED_SECONDS })

/** Whole seconds from `now` until `then`, at least one: what `Retry-After` says. */
export const secondsUntil = (then: Date, now: Date): number =>
  Math.max(1, Math.ceil((then.getTime() - now.getTime()) / 1000))
