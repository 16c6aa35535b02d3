/** Test support: a payer's devices, as software phones that call the handlers. */
import { createHash } from 'node:crypto'
import { SIGNED_AS, type SignedAs } from '../../functions/core/signing.ts'
import { lambdas } from '../../functions/routes.ts'
import {
  type AuthenticatorFault,
  type PhoneSettings,
  softwarePhone,
} from '../../local/phone/softwarePhone.ts'
import { type Person, type Request, SITE } from './event.ts'
import type { Harness, Reply } from './harness.ts'

export type TestDevice = Awaited<ReturnType<typeof addDevice>>

/** WebAuthn's challenge, and a denial's `signed`. */
export const signedBytes = (as: SignedAs, text: string): string =>
  createHash('sha256')
    .update(SIGNED_AS[as] + text)
    .digest('base64url')

/** What a device needs of the harness. */
type Server = Pick<Harness, 'call' | 'codeOn'> & { readonly clock: { readonly now: () => Date } }

type DeviceSettings = Partial<PhoneSettings> & {
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
  const invited = await call('deviceInvite', { as, body: {}, claims })
  if (invited.status !== 201) throw new Error(JSON.stringify(invited))
  const { code } = invited.body
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
  const { call } = server
  const { phone, name, code, enrolment } = await invitedDevice(server, as, settings)
  const asked = await call('deviceEnrol', enrolment)
  if (asked.status !== 201) throw new Error(JSON.stringify(asked))
  const { kid, digits } = asked.body

  /** A request with this device's proof. */
  function requestOf(
    name: 'listApprovals' | 'decideApproval',
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
  const request = (name: 'listApprovals' | 'decideApproval', id?: string, body?: unknown) =>
    call(name, requestOf(name, id, body))
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
    const prefix = id === 'removal' ? 'remove' : id.startsWith('device.') ? 'device' : 'approve'
    return {
      answer: 'approve',
      assertion: phone.get(signedBytes(prefix, await signingOf(id)), fault),
    }
  }

  /** The body of a no. */
  const noTo = async (id: string, reason?: string) => {
    const prefix = id.startsWith('device.') ? 'refuseDevice' : 'deny'
    const signed = signedBytes(prefix, await signingOf(id))
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

/** An active device of this payer, let in by a text, or by a fresh sign-in if no phone is verified. */
export async function addDevice(server: Server, as: Person, settings?: DeviceSettings) {
  const device = await askingDevice(server, as, settings)
  const { id, digits } = device
  const { body } = await server.call('profile', { as })
  const isTexted = body.devices.pending.leave === 'text'
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
  const agreed = await old.approve(`device.${id}`)
  if (agreed.status !== 200) throw new Error(JSON.stringify(agreed))
  const confirmed = await server.call('deviceConfirm', { as, id, body: { digits } })
  if (confirmed.status !== 200) throw new Error(JSON.stringify(confirmed))
  return device
}

/** Method and address of a device's route, as a proof names them. */
export function routeOf(name: 'deviceEnrol' | 'listApprovals' | 'decideApproval', id = '') {
  const { method, path } = lambdas[name].route
  return { method, url: `${SITE.origin}/api${path.replace('{approvalId}', id)}` }
}
