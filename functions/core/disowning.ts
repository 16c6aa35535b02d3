/** “I didn't start this”: new payments are locked, longer each time, because somebody else may have a session. */

import type { DeviceStore } from './devicePorts.ts'
import { lockedUntil } from './lockout.ts'
import type { Payer } from './payer.ts'
import type { Clock } from './ports.ts'
import { Refusal, secondsUntil } from './refusals.ts'

/**
 * Lock the payer's new payments, on the ladder of codes and with a count of its own: no code and no approval resets it,
 * because who has a session could else start anew. Said again of the same thing, or while new payments are locked, it
 * changes nothing: so one row of payments, each disowned, is one step.
 *
 * @param id what the payer did not start: `payment.…`, `device.…` or `phone.…`
 */
export async function lockStarts(
  { devices, clock }: { readonly devices: Pick<DeviceStore, 'lockStarts'>; readonly clock: Clock },
  payer: Payer,
  id: string,
): Promise<void> {
  const now = clock()
  if (whyStartsLocked(payer, now)) return
  await devices.lockStarts(payer, id, (locks) => lockedUntil(locks, now), now)
}

/** The refusal `starts_locked` while the payer's new payments are locked; else `undefined`. */
export const whyStartsLocked = (
  { startsLock }: Pick<Payer, 'startsLock'>,
  now: Date,
): Refusal | undefined =>
  startsLock && now < startsLock.until
    ? new Refusal('starts_locked', { retryAfterSeconds: secondsUntil(startsLock.until, now) })
    : undefined
