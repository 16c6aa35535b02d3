/**
 * Consecutive failed attempts of one payer, at payments and verifications together: the fifth locks codes, longer
 * each time (RTS Art. 4(3)(b)). A push still works; a right code resets the count.
 */
import type { Payer } from './payer.ts'
import type { Clock, Lockout, Verdict } from './ports.ts'
import { Refusal, secondsUntil } from './refusals.ts'

/** RTS Art. 4(3)(b): no more than five failed attempts one after the other. */
export const FAILED_ATTEMPTS_MAX = 5
const LOCK_MINUTES = [5, 15, 30, 60]
const LAST_LOCK_MINUTES = 24 * 60

/** Until when a fifth failed attempt at `now` locks codes, if there were `locks` locks before. */
export const lockedUntil = (locks: number, now: Date): Date =>
  new Date(now.getTime() + (LOCK_MINUTES[locks] ?? LAST_LOCK_MINUTES) * 60_000)

/** The refusal `locked`; with `until` undefined it is the operator's lock and has no `Retry-After`. */
export const locked = (until: Date | undefined, now: Date): Refusal =>
  new Refusal('locked', until && { retryAfterSeconds: secondsUntil(until, now) })

/** The refusal `locked` while codes are locked; else `undefined`. */
export const whyLocked = (until: Date | undefined, now: Date): Refusal | undefined =>
  until && until > now ? locked(until, now) : undefined

export type LockoutPorts = {
  readonly lockout: Lockout
  readonly clock: Clock
  /** Called with a fault that leaves the count of failed attempts too high, or a lock without its audit entry. */
  readonly onLockoutFault: (fault: unknown) => void
}

/**
 * Check a code as one of the payer's attempts. The attempt is counted before the check, so that parallel requests
 * cannot exceed the limit. A wrong code stays counted; a check without a verdict is subtracted again; after a right
 * code the caller resets the count.
 *
 * @param seen the payer as just read, which saves a read of the count
 *
 * Refuses: `locked`, and every refusal of `check`.
 */
export async function checkAsAttempt(
  { lockout, clock, onLockoutFault }: LockoutPorts,
  payerId: string,
  check: () => Promise<Verdict>,
  ...seen: [Payer?]
): Promise<Verdict> {
  const attempt = await lockout.reserve(payerId, clock(), ...seen)
  if ('lockedUntil' in attempt) throw locked(attempt.lockedUntil, clock())
  let verdict: Verdict | undefined
  try {
    verdict = await check()
    return verdict
  } finally {
    const isVerdict = verdict === 'right' || verdict === 'wrong'
    if (!isVerdict) await lockout.giveBack(payerId, attempt).catch(onLockoutFault)
    // The entry follows the verdict, because a right fifth code causes no lock.
    if (verdict === 'wrong' && attempt.isLast) {
      await lockout.tellLock(payerId, attempt, clock()).catch(onLockoutFault)
    }
  }
}
