/**
 * The closed list of refusals. Clients, logs and tests match the code; the wording may change. The HTTP answers, the
 * API's description and the page's texts are bound to this list by type.
 */
export const REFUSALS = {
  invalid_request: {
    status: 400,
    title: 'The request is not right.',
    meaning: 'A field, the query or the body itself is wrong; `fields` says which and why.',
    tells: ['fields'],
  },
  idempotency_key_missing: {
    status: 400,
    title: 'The header Idempotency-Key is missing.',
    meaning: 'The header `Idempotency-Key` is missing.',
    tells: [],
  },
  wrong_address: {
    status: 403,
    title: 'Call the API at the page’s address.',
    meaning:
      'A firewall stands before this deployment, and the request came past it: call `/api` of the page’s address.',
    tells: [],
  },
  phone_not_verified: {
    status: 403,
    title: 'Verify your phone first.',
    meaning: 'The payer has no verified phone yet.',
    tells: [],
  },
  current_code_required: {
    status: 403,
    title: 'The code sent to your current phone is needed too.',
    meaning: "Changing a verified phone needs that phone's code too.",
    tells: [],
  },
  device_required: {
    status: 403,
    title: 'This needs one of your devices.',
    meaning:
      'Only a device of the payer can do this, or the operator’s invitation: the payer has an active device, had one ' +
      'lately, or the deployment sends no texts.',
    tells: [],
  },
  device_not_trusted: {
    status: 403,
    title: 'This device is not trusted here.',
    meaning:
      'The device is unknown, not let in yet, or removed, or its proof is missing, old or wrong: it is not told which.',
    tells: [],
  },
  forged_callback: {
    status: 403,
    title: 'This callback is not signed as it should be.',
    meaning: 'The signature is missing or wrong, or the nonce is a time too far away.',
    tells: [],
  },
  not_found: {
    status: 404,
    title: 'There is nothing of this id, or not any more.',
    meaning:
      "There is no such payment or verification, or no longer, or it is another payer's: nobody is told " +
      'which.',
    tells: [],
  },
  expired: {
    status: 410,
    title: 'This payment has expired.',
    meaning: 'The payment’s time is over.',
    tells: [],
  },
  already_decided: {
    status: 409,
    title: 'This payment is decided already.',
    meaning: 'The payment is final; `paymentStatus` says how it ended.',
    tells: ['paymentStatus'],
  },
  too_many_devices: {
    status: 409,
    title: 'Three devices are active already.',
    meaning: 'The payer has three active devices; one must be removed first.',
    tells: [],
  },
  no_code_sent: {
    status: 409,
    title: 'No code has been sent.',
    meaning: 'No code was asked for.',
    tells: [],
  },
  no_attempts_left: {
    status: 409,
    title: 'No attempts are left for this code.',
    meaning:
      'The five attempts are spent (RTS Art. 4(3)(b)). A payment can still be decided by push; a phone ' +
      'can be tried again after `Retry-After`.',
    tells: ['retryAfterSeconds'],
  },
  wrong_code: {
    status: 422,
    title: 'The code is wrong.',
    meaning:
      'The code is wrong; of two codes it is not told which (RTS Art. 4(3)(a)). For a payment ' +
      '`attemptsLeft` 0 means that it has failed.',
    tells: ['attemptsLeft'],
  },
  approval_not_signed: {
    status: 422,
    title: 'The signature is not one over what is stored.',
    meaning:
      'The passkey or the device key did not sign exactly what is stored. A wrong signature is a failed attempt ' +
      '(RTS Art. 4(3)(b)), a signature over something else is none; `attemptsLeft` 0 means that the payment has failed.',
    tells: ['attemptsLeft'],
  },
  code_expired: {
    status: 422,
    title: 'The code has expired.',
    meaning: 'The code is over; start anew.',
    tells: [],
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key belongs to a payment with other terms.',
    meaning: 'The same key was used for a payment with other terms.',
    tells: [],
  },
  locked: {
    status: 423,
    title: 'Codes are locked for a while, or the account until its operator unlocks it.',
    meaning:
      'With `Retry-After`: five wrong codes in a row have locked codes until then; a push can still be ' +
      'answered. Without it: the operator has locked the account until they unlock it, or closed it.',
    tells: ['retryAfterSeconds'],
  },
  starts_locked: {
    status: 423,
    title: 'New payments are locked for a while.',
    meaning:
      'On a device the payer said that they did not start something, so new payments are locked until then, longer ' +
      'each time, or until the operator unlocks the account.',
    tells: ['retryAfterSeconds'],
  },
  too_many_sms: {
    status: 429,
    title: 'Too many texts or calls. Please wait.',
    meaning: 'Too many texts and calls, or one too soon after the last.',
    tells: ['retryAfterSeconds'],
  },
  too_many_open_payments: {
    status: 429,
    title: 'Too many payments are open at once.',
    meaning:
      'Too many payments are open at once; `Retry-After` is until the first of them expires.',
    tells: ['retryAfterSeconds'],
  },
  too_many_payments: {
    status: 429,
    title: 'Too many payments were started within the hour.',
    meaning:
      'Too many payments were started within the hour, however they ended; `Retry-After` is until the hour is over.',
    tells: ['retryAfterSeconds'],
  },
  too_many_invitations: {
    status: 429,
    title: 'Too many invitations. Please wait.',
    meaning: 'Too many codes for a new device were made within the hour.',
    tells: ['retryAfterSeconds'],
  },
  too_many_rings: {
    status: 429,
    title: 'Too many test rings. Please wait.',
    meaning: 'This device was rung for a test just before.',
    tells: ['retryAfterSeconds'],
  },
  provider_unavailable: {
    status: 503,
    title: 'The phone provider does not answer. Please try again.',
    meaning: 'The phone provider does not answer. Nothing is approved by that.',
    tells: ['retryAfterSeconds'],
  },
  sms_off: {
    status: 503,
    title: 'Texts and calls are stopped for now.',
    meaning:
      'The owner has stopped texts and calls for now. A push, and a code already sent, can still be used.',
    tells: ['retryAfterSeconds'],
  },
  payments_off: {
    status: 503,
    title: 'New payments are stopped for now.',
    meaning:
      'The owner has stopped new payments for now: nothing was stored or sent. Those that wait are still decided.',
    tells: ['retryAfterSeconds'],
  },
} as const satisfies Readonly<Record<string, Entry>>

