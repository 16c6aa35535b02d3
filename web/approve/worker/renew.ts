/** The browser has replaced this worker's subscription: each account of this browser learns of the new one. */
import { bytesOf } from '../../base64url.ts'
import type { PushTold } from '../../deviceApi.ts'
import { deviceRequest } from '../deviceRequest.ts'
import { type OwnDevice, ownDevices } from '../deviceStore.ts'
import type { SubscriptionChanged, WorkerScope } from './scope.ts'

/** If this fails, the page does the same the next time that it is opened. */
export async function renew(
  { registration }: WorkerScope,
  { oldSubscription, newSubscription }: SubscriptionChanged,
): Promise<void> {
  const devices = (await ownDevices()).filter(({ pending }) => pending === null)
  if (devices.length === 0) return
  const applicationServerKey =
    oldSubscription?.options.applicationServerKey ?? bytesOf(await pushKeyOf(devices))
  const subscription =
    newSubscription ??
    (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }))
  const told = { subscription: subscription.toJSON() }
  await Promise.all(devices.map((device) => send(device, told)))
}

/** The server has one key; an account that refuses, for a lock perhaps, does not keep the others from it. */
async function pushKeyOf(devices: readonly OwnDevice[]): Promise<string> {
  for (const device of devices) {
    const response = await send(device, {})
    if (!response.ok) continue
    const told: PushTold = await response.json()
    return told.pushKey
  }
  throw new Error('no account told the key')
}

async function send(device: OwnDevice, body: object): Promise<Response> {
  const response = await sendAt(Date.now(), device, body)
  // This device's clock may be wrong, and the proof has a time; the answer's `Date` is the right one.
  const now = Date.parse(response.headers.get('Date') ?? '')
  return response.status === 403 && now > 0 ? sendAt(now, device, body) : response
}

async function sendAt(
  now: number,
  { kid, deviceKey: { privateKey } }: OwnDevice,
  body: object,
): Promise<Response> {
  const sent = { method: 'POST', path: '/device/push', body } as const
  return fetch(`/api${sent.path}`, await deviceRequest({ kid, privateKey }, sent, now))
}
