/** What is known of a payment's end before it is shown. */
import type { Payment } from './api.ts'
import type { ServerClock } from './serverClock.ts'

/** How a payment can have ended. */
export type Ended = Exclude<Payment['status'], 'pending'>

/** For so long after its end a payment may leave something on a phone, or a lock. */
const RECENT_MS = 3_600_000

/** A payment that ended lately. */
export const isRecent = (
  { clock }: { readonly clock: ServerClock },
  { decidedAt, expiresAt }: Payment,
): boolean => clock.now() - Date.parse(decidedAt ?? expiresAt) < RECENT_MS
