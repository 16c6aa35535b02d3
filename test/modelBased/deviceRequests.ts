/** A device's requests: good ones, and ones with one thing wrong. */
import type { SignedAs } from '../../functions/core/signing.ts'
import type { AuthenticatorFault } from '../../local/phone/softwarePhone.ts'
import { routeOf, signedBytes } from '../harness/devices.ts'
import type { Request } from '../harness/event.ts'
import { bytesOf, type Proof, type Subject } from './approvalFlows.ts'
import { Broken } from './broken.ts'
import {
  crossedProofs,
  type EnrolSpoil,
  type ReplySpoil,
  staleAnswers,
  wrongAnswers,
} from './deviceSpoils.ts'
import { type Handheld, type Joined, newHandheld, type ReadyReply, sha256Url } from './handhelds.ts'
import { sorted } from './openVerifier.ts'
import type { World } from './world.ts'

const [UP, UV, SYNCED] = [0x01, 0x04, 0x18]

/** A phone with another key and another passkey than this one. */
function someoneElse({ seen, harness }: World, id: string): Handheld {
  const own = seen.handhelds.find((one) => one.id === id)
  const other = seen.handhelds.findLast((one) => one.id !== id && one.passkey !== own?.passkey)
  return other ?? newHandheld('thief', harness.clock.now)
}

/** `POST /devices`. */
export function enrolment(
  world: World,
  handheld: Handheld,
  { code, name }: { readonly code: string; readonly name: string },
  { spoil, skew, renews }: EnrolOrder,
): Request {
  const { id, phone, passkey } = handheld
  const signed = spoil === 'other challenge' ? 'ABCDEFGHJK' : code
  const challenge = renews ? signedBytes('renew', `${signed}.${id}`) : signedBytes('add', signed)
  const fault: AuthenticatorFault =
    spoil === 'other origin'
      ? { clientData: { origin: 'https://evil.example' } }
      : spoil === 'no person'
        ? { flags: UP | SYNCED | (renews ? 0 : 0x40) }
        : {}
  const authenticator = renews === 'wrong' ? someoneElse(world, id).phone : phone
  const credentialId = Buffer.from(passkey, 'base64url')
  const shown = renews
    ? { assertion: authenticator.get(challenge, { ...fault, credentialId }) }
    : { credential: phone.create(challenge, fault) }
  if (shown.assertion) world.seen.renewals.push({ id, code, assertion: shown.assertion })
  const text = JSON.stringify({ code, name, key: phone.jwk, ...shown })
  const signer = spoil === 'other key' ? someoneElse(world, id).phone : phone
  const proof = signer.proof({
    ...routeOf('deviceEnrol'),
    body: text,
    kid: spoil === 'names a payer' ? `ann-1.${id}` : id,
    claims: {
      iat: iatOf(world, skew),
      ...(spoil === 'other body' && { bh: sha256Url(`${text} `) }),
    },
  })
  return { text, headers: { 'device-proof': proof } }
}

type EnrolOrder = {
  readonly spoil?: EnrolSpoil | undefined
  readonly skew: number
  readonly renews?: 'right' | 'wrong' | undefined
}

const iatOf = (world: World, skew: number) => Math.floor(world.now() / 1000) + skew

type Order = {
  readonly id?: string
  readonly body?: string
  readonly skew: number
  readonly spoil?: ReplySpoil | undefined
}

/** A request with a device's proof, and what the model is told of it. */
export function provenRequest(
  world: World,
  { payer, id: device, phone }: Joined,
  route: 'listApprovals' | 'decideApproval',
  { id, body, skew, spoil }: Order,
): { readonly request: Request; readonly proof: Proof } {
  const { people } = world.seen
  const other = people.find(({ payerId }) => payerId !== payer)?.payerId ?? payer
  const named = spoil === 'other payer' ? other : payer
  const signer = spoil === 'other key' ? someoneElse(world, device) : { id: device, phone }
  const iat = iatOf(world, skew)
  const header = signer.phone.proof({
    ...routeOf(route, spoil === 'other route' ? `payment.${'A'.repeat(22)}` : id),
    ...(body !== undefined && { body }),
    kid: `${named}.${device}`,
    claims: { iat, ...(spoil === 'other body' && { bh: sha256Url(`${body} `) }) },
  })
  const isCrossed = spoil === 'other route' || spoil === 'other body' || spoil === 'no proof'
  return {
    request: {
      ...(id !== undefined && { id }),
      ...(body !== undefined && { text: body }),
      ...(spoil !== 'no proof' && { headers: { 'device-proof': header } }),
    },
    proof: { payer: named, device, signer: signer.id, iat, isCrossed },
  }
}

type Said = {
  readonly answer: 'approve' | 'deny'
  readonly reason?: 'changed_mind' | 'not_me' | undefined
  readonly skew: number
  readonly spoil?: ReplySpoil | undefined
}

const AS: Readonly<Record<Subject['kind'], Readonly<Record<Said['answer'], SignedAs>>>> = {
  payment: { approve: 'approve', deny: 'deny' },
  device: { approve: 'device', deny: 'refuseDevice' },
  phone: { approve: 'phone', deny: 'refusePhone' },
  // Neither is answered with a no.
  stop: { approve: 'stop', deny: 'deny' },
  removal: { approve: 'remove', deny: 'deny' },
}
const OTHER: Readonly<Record<SignedAs, SignedAs>> = {
  approve: 'deny',
  deny: 'approve',
  device: 'refuseDevice',
  refuseDevice: 'device',
  remove: 'approve',
  add: 'approve',
  renew: 'approve',
  phone: 'refusePhone',
  refusePhone: 'phone',
  stop: 'approve',
}

