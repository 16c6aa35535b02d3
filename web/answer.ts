/** Reads the API's answers, for both of the page's documents. */
import { codeOf, Problem } from './problem.ts'

/** The refusal or fault that an answer tells of. */
export async function problemOf(response: Response): Promise<Problem> {
  const retryAfterSeconds = Number(response.headers.get('Retry-After'))
  const { code: named, ...answer } = Object(await jsonOf(response).catch(() => ({})))
  // API Gateway's own answers have no code: only the status tells a refusal from a fault.
  const code = codeOf(named)
  return new Problem({
    ...answer,
    ...(code && { code }),
    kind: response.status >= 500 ? 'fault' : 'refusal',
    httpStatus: response.status,
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  })
}

/** The JSON of an answer; throws a `Problem` if it has none. */
export async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    // The body is incomplete, or the answer is not Payfriend's.
    const kind = error instanceof SyntaxError ? 'fault' : 'unreachable'
    throw new Problem({ kind, httpStatus: response.status })
  }
}
