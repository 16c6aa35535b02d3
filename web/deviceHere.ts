import type { Profile } from './api.ts'
import { ownDevices } from './approve/deviceStore.ts'
import { thumbprintIn } from './approve/kid.ts'

/** Whether this browser is one of the account's devices, so that the payer can approve in it. */
export async function isDeviceHere({ devices }: Pick<Profile, 'devices'>): Promise<boolean> {
  const here = await deviceIdsHere()
  return devices.list.some(({ id }) => here.includes(id))
}

/** The ids of the devices that this browser is, of any account. */
export async function deviceIdsHere(): Promise<readonly string[]> {
  try {
    return (await ownDevices()).map(thumbprintIn)
  } catch {
    // A browser without this storage is no device.
    return []
  }
}
