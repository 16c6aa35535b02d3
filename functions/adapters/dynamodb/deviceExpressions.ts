/** Parts of the expressions by which a payer's devices are written. */
import type { Device } from '../../core/device.ts'

/** The operator has neither locked nor closed the account. */
export const OPEN = 'attribute_not_exists(account_state)'
/** The session was not ended. */
export const SESSION = '(attribute_not_exists(sessions_from) OR sessions_from <= :signed_in)'
/** The device with this id is pending and has not expired, and the account is open. */
export const THIS_ONE = ['device_pending.id = :id', 'device_pending.expiresAt > :now', OPEN]

export const thisOne = (deviceId: string, now: Date) => ({
  ':id': deviceId,
  ':now': now.toISOString(),
})

/** The device of this name in the expression was let in and not removed: it is active or waits. */
const isThere = (name: string) => [
  `attribute_exists(devices.${name})`,
  `attribute_not_exists(devices.${name}.removedAt)`,
]

/** The device of this name in the expression is active at `:now`. */
export const isActive = (name: string) => [
  ...isThere(name),
  `(attribute_not_exists(devices.${name}.activeFrom) OR devices.${name}.activeFrom <= :now)`,
]

/** The device of this name in the expression waits at `:now`. */
export const isWaiting = (name: string) => [...isThere(name), `devices.${name}.activeFrom > :now`]

/** A device as an audit entry keeps it: its public keys, and no name. */
export const toldOf = ({
  id,
  key,
  passkey,
  boundBy,
}: Pick<Device, 'id' | 'key' | 'passkey' | 'boundBy'>) => ({
  id,
  key,
  spki: passkey.spki,
  alg: passkey.alg,
  boundBy,
})
