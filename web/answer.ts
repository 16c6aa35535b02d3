/** The client's errors as the page tells them, for both of the page's documents. */
import { PayfriendError } from '../client/refusal.ts'
import { codeOf, Problem } from './problem.ts'

/** The refusal or fault that the client threw; any other error as it is. */
export function problemOf(error: unknown): unknown {
  if (!(error instanceof PayfriendError)) return error
  const { status, problem, retryAfterSeconds } = error
  if (status === 0) return new Problem({ kind: 'unreachable' })
  const { code: named, ...told } = problem
  // API Gateway's own answers have no code: only the status tells a refusal from a fault.
  const code = codeOf(named)
  return new Problem({
    ...told,
    ...(code && { code }),
    kind: status >= 400 && status < 500 ? 'refusal' : 'fault',
    httpStatus: status,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  })
}
