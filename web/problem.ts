/** Refusals and faults, and which sentence the page tells the payer of each. */

import { laterWords } from '#words/laterWords.ts'
import { refusalWords } from '#words/refusalWords.ts'
import { timeWords } from '#words/timeWords.ts'
import { TEXT_PAUSE_SECONDS as PAUSE_SECONDS } from '../functions/core/limits.ts'
import type { RefusalCode } from '../functions/core/refusals.ts'
import type { GatewayStatus } from '../functions/http/gatewayAnswers.ts'
import { timeSoon } from './times.ts'

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
  if (kind === 'unreachable') return refusalWords.unreachable
  const told: Told = {
    ...details,
    again: refusalWords.again(retryAfterSeconds ? timeWords.wait(retryAfterSeconds) : null),
    until: retryAfterSeconds ? untilInWords(retryAfterSeconds) : undefined,
    isPause: isPause(details),
  }
  if (code !== undefined && code !== 'unknown') return SENTENCES[code](told)
  const byStatus: Partial<Record<number, Sentence>> = BY_STATUS
  return (byStatus[httpStatus] ?? refusalWords.ourFault)(told)
}

type Told = Parameters<typeof refusalWords.codes.locked>[0]
type Sentence = (told: Told) => string

/** A new refusal code does not compile until the page has a sentence for it. */
const SENTENCES: Readonly<Record<RefusalCode, Sentence>> = refusalWords.codes

/** Why new payments are locked, and until when. */
export const startsLockedInWords = (seconds: number | undefined): string =>
  refusalWords.startsLocked(seconds ? untilInWords(seconds) : undefined)

const notAllowed: Sentence = () => refusalWords.notAllowed

/** Answers without a code, from API Gateway itself. */
const BY_STATUS: Readonly<Record<GatewayStatus, Sentence>> = {
  401: notAllowed,
  403: notAllowed,
  404: () => refusalWords.notFound,
  413: () => refusalWords.tooLong,
  429: refusalWords.tooMuchAtOnce,
  500: refusalWords.ourFault,
  503: refusalWords.ourFault,
}

/** Only signing in again can help: a page with this problem offers to sign out. */
export const isOfSignIn = ({ httpStatus, code }: ProblemDetails): boolean =>
  code === undefined && (httpStatus === 401 || httpStatus === 403)

/** What can be done about texts that are refused for longer than the pause between two; null if nothing is. */
export function meanwhile(error: unknown): string | null {
  const details = detailsOf(error)
  const { code } = details
  const isLong = code === 'sms_off' || (code === 'too_many_sms' && !isPause(details))
  return isLong ? refusalWords.askForInvitation : null
}

const isPause = ({ retryAfterSeconds = PAUSE_SECONDS + 1 }: ProblemDetails): boolean =>
  retryAfterSeconds <= PAUSE_SECONDS

/** The reasons of the fields, or else the reason of the whole refusal. */
export const reasonsOf = (error: unknown): readonly string[] =>
  detailsOf(error).fields?.map(({ reason }) => reason) ?? [explain(error)]

/** How often a code can still be tried. */
export const attemptsInWords = refusalWords.attempts

/** The time at which a wait ends, on the device's clock, and never too early. */
function untilInWords(seconds: number): string {
  return endInWords(new Date(Date.now() + seconds * 1000), new Date())
}

/** The end of a wait, rounded up so that trying then is never too early. */
export const wholeMinute = (end: number): number => Math.ceil(end / 60_000) * 60_000

/** The time at which a wait ends, as a whole minute. */
export const endInWords = (end: Date, now: Date): string =>
  timeSoon(new Date(wholeMinute(end.getTime())), now)