const isOneOf = (all: readonly string[], one: string | undefined) =>
  one !== undefined && all.includes(one)

/** A device's answer; a no can be spoilt only in its proof and in what is signed. */
export async function answerTo(
  world: World,
  joined: Joined,
  {
    on,
    text,
    ids,
  }: { readonly on: Subject; readonly text: string; readonly ids: readonly string[] },
  { answer, reason, skew, spoil: asked }: Said,
): Promise<ReadyReply> {
  const isOfNo = isOneOf([...crossedProofs, 'other payment', 'other prefix'], asked)
  const spoil = answer === 'approve' || isOfNo ? asked : undefined
  const as = AS[on.kind][answer]
  const other = spoil === 'other payment' ? await otherDocument(world, ids, on.id) : text
  const signed = signedBytes(spoil === 'other prefix' ? OTHER[as] : as, other)
  const assertion = answer === 'approve' ? assertionOf(world, joined, signed, spoil) : undefined
  const body = JSON.stringify(
    assertion ? { answer, assertion } : { answer, signed, ...(reason && { reason }) },
  )
  const id = on.kind === 'removal' ? on.kind : `${on.kind}.${on.id}`
  const { clientDataJSON, authenticatorData, signature } = assertion?.response ?? {}
  return {
    ...provenRequest(world, joined, 'decideApproval', { id, body, skew, spoil }),
    joined,
    on,
    answer,
    isNotMe: answer === 'deny' && reason === 'not_me',
    verification:
      on.kind === 'phone'
        ? world.verificationsOf(joined.payer).find((one) => one.verificationId === on.id)
        : undefined,
    // Who asked before it was stored has signed nothing of it.
    over: text === NO_DOCUMENT ? text : bytesOf[answer](on, text),
    label: sha256Url(JSON.stringify([clientDataJSON, authenticatorData, signature])),
    isStale: isOneOf(staleAnswers, spoil),
    isWrong: isOneOf(wrongAnswers, spoil),
    spoil,
    body,
  }
}

function assertionOf(
  world: World,
  { id, phone }: Joined,
  challenge: string,
  spoil: ReplySpoil | undefined,
) {
  const client = (clientData: Record<string, unknown>) => phone.get(challenge, { clientData })
  switch (spoil) {
    case 'other origin':
      return client({ origin: 'https://evil.example' })
    case 'framed':
      return client({ crossOrigin: true })
    case 'other type':
      return client({ type: 'webauthn.create' })
    case 'other rp':
      return phone.get(challenge, { rpId: 'evil.example' })
    case 'other eligibility':
      return phone.get(challenge, { flags: UP | UV })
    case 'nobody verified':
      return phone.get(challenge, { flags: UP | SYNCED })
    case 'nobody there':
      return phone.get(challenge, { flags: UV | SYNCED })
    case 'other passkey':
      return someoneElse(world, id).phone.get(challenge)
    case 'forged':
      return someoneElse(world, id).phone.get(challenge, {
        credentialId: Buffer.from(phone.credentialId, 'base64url'),
      })
    case 'other credential':
      return phone.get(challenge, { credentialId: Buffer.alloc(32) })
    case 'signature bit':
      return phone.get(challenge, { signature: turned })
    default:
      return phone.get(challenge)
  }
}

/** With the last bit turned. */
const turned = (bytes: Buffer) =>
  Buffer.from(bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)))

/** What is signed where nothing is stored. */
const NO_DOCUMENT = '{}'

/** The document of what is answered, as it is stored; another text where there is none. */
export async function documentOf(
  world: World,
  payer: string,
  { kind, id }: Subject,
): Promise<string> {
  if (kind === 'payment') return String((await world.harness.item(id))?.signing ?? NO_DOCUMENT)
  const { users } = await world.read({ payments: new Set(), users: new Set([payer]) })
  const [item = {}] = users
  if (kind === 'device') {
    const asking = item.device_pending as { id: string; signing: string } | undefined
    return asking?.id === id ? asking.signing : NO_DOCUMENT
  }
  if (kind === 'phone') {
    return item.pending_id === id ? String(item.pending_signing ?? NO_DOCUMENT) : NO_DOCUMENT
  }
  const devices = (item.devices ?? {}) as Record<
    string,
    { name: string; addedAt: string; stop?: { signing: string } }
  >
  const { name, addedAt, stop } = devices[id] ?? { name: '', addedAt: '' }
  if (kind === 'stop') return stop?.signing ?? NO_DOCUMENT
  return sorted({ kind, version: 1, payer, subject: { thumbprint: id, name }, addedAt })
}

async function otherDocument(world: World, ids: readonly string[], id: string): Promise<string> {
  for (const other of ids.filter((one) => one !== id)) {
    const text = await documentOf(world, '', { kind: 'payment', id: other })
    if (text !== NO_DOCUMENT) return text
  }
  return NO_DOCUMENT
}

type Listed = {
  readonly device: { readonly id: string; readonly removal: string | null }
  readonly approvals: readonly {
    readonly kind: Subject['kind']
    readonly id: string
    readonly signing: string
  }[]
}

/** What a device is given to sign is what is stored. */
export async function checkTexts(world: World, payer: string, { device, approvals }: Listed) {
  const same = async (on: Subject, text: string) => {
    if ((await documentOf(world, payer, on)) === text) return
    throw new Broken(`a device is given another document of ${on.kind} ${on.id}: ${text}`)
  }
  if (device.removal !== null) await same({ kind: 'removal', id: device.id }, device.removal)
  for (const { kind, id, signing } of approvals)
    await same({ kind, id: id.slice(kind.length + 1) }, signing)
}
