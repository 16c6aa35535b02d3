/** Reads the API's answers: the JSON of a success, or the error that the answer tells of. */
import type { RefusalCode } from './api.ts'

/** A body of `application/problem+json`; a newer server may know codes that this client does not. */
export type ProblemBody = {
  readonly code?: RefusalCode | (string & Record<never, never>)
  readonly title?: string
  readonly requestId?: string
  readonly fields?: readonly { readonly path: string; readonly reason: string }[]
  readonly attemptsLeft?: number
  readonly paymentStatus?: string
}

/** An answer that is no success. Match `problem.code`; the words may change. */
export class PayfriendError extends Error {
  override readonly name = 'PayfriendError'
  /** 0 if the answer broke off. */
  readonly status: number
  /** Empty if the answer is not Payfriend's own, as those of API Gateway. */
  readonly problem: ProblemBody
  /** When it is worth trying again. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, problem: ProblemBody, retryAfterSeconds?: number) {
    super(problem.title ?? `The API answered ${status}.`)
    this.status = status
    this.problem = problem
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The error that an answer tells of. */
export async function refusalOf(response: Response): Promise<PayfriendError> {
  const retryAfterSeconds = Number(response.headers.get('Retry-After'))
  const problem: ProblemBody = Object(await response.json().catch(() => ({})))
  return new PayfriendError(
    response.status,
    problem,
    retryAfterSeconds > 0 ? retryAfterSeconds : undefined,
  )
}

/**
 * The JSON of a success.
 *
 * @throws PayfriendError for any other answer, and for a success that broke off or is not JSON
 */
export async function answerOf<Answer>(response: Response): Promise<Answer> {
  if (!response.ok) throw await refusalOf(response)
  try {
    return (await response.json()) as Answer
  } catch (error) {
    // Not JSON: the body is incomplete, or the answer is not Payfriend's.
    throw new PayfriendError(error instanceof SyntaxError ? response.status : 0, {})
  }
}
