/** Refusals and faults, and the sentences in which the page tells the payer of them. */
import { TEXT_PAUSE_SECONDS as PAUSE_SECONDS } from '../functions/core/limits.ts'
import type { RefusalCode } from '../functions/core/refusals.ts'
import type { GatewayStatus } from '../functions/http/gatewayAnswers.ts'
import { timeSoon } from './times.ts'
import { laterWords } from './words/laterWords.ts'

export type FieldProblem = { readonly path: string; readonly reason: string }

export type ProblemDetails = {
  /**
   * `refusal`: a no by the rules; `fault`: the server's failure; `unreachable`: no answer in time; `notLoaded`: a part of
   * the page itself is missing.
   */
  readonly kind: 'refusal' | 'fault' | 'unreachable' | 'notLoaded'
  readonly httpStatus?: number
  /** `unknown`: a refusal that only a newer server than this page knows. */
  readonly code?: RefusalCode | 'unknown'
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

/** The details of anything that was thrown. An error that is no `Problem` is a bug in the page. */
export function detailsOf(error: unknown): ProblemDetails {
  if (error instanceof Problem) return error.details
  console.error(error)
  return { kind: 'fault' }
}

/** The refusal code in an answer's body; undefined if the body is not one of Payfriend's refusals. */
export function codeOf(code: unknown): ProblemDetails['code'] {
  if (typeof code !== 'string') return undefined
  return Object.hasOwn(SENTENCES, code) ? (code as RefusalCode) : 'unknown'
}

/** One or two sentences: what happened and what the payer can do now. */
export function explain(error: unknown): string {
  const details = detailsOf(error)
  if (details.kind === 'notLoaded') return laterWords.notLoaded
  const { kind, code, httpStatus = 0, retryAfterSeconds } = details
  if (kind === 'unreachable') {
    return "We can't reach Payfriend. Check your connection and try again."
  }
  const again = retryAfterSeconds ? `in ${inWords(retryAfterSeconds)}` : 'a little later'
  const told = { ...details, again }
  if (code !== undefined && code !== 'unknown') return SENTENCES[code](told)
  const byStatus: Partial<Record<number, Sentence>> = BY_STATUS
  return (byStatus[httpStatus] ?? ourFault)(told)
}

type Told = ProblemDetails & {
  /** When to try again; follows the words "Try again". */
  readonly again: string
}
type Sentence = (told: Told) => string

const ourFault: Sentence = ({ again, requestId }) => {
  const reference = requestId ? ` (reference ${requestId})` : ''
  return `Something went wrong on our side${reference}. Try again ${again}.`
}

/** A new refusal code does not compile until the page has a sentence for it. */
const SENTENCES: Readonly<Record<RefusalCode, Sentence>> = {
  invalid_request: () => "Something in what you entered isn't right yet. Check it and try again.",
  // The page calls its own address, always sends a key and never receives a callback: these would be bugs of the page.
  wrong_address: ourFault,
  idempotency_key_missing: ourFault,
  forged_callback: ourFault,
  phone_not_verified: () => 'Your phone must be confirmed before you can pay. Confirm it first.',
  current_code_required: () =>
    'To change your phone, enter the code sent to your current phone too.',
  device_not_trusted: () =>
    'This phone does not approve payments of this account. Press “Add a phone” where you are signed in.',
  device_required: () =>
    'Only a phone that approves can let this through. Look under “Phone” which phones you have, and what you can do without one.',
  too_many_devices: () =>
    'You have three phones already. Remove one of them first, then try again.',
  approval_not_signed: ({ attemptsLeft }) =>
    attemptsLeft === 0
      ? 'Your answer could not be checked five times, so this has ended and nothing was approved. Start again.'
      : 'Your answer could not be checked, so nothing was approved. Load this page again, then try again.',
  not_found: () => "We can't find that. Look for it under “My payments”.",
  expired: () => 'The time to approve this payment is over. If you still want to pay, start again.',
  already_decided: () => 'This payment is already decided. Look under “My payments” how it ended.',
  no_code_sent: () => 'No code has been sent yet. Ask for one first.',
  no_attempts_left: ({ again, retryAfterSeconds }) =>
    retryAfterSeconds
      ? `There were too many wrong codes. Try again ${again}.`
      : 'No more codes can be tried. Start again to get a new one.',
  wrong_code: ({ attemptsLeft }) =>
    attemptsLeft === undefined
      ? 'That code is wrong. Check it and try again.'
      : `That code is wrong. ${attemptsInWords(attemptsLeft)}`,
  code_expired: () => 'That code is no longer valid. Ask for a new one.',
  idempotency_key_reused: () =>
    'This payment could not be sent as it was. Nothing was sent: press the button again.',
  locked: ({ retryAfterSeconds }) =>
    retryAfterSeconds
      ? `Five codes in a row were wrong, so codes are locked until ${untilInWords(retryAfterSeconds)}.`
      : 'This account is locked. Please ask the people who run this service.',
  too_many_sms: ({ again, retryAfterSeconds = PAUSE_SECONDS + 1 }) =>
    retryAfterSeconds <= PAUSE_SECONDS
      ? `A code was sent a moment ago. Try again ${again}.`
      : `Too many codes were sent. Try again ${again}.`,
  too_many_invitations: ({ again }) => `You made too many codes. You can make another ${again}.`,
  too_many_rings: ({ again }) => `This phone was rung a moment ago. Try again ${again}.`,
  too_many_payments: ({ again }) =>
    `You have too many payments open, or started too many this hour. Try again ${again}.`,
  starts_locked: ({ retryAfterSeconds }) => startsLockedInWords(retryAfterSeconds),
  provider_unavailable: ({ again }) =>
    `The service that reaches your phone doesn't answer just now. Try again ${again}.`,
  sms_off: ({ again }) => `Texts and calls are paused for everybody just now. Try again ${again}.`,
  payments_off: ({ again }) =>
    `New payments are paused for everybody just now. Nothing was sent. Try again ${again}.`,
}

/** Why new payments are locked, and until when. */
export const startsLockedInWords = (seconds: number | undefined): string =>
  'You said that you did not start a payment, so new payments are locked ' +
  `${seconds ? `until ${untilInWords(seconds)}` : 'for a while'}. ` +
  'If that was a mistake, ask the people who run this service to unlock them.'

const notAllowed: Sentence = () => "Your sign-in doesn't allow that. Sign out, then sign in again."

/** Answers without a code, from API Gateway itself. */
const BY_STATUS: Readonly<Record<GatewayStatus, Sentence>> = {
  401: notAllowed,
  403: notAllowed,
  404: SENTENCES.not_found,
  413: () => 'That is too long to be sent. Make it shorter and try again.',
  429: ({ again }) => `That was too much at once. Try again ${again}.`,
  500: ourFault,
  503: ourFault,
}

/** What can be done about texts that are refused for longer than the pause between two; null if nothing is. */
export function meanwhile(error: unknown): string | null {
  const { code, retryAfterSeconds = PAUSE_SECONDS + 1 } = detailsOf(error)
  const isLong =
    code === 'sms_off' || (code === 'too_many_sms' && retryAfterSeconds > PAUSE_SECONDS)
  return isLong
    ? 'You need not wait if you have an invitation: ask the people who run this service for one.'
    : null
}

/** The reasons of the fields, or else the reason of the whole refusal. */
export const reasonsOf = (error: unknown): readonly string[] =>
  detailsOf(error).fields?.map(({ reason }) => reason) ?? [explain(error)]

export function attemptsInWords(attemptsLeft: number): string {
  if (attemptsLeft === 0) return 'No attempts left.'
  return attemptsLeft === 1 ? '1 attempt left.' : `${attemptsLeft} attempts left.`
}

/** The time at which a wait ends, on the device's clock, and never too early. */
function untilInWords(seconds: number): string {
  const now = new Date()
  return timeSoon(new Date(Math.ceil((now.getTime() + seconds * 1000) / 60_000) * 60_000), now)
}

/** A wait, rounded up so that trying then is never too early. */
export function inWords(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
