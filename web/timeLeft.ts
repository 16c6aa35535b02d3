/** "4:05" */
export function minutesAndSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/**
 * Whole seconds until a time, never more than there were at the beginning: the server's time is known only roughly.
 *
 * @param now the server's time, all in milliseconds
 */
export function secondsLeft(
  { createdAt, expiresAt }: { readonly createdAt: number; readonly expiresAt: number },
  now: number,
): number {
  const whole = Math.ceil((expiresAt - createdAt) / 1000)
  return Math.max(0, Math.min(whole, Math.ceil((expiresAt - now) / 1000)))
}

/**
 * Whether the last minute has begun between two ticks. A page that is not looked at ticks seldom, so the second in which it
 * begins may be missed.
 */
export const beginsLastMinute = (before: number, now: number): boolean =>
  before > 60 && now <= 60 && now > 0