export type RefusalCode = keyof typeof REFUSALS
export const refusalCodes = Object.keys(REFUSALS) as RefusalCode[]

/** The status and the texts of a refusal code. */
type Entry = {
  readonly status: number
  /** The title in the answer (RFC 9457). */
  readonly title: string
  /** The explanation for developers of clients. */
  readonly meaning: string
  /** The details that the answer carries; `retryAfterSeconds`, and `attemptsLeft` of a signature, may be absent. */
  readonly tells: readonly (keyof RefusalDetails)[]
}

/** The details that a refusal can carry beside its code. */
export type RefusalDetails = {
  /** The fields that are wrong, each with a sentence to show beside it. */
  readonly fields?: readonly { readonly path: string; readonly reason: string }[]
  /** The status in which the payment ended. */
  readonly paymentStatus?: string
  /** The attempts left; for a payment 0 means that it has failed. */
  readonly attemptsLeft?: number
  readonly retryAfterSeconds?: number
}

/** The details that this code may carry. */
type Told<Code extends RefusalCode> = [Member<Code>] extends [never]
  ? undefined
  : Pick<RefusalDetails, Member<Code>>
type Member<Code extends RefusalCode> = (typeof REFUSALS)[Code]['tells'][number]
type CodeWithDetails = {
  [Code in RefusalCode]: [code: Code, details?: Told<Code> | undefined]
}[RefusalCode]

/** A refusal by the rules. A fault is any other error: our own or a provider's failure. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly details: RefusalDetails

  constructor(...[code, details = {}]: CodeWithDetails) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.details = details
  }
}

/** The session was ended; the HTTP answer is the same as for a request without a session. */
export class SessionEnded extends Error {}

/** The refusal `invalid_request` for one field. */
export const invalidField = (path: string, reason: string) =>
  new Refusal('invalid_request', { fields: [{ path, reason }] })

/** A changed switch takes effect everywhere within this time. */
export const SWITCH_NOTICED_SECONDS = 300

/** The refusal while the owner's switch stops texts or new payments. */
export const switchedOff = (code: 'sms_off' | 'payments_off') =>
  new Refusal(code, { retryAfterSeconds: SWITCH_NOTICED_SECONDS })

/** Whole seconds from `now` until `then`, at least one, for `Retry-After`. */
export const secondsUntil = (then: Date, now: Date): number =>
  Math.max(1, Math.ceil((then.getTime() - now.getTime()) / 1000))
