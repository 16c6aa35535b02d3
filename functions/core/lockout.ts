/**
 * Wrong codes of one person in a row, whatever payments they were for: after five of them codes are
 * locked, each time longer (RTS Art. 4(3)(b)). A push still works; a right code begins anew.
 */
import { Refusal, secondsUntil } from './refusals.ts'

/** RTS Art. 4(3)(b): no more than five failed attempts one after the other. */
export const GOES_MAX = 5
const LOCK_MINUTES = [5, 15, 30, 60, 24 * 60]
/** The ladder's last rung, on which everybody stays who comes so far. */
export const RUNG_MAX = LOCK_MINUTES.length - 1

/** Until when a fifth go at `now` locks codes, on this rung of the ladder, 0 the first. */
export const lockedUntil = (rung: number, now: Date): Date =>
  new Date(now.getTime() + (LOCK_MINUTES[rung] ?? Number.NaN) * 60_000)

export const locked = (until: Date, now: Date): Refusal =>
  new Refusal('locked', { retryAfterSeconds: secondsUntil(until, now) })
