import { timeSoon } from './times.ts'

/** A no that the page must tell the person about, in words. */
export type FieldProblem = { readonly path: string; readonly reason: string }

export type ProblemDetails = {
  /** `refusal`: a no by the rules; `fault`: their failure; `unreachable`: no answer, or none in time. */
  readonly kind: 'refusal' | 'fault' | 'unreachable'
  readonly httpStatus?: number
  readonly code?: string
  readonly fields?: readonly FieldProblem[]
  readonly attemptsLeft?: number
  readonly retryAfterSeconds?: number
  readonly requestId?: string
}

export class Problem extends Error {
  readonly details: ProblemDetails

  constructor(details: ProblemDetails) {
    super(details.code ?? details.kind)
    this.details = details
  }
}

/** What went wrong, for anything that was thrown. What is no `Problem` is a mistake of ours. */
export function detailsOf(error: unknown): ProblemDetails {
  if (error instanceof Problem) return error.details
  console.error(error)
  return { kind: 'fault' }
}

/** One plain sentence or two: what happened and what can be done now. */
export function explain(error: unknown): string {
  const { kind, code, httpStatus, retryAfterSeconds, requestId, attemptsLeft } = detailsOf(error)
  const again = retryAfterSeconds ? `in ${inWords(retryAfterSeconds)}` : 'a little later'
  if (kind === 'unreachable') {
    return "We can't reach Payfriend. Check your connection and try again."
  }
  switch (code) {
    case 'invalid_request':
      return "Something in what you entered isn't right yet."
    case 'phone_not_verified':
      return 'Your phone must be confirmed before you can pay.'
    case 'current_code_required':
      return 'To change your phone, enter the code sent to your current phone too.'
    case 'not_found':
      return "We can't find that."
    case 'expired':
      return 'The time to approve this payment is over.'
    case 'already_decided':
      return 'This payment is already decided.'
    case 'no_code_sent':
      return 'No code has been sent yet. Ask for one first.'
    case 'no_attempts_left':
      return retryAfterSeconds
        ? `There were too many wrong codes. Try again ${again}.`
        : 'No more codes can be tried.'
    case 'wrong_code':
      return attemptsLeft === undefined
        ? 'That code is wrong.'
        : `That code is wrong. ${attemptsInWords(attemptsLeft)}`
    case 'code_expired':
      return 'That code is no longer valid. Ask for a new one.'
    case 'idempotency_key_reused':
      return 'This payment could not be sent as it was. Nothing was sent: press the button again.'
    case 'locked':
      if (!retryAfterSeconds)
        return 'This account is locked. Please ask whoever runs Payfriend here.'
      return `Five codes in a row were wrong, so codes are locked until ${untilInWords(retryAfterSeconds)}.`
    case 'too_many_sms':
      return `Too many codes were sent. Try again ${again}.`
    case 'too_many_payments':
      return `You have too many payments open, or started too many this hour. Try again ${again}.`
    case 'provider_unavailable':
      return `The service that reaches your phone doesn't answer just now. Try again ${again}.`
    case 'sms_off':
      return `Texts and calls are paused for everybody just now. Try again ${again}.`
    case 'payments_off':
      return `New payments are paused for everybody just now. Nothing was sent. Try again ${again}.`
  }
  if (httpStatus === 429) return `That was too much at once. Try again ${again}.`
  if (httpStatus === 403) return "Your sign-in doesn't allow that. Sign out, then sign in again."
  if (httpStatus === 404) return "We can't find that."
  const reference = requestId ? ` (reference ${requestId})` : ''
  return `Something went wrong on our side${reference}. Try again ${again}.`
}

/** What is wrong with each field, or why it is a no altogether. */
export const reasonsOf = (error: unknown): readonly string[] =>
  detailsOf(error).fields?.map(({ reason }) => reason) ?? [explain(error)]

export function attemptsInWords(attemptsLeft: number): string {
  if (attemptsLeft === 0) return 'No attempts left.'
  return attemptsLeft === 1 ? '1 attempt left.' : `${attemptsLeft} attempts left.`
}

/** When a wait is over, by the clock that the person looks at, and never too early. */
function untilInWords(seconds: number): string {
  const now = new Date()
  return timeSoon(new Date(Math.ceil((now.getTime() + seconds * 1000) / 60_000) * 60_000), now)
}

/** A wait, rounded up so that trying then is never too early. */
export function inWords(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
