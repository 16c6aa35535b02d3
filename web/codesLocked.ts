/** The lock of codes after five wrong ones in a row: until when, as the server told it last. */
import type { Api, Profile } from './api.ts'
import { detailsOf, endInWords, wholeMinute } from './problem.ts'
import type { ServerClock } from './serverClock.ts'

type Known = { readonly profile: Profile; readonly clock: Pick<ServerClock, 'now'> }
type Knowing = { profile: Profile }

/** The end of the lock in milliseconds of the server's time; null while codes are not locked. */
export function codesLockedUntil({ profile, clock }: Known): number | null {
  const until = Date.parse(profile.codesLockedUntil ?? '')
  return until > clock.now() ? until : null
}

/** The end of the lock as a time of day on this device's clock; null while codes are not locked. */
export function codesLockedInWords(app: Known): string | null {
  const until = codesLockedUntil(app)
  return until === null ? null : timeOnDevice(until, app.clock)
}

/** When a wait ends, as a time of day on this device's clock, which may be wrong. */
export const timeOnDevice = (end: number, clock: Known['clock']): string =>
  endInWords(new Date(here({ clock }, end)), new Date())

/** Whether the end of the lock as it is shown, a whole minute, is no earlier than this time of the server. */
export function isLockShownUntil(app: Known, time: number): boolean {
  const until = codesLockedUntil(app)
  return until !== null && wholeMinute(here(app, until)) >= here(app, time)
}

/** A time of the server on this device's clock. */
const here = ({ clock }: Pick<Known, 'clock'>, time: number): number =>
  Date.now() + time - clock.now()

/** Keep what a refused code or text tells of the lock. */
export function rememberLock(app: Knowing & Known, error: unknown): void {
  const { code, retryAfterSeconds } = detailsOf(error)
  if (code !== 'locked' || !retryAfterSeconds) return
  const until = new Date(app.clock.now() + retryAfterSeconds * 1000)
  app.profile = { ...app.profile, codesLockedUntil: until.toISOString() }
}

/** Ask for the lock, because a code was wrong: five in a row may have been for several payments. */
export async function lookForLock(
  app: Knowing & { readonly api: Pick<Api, 'profile'> },
): Promise<void> {
  app.profile = await app.api.profile().catch(() => app.profile)
}
