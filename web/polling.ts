import type { Api, Payment } from './api.ts'
import { nextPollMs } from './pollSchedule.ts'
import { detailsOf } from './problem.ts'
import type { ServerClock } from './serverClock.ts'
import { anyOf } from './signals.ts'

export type Polling = {
  /** Poll now, and restart the schedule; it ends with the answer, also if there is none. */
  lookNow(): Promise<void>
  /** Another answer told the payment: drop the poll under way, whose answer may be older, and restart the schedule. */
  restart(): void
}

type PollingOptions = {
  readonly paymentId: string
  readonly api: Api
  readonly clock: ServerClock
  /** Ends the polling. */
  readonly signal: AbortSignal
  /** Called with the payment after each successful poll. */
  onPayment(payment: Payment): void
  /** Called after a failed poll; `nextMs` is the time to the next one, null if there is none. */
  onTrouble(error: unknown, nextMs: number | null): void
}

/** Poll a payment until it has ended, the schedule ends, or `signal` is aborted. */
export function startPolling(options: PollingOptions): Polling {
  const { paymentId, api, clock } = options
  const over = new AbortController()
  const signal = anyOf(options.signal, over.signal)
  let failuresInARow = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking: AbortController | null = null
  let expiresAt = Number.POSITIVE_INFINITY

  async function look(): Promise<void> {
    if (signal.aborted) return
    clearTimeout(timer)
    // A newer poll replaces the one under way, because its answer is never older.
    asking?.abort()
    const own = new AbortController()
    asking = own
    const either = anyOf(signal, own.signal)
    try {
      const payment = await api.payment(paymentId, either)
      if (either.aborted) return
      failuresInARow = 0
      expiresAt = Date.parse(payment.expiresAt)
      if (payment.status === 'pending') schedule(0)
      else over.abort()
      options.onPayment(payment)
    } catch (error) {
      if (either.aborted) return
      failuresInARow += 1
      const { httpStatus, retryAfterSeconds = 0 } = detailsOf(error)
      const nextMs = httpStatus === 404 || httpStatus === 403 ? null : schedule(retryAfterSeconds)
      options.onTrouble(error, nextMs)
    } finally {
      if (asking === own) asking = null
      // Removes the listeners from the signals above, which live longer.
      own.abort()
    }
  }

  function schedule(retryAfterSeconds: number): number | null {
    const msToEnd = expiresAt - clock.now()
    const nextMs = nextPollMs({ failuresInARow, retryAfterSeconds, msToEnd })
    if (nextMs !== null && !signal.aborted && !document.hidden) timer = setTimeout(look, nextMs)
    return nextMs
  }

  function onVisibility(): void {
    if (document.hidden) clearTimeout(timer)
    else look()
  }

  document.addEventListener('visibilitychange', onVisibility, { signal })
  window.addEventListener('online', look, { signal })
  signal.addEventListener('abort', () => clearTimeout(timer))
  look()
  function restart(): void {
    asking?.abort()
    clearTimeout(timer)
    schedule(0)
  }

  return { lookNow: look, restart }
}
