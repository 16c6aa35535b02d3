/** Payfriend's HTTP API, called as a device: each request carries the device's proof and no sign-in. */
import { answerOf } from '../../client/refusal.ts'
import { problemOf } from '../answer.ts'
import type { Answer, Answered, Approvals, Enrolled, PushTold } from '../deviceApi.ts'
import { detailsOf, Problem } from '../problem.ts'
import type { ServerClock } from '../serverClock.ts'
import { type DeviceKey, publicJwkOf, type Signer, thumbprintOf } from './deviceProof.ts'
import { deviceRequest, type Sent } from './deviceRequest.ts'
import type { OwnDevice, Passkey } from './deviceStore.ts'

/** A clock that is wrong by less than this is not why a proof was refused. */
const CLOCK_MATTERS_MS = 10_000

/** That the page has removed this device, and until when its passkey can undo that. */
export type Removal = {
  readonly removedAt: string
  readonly undoUntil: string
  /** The passkey has signed the undo, and the page has to confirm it. */
  readonly undoAsked: boolean
}

export type DeviceCalls = ReturnType<typeof createDeviceCalls>

/** Every refusal and fault is thrown as a `Problem`. */
export function createDeviceCalls(clock: ServerClock) {
  async function call<T>(signer: Signer, sent: Sent): Promise<T> {
    const before = clock.now()
    const askedAt = Date.now()
    try {
      return await once<T>(signer, sent)
    } catch (error) {
      // The proof has a time. This device's clock may be wrong, and the answer's `Date` has told the right one.
      const learned = clock.now() - before - (Date.now() - askedAt)
      const isTime = Math.abs(learned) > CLOCK_MATTERS_MS
      if (!isTime || detailsOf(error).code !== 'device_not_trusted') throw error
      return once<T>(signer, sent)
    }
  }

  async function once<T>(signer: Signer, sent: Sent): Promise<T> {
    const request = await deviceRequest(signer, sent, clock.now())
    const askedAt = Date.now()
    const response = await fetch(`/api${sent.path}`, request).catch(() => {
      throw new Problem({ kind: 'unreachable' })
    })
    clock.learn(response.headers.get('Date'), askedAt, Date.now())
    return answerOf<T>(response).catch((error: unknown) => {
      throw problemOf(error)
    })
  }

  return {
    /** Ask to be added. The same request again has the same answer. */
    async enrol(
      deviceKey: DeviceKey,
      asked: { readonly code: string; readonly name: string } & Passkey,
    ): Promise<Enrolled> {
      const key = await publicJwkOf(deviceKey)
      // The account is not known yet: the thumbprint alone names the key.
      const signer = { kid: await thumbprintOf(key), privateKey: deviceKey.privateKey }
      return call(signer, { method: 'POST', path: '/devices', body: { ...asked, key } })
    },

    approvals: (device: OwnDevice) =>
      call<Told>(signerOf(device), { method: 'GET', path: '/approvals' }),

    /** @param id a request's, or `removal` for this device's own */
    answer: (device: OwnDevice, id: string, body: Answer) =>
      call<Answered>(signerOf(device), {
        method: 'POST',
        path: `/approvals/${encodeURIComponent(id)}`,
        body,
      }),

    /** Say where this device is rung; nothing but its key is asked for with an empty body. */
    push: (device: OwnDevice, body: PushAsked) =>
      call<PushTold>(signerOf(device), { method: 'POST', path: '/device/push', body }),
  }
}

/** Another subscription, null for none; or a test ring. */
export type PushAsked = {
  readonly subscription?: PushSubscriptionJSON | null
  readonly test?: true
}

type Told = Approvals & {
  readonly device: {
    /** How the removal of a removed device can be undone. */
    readonly removed: Removal | null
    /** RFC 3339: it was let in, and approves nothing until then; null if it does not wait. */
    readonly activeFrom: string | null
  }
}

const signerOf = ({ kid, deviceKey }: OwnDevice): Signer => ({
  kid,
  privateKey: deviceKey.privateKey,
})
