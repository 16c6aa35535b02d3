/** Test support: something that happens just before a certain write of the Lambdas. */
import type { Harness } from './harness.ts'

/** Writes that tests wait for, by a part of their expression that no other has. */
const WRITES = {
  letsIn: 'devices_since = if_not_exists',
  removes: 'devices_active = devices_active - :one',
  restores: 'devices_active = devices_active + :one',
  reminds: 'remindedAt = :now',
  locksStarts: 'starts_disowned = :disowned',
  endsVerification: 'REMOVE pending_id',
  changesPhone: 'phone_verified_at = :now',
} as const

/** Once, just before the first such write. */
export function justBefore(
  { store }: Harness,
  write: keyof typeof WRITES,
  happens: () => Promise<unknown>,
) {
  store.instead = async (call) => {
    if (call.operation !== 'UpdateItem' || !call.text.includes(WRITES[write])) return undefined
    store.instead = undefined
    await happens()
    return undefined
  }
}
