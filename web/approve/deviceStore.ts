/** This browser's devices: a key for each account, which no script can read and no other site can use. */
import type { DeviceKey } from './deviceProof.ts'
import { replacedBy } from './kid.ts'

/** A new passkey, or the signature of one that is there already over the new key. */
export type Passkey = { readonly credential: unknown } | { readonly assertion: unknown }

const DATABASE = 'payfriend'
const STORE = 'devices'

/** One account's device in this browser. */
export type OwnDevice = {
  /** `<payer>.<thumbprint>`: names account and key in each proof. */
  readonly kid: string
  readonly email: string
  readonly name: string
  /** Not extractable. */
  readonly deviceKey: DeviceKey
  /** The passkey's id, base64url. */
  readonly credentialId: string
  /** Its passkey was made for the browser's own sheet; of an older device, or of a renewed one, nothing is known. */
  readonly hasSheet?: boolean
  /** Until the account's page has let it in; null for a device that approves. */
  readonly pending: Pending | null
  /** RFC 3339: it was let in and waits until then. Kept, so that it can say later that it was stopped. */
  readonly waitsUntil?: string | null
}

type Pending = {
  readonly digits: string
  readonly expiresAt: string
  /** What it sent, with a code that is spent by it: sent again, it tells whether this phone was turned away. */
  readonly asked?: { readonly code: string; readonly name: string } & Passkey
}

export const ownDevices = (): Promise<OwnDevice[]> =>
  inStore('readonly', (store) => store.getAll() as IDBRequest<OwnDevice[]>)

/** Keep a device. For a new one the browser is asked not to clear this site's data when space gets short. */
export const keepDevice = async (device: OwnDevice): Promise<void> => {
  await inStore('readwrite', (store) => {
    const all = store.getAll() as IDBRequest<OwnDevice[]>
    all.onsuccess = () => {
      for (const { kid } of replacedBy(device, all.result)) store.delete(kid)
      store.put(device)
    }
    return all
  })
  if (device.pending !== null) navigator.storage?.persist?.().catch(() => {})
}

export const forgetDevice = ({ kid }: Pick<OwnDevice, 'kid'>): Promise<undefined> =>
  inStore('readwrite', (store) => store.delete(kid))

/**
 * Whether this browser can keep such a key. Some forbid it in private windows, and only a try tells: in one
 * transaction, so that a page that is left meanwhile leaves no device that is none.
 */
export async function canKeep(deviceKey: DeviceKey): Promise<boolean> {
  const kid = 'probe'
  try {
    await inStore('readwrite', (store) => {
      store.put({ kid, deviceKey })
      return store.delete(kid)
    })
    return true
  } catch {
    return false
  }
}

async function inStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await opened()
  try {
    const transaction = database.transaction(STORE, mode)
    const result = work(transaction.objectStore(STORE))
    return await new Promise<T>((resolve, reject) => {
      // Not at the request's own success, which comes before the write is certain.
      transaction.oncomplete = () => resolve(result.result)
      transaction.onabort = () => reject(transaction.error)
    })
  } finally {
    database.close()
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'kid' })
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
}
