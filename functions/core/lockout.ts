/**
 * Consecutive failed attempts of one payer, at payments and verifications together: the fifth locks codes, longer
 * each time (RTS Art. 4(3)(b)). A push still works; a right code resets the count.
 */
import type { Payer } from './payer.ts'
import type { Clock, CountedAttempt, Lockout, Verdict } from './ports.ts'
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
 * Refuses: `locked`, and every refusal of `check`.
 */
export async function checkAsAttempt(
  ports: LockoutPorts,
  payerId: string,
  check: () => Promise<Verdict>,
): Promise<Verdict> {
  const attempt = await ports.lockout.reserve(payerId, ports.clock())
  if ('lockedUntil' in attempt) throw locked(attempt.lockedUntil, ports.clock())
  return checkCounted(ports, payerId, attempt, check)
}

/**
 * Count an attempt beside the payment's own, because the payer waits for each trip, and check the code. An attempt that
 * the payment refuses is subtracted again, so that guesses beyond the payment's limit do not count for the payer.
 *
 * @param reserve counts the payment's attempt; undefined if its condition failed
 * @returns what `reserve` returned, and the verdict; undefined if the payment counts no attempt
 */
export async function checkAsBothAttempts<P>(
  ports: LockoutPorts,
  payer: Payer | undefined,
  payerId: string,
  reserve: () => Promise<P | undefined>,
  check: (reserved: P) => Promise<Verdict>,
): Promise<{ readonly reserved: P; readonly verdict: Verdict } | undefined> {
  const { lockout, clock, onLockoutFault } = ports
  const [ofPayment, ofPayer] = await Promise.allSettled([
    reserve(),
    lockout.reserve(payerId, clock(), payer),
  ])
  const reserved = ofPayment.status === 'fulfilled' ? ofPayment.value : undefined
  const attempt = ofPayer.status === 'fulfilled' ? ofPayer.value : undefined
  if (reserved === undefined) {
    if (attempt && 'locks' in attempt) {
      await lockout.giveBack(payerId, attempt).catch(onLockoutFault)
    }
    if (ofPayment.status === 'rejected') throw ofPayment.reason
    return undefined
  }
  if (ofPayer.status === 'rejected') throw ofPayer.reason
  if (!attempt || 'lockedUntil' in attempt) throw locked(attempt?.lockedUntil, clock())
  const verdict = await checkCounted(ports, payerId, attempt, () => check(reserved))
  return { reserved, verdict }
}

async function checkCounted(
  { lockout, clock, onLockoutFault }: LockoutPorts,
  payerId: string,
  attempt: CountedAttempt,
  check: () => Promise<Verdict>,
): Promise<Verdict> {
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
