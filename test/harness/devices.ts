/** Test support: a payer's devices, as software phones that call the handlers. */
import { createHash } from 'node:crypto'
import { SIGNED_AS, type SignedAs } from '../../functions/core/signing.ts'
import { lambdas } from '../../functions/routes.ts'
import {
  type AuthenticatorFault,
  type PhoneSettings,
  type SoftwarePhone,
  softwarePhone,
} from '../../local/phone/softwarePhone.ts'
import { type Person, type Request, SITE } from './event.ts'
import type { Harness, Reply } from './harness.ts'

export type TestDevice = Awaited<ReturnType<typeof enrolledDevice>>

/** WebAuthn's challenge, and a denial's `signed`. */
export const signedBytes = (as: SignedAs, text: string): string =>
  createHash('sha256')
    .update(SIGNED_AS[as] + text)
    .digest('base64url')

/** What a device needs of the harness. */
export type Server = Pick<Harness, 'call' | 'codeOn'> & {
  readonly clock: { readonly now: () => Date }
}

/** What is told otherwise than usual of a phone. */
export type DeviceSettings = Partial<PhoneSettings> & {
  readonly name?: string
  /** Of the session that invites it. */
  readonly claims?: Record<string, string>
}

/** A phone with an invitation, and its request to be taken in. */
export async function invitedDevice(
  { call, clock }: Server,
  as: Person,
  { name = 'Ada’s phone', claims = {}, ...settings }: DeviceSettings = {},
) {
  const { code } = succeeded(await call('deviceInvite', { as, body: {}, claims }))
  /** Another phone with the same code. */
  const another = () => {
    const phone = softwarePhone({ ...SITE, clock: clock.now, ...settings })
    const credential = phone.create(signedBytes('add', code))
    const text = JSON.stringify({ code, name, key: phone.jwk, credential })
    const proof = phone.proof({ ...routeOf('deviceEnrol'), body: text })
    return { phone, name, code, enrolment: { text, headers: { 'device-proof': proof } } }
  }
  return { ...another(), another }
}

/** A phone that has asked to be let in, and is pending. */
export async function askingDevice(server: Server, as: Person, settings?: DeviceSettings) {
  const invited = await invitedDevice(server, as, settings)
  return enrolledDevice(server, invited)
}

/** What asks to be let in, and with which request. */
type Invited = {
  readonly phone: SoftwarePhone
  readonly name: string
  readonly code: string
  readonly enrolment: { readonly text: string; readonly headers: Record<string, string> }
}

/** The phone, once it is pending. */
export async function enrolledDevice({ call }: Server, { phone, name, code, enrolment }: Invited) {
  const { kid, digits } = succeeded(await call('deviceEnrol', enrolment))

  /** A request with this device's proof. */
  function requestOf(
    name: 'listApprovals' | 'decideApproval' | 'devicePush',
    id?: string,
    body?: unknown,
  ): Request {
    const sent = body === undefined ? undefined : JSON.stringify(body)
    const proof = phone.proof({ ...routeOf(name, id), ...(sent && { body: sent }), kid })
    return {
      ...(id !== undefined && { id }),
      ...(sent !== undefined && { text: sent }),
      headers: { 'device-proof': proof },
    }
  }
  const request = (
    name: 'listApprovals' | 'decideApproval' | 'devicePush',
    id?: string,
    body?: unknown,
  ) => call(name, requestOf(name, id, body))
  const approvals = () => request('listApprovals')
  /** The document of one of the things that wait. */
  const signingOf = async (id: string): Promise<string> => {
    const { body } = await approvals()
    if (id === 'removal') return body.device.removal
    const found = body.approvals.find((one: { id: string }) => one.id === id)
    if (!found) throw new Error(`${id} does not wait for this device`)
    return found.signing
  }

  /** The body of a yes, with what the authenticator may do wrongly. */
  const yesTo = async (id: string, fault?: AuthenticatorFault) => {
    return {
      answer: 'approve',
      assertion: phone.get(signedBytes(YES[kindOf(id)] ?? 'approve', await signingOf(id)), fault),
    }
  }

  /** The body of a no. */
  const noTo = async (id: string, reason?: string) => {
    const signed = signedBytes(NO[kindOf(id)] ?? 'deny', await signingOf(id))
    return { answer: 'deny', signed, ...(reason && { reason }) }
  }

  return {
    phone,
    id: phone.thumbprint,
    name,
    code,
    enrolment,
    kid,
    digits,
    requestOf,
    request,
    approvals,
    signingOf,
    yesTo,
    noTo,

    async approve(id: string): Promise<Reply> {
      return request('decideApproval', id, await yesTo(id))
    },

    async deny(id: string, reason?: string): Promise<Reply> {
      return request('decideApproval', id, await noTo(id, reason))
    },
  }
}

/** The kind of what waits: `payment` of `payment.…`. */
const kindOf = (id: string) => id.split('.')[0] ?? ''
const YES: Record<string, SignedAs> = {
  payment: 'approve',
  device: 'device',
  phone: 'phone',
  stop: 'stop',
  removal: 'remove',
}
const NO: Record<string, SignedAs> = { device: 'refuseDevice', phone: 'refusePhone' }

/** An active device of this payer, let in by a text, or by a fresh sign-in if no phone is verified. */
export async function addDevice(server: Server, as: Person, settings?: DeviceSettings) {
  const device = await askingDevice(server, as, settings)
  const { id, digits } = device
  const { body } = await server.call('profile', { as })
  const isTexted = body.devices.pending.leaves[0].by === 'text'
  if (isTexted) await server.call('deviceLeave', { as, id, body: { by: 'text' } })
  const confirmation = { digits, ...(isTexted && { code: server.codeOn(as.number) }) }
  const confirmed = await server.call('deviceConfirm', { as, id, body: confirmation })
  if (confirmed.status !== 200) throw new Error(JSON.stringify(confirmed))
  return device
}

/** Another device of this payer, let in by the yes of one that is active. */
export async function addAnotherDevice(server: Server, as: Person, old: TestDevice) {
  const device = await askingDevice(server, as, { name: 'Ada’s laptop' })
  const { id, digits } = device
  succeeded(await old.approve(`device.${id}`))
  succeeded(await server.call('deviceConfirm', { as, id, body: { digits } }))
  return device
}

/** The body of an answer that is no refusal. */
export function succeeded(reply: Reply): Reply['body'] {
  if (reply.status >= 300) throw new Error(JSON.stringify(reply))
  return reply.body
}

/** Method and address of a device's route, as a proof names them. */
export function routeOf(
  name: 'deviceEnrol' | 'listApprovals' | 'decideApproval' | 'devicePush',
  id = '',
) {
  const { method, path } = lambdas[name].route
  return { method, url: `${SITE.origin}/api${path.replace('{approvalId}', id)}` }
}
