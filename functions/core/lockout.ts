/**
 * Wrong codes of one payer in a row, whatever they were for: after five of them codes are locked, each
 * time longer (RTS Art. 4(3)(b)). A push still works; a right code begins anew.
 */
import type { Clock, Lockout, Verdict } from './ports.ts'
import { Refusal, secondsUntil } from './refusals.ts'

/** RTS Art. 4(3)(b): no more than five failed attempts one after the other. */
export const FAILED_ATTEMPTS_MAX = 5
const LOCK_MINUTES = [5, 15, 30, 60]
const LAST_LOCK_MINUTES = 24 * 60

/** Until when a fifth attempt at `now` locks codes, after so many locks before. */
export const lockedUntil = (locks: number, now: Date): Date =>
  new Date(now.getTime() + (LOCK_MINUTES[locks] ?? LAST_LOCK_MINUTES) * 60_000)

/** Without an end it is the operator's lock, and there is no `Retry-After`. */
export const locked = (until: Date | undefined, now: Date): Refusal =>
  new Refusal('locked', until && { retryAfterSeconds: secondsUntil(until, now) })

/** The refusal while codes are locked; nothing while they are not. */
export const whyLocked = (until: Date | undefined, now: Date): Refusal | undefined =>
  until && until > now ? locked(until, now) : undefined

export type LockoutPorts = {
  readonly lockout: Lockout
  readonly clock: Clock
  /** Told of faults that only leave a payer's count of wrong codes too high, or a lock untold. */
  readonly onLockoutFault: (fault: unknown) => void
}

/**
 * Have a code checked as one of the payer's attempts, counted before, so that no burst outruns the limit. A
 * wrong code stays counted, and what brought no verdict was none; a right one is its caller's to reset.
 *
 * Refuses: `locked`, and what `check` refuses.
 */
export async function checkAsAttempt(
  { lockout, clock, onLockoutFault }: LockoutPorts,
  payerId: string,
  check: () => Promise<Verdict>,
): Promise<Verdict> {
  const attempt = await lockout.reserve(payerId, clock())
  if ('lockedUntil' in attempt) throw locked(attempt.lockedUntil, clock())
  let verdict: Verdict | undefined
  try {
    verdict = await check()
    return verdict
  } finally {
    const isVerdict = verdict === 'right' || verdict === 'wrong'
    if (!isVerdict) await lockout.giveBack(payerId, attempt).catch(onLockoutFault)
    // Only now is it a lock: a fifth code that was right is none.
    if (verdict === 'wrong' && attempt.isLast) {
      await lockout.tellLock(payerId, attempt, clock()).catch(onLockoutFault)
    }
  }
}
