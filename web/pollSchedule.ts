const DEFAULT_MS = 3_000
const LONGEST_MS = 30_000
/** This long after the payment's end a server that can be reached has told it. */
export const GRACE_MS = 30_000
/** Polled this long after the end, so that the answer is final. */
const AFTER_END_MS = 500

/**
 * Milliseconds until the next poll; null ends the polling.
 *
 * Every 3 s; after failures 6, 12, 24, then 30 s, and never sooner than the server asked for. The poll
 * just after the payment's end comes at once, so that the payer does not wait for a payment that is over.
 */
export function nextPollMs(state: {
  readonly failuresInARow: number
  readonly retryAfterSeconds: number
  readonly msToEnd: number
}): number | null {
  if (state.msToEnd < -GRACE_MS) return null
  const backoffMs = Math.min(DEFAULT_MS * 2 ** state.failuresInARow, LONGEST_MS)
  if (state.failuresInARow > 0) return Math.max(backoffMs, state.retryAfterSeconds * 1000)
  const toEnd = state.msToEnd + AFTER_END_MS
  return toEnd > 0 ? Math.min(backoffMs, toEnd) : backoffMs
}
