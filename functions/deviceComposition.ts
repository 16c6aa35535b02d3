/** The composition root's third part: how a device's requests are verified, the chance in its enrolment, its rings. */
import { randomBytes, randomInt } from 'node:crypto'
import { pushSeedFrom } from './adapters/aws/providerSecret.ts'
import { isSigned, readProof } from './adapters/device/deviceProof.ts'
import { webauthnCrypto } from './adapters/device/webauthnCrypto.ts'
import { pushKeySettings, pushSettings, siteSettings } from './adapters/settings.ts'
import { sha256, sha256Hex } from './adapters/sha256.ts'
import { type VapidKey, vapidKeyFrom } from './adapters/vapidKey.ts'
import { webPush } from './adapters/webPush/webPush.ts'
import type { World } from './composition.ts'
import { invitationCodeFrom, typedCode } from './core/device.ts'
import type { DeviceProof, SignaturePorts } from './core/devicePorts.ts'
import type { PushService } from './core/ports.ts'
import type { PushServices } from './core/pushSubscription.ts'
import { Refusal } from './core/refusals.ts'
import { count, securityEvent } from './observe.ts'

/** The API's address to which a device's proofs are bound. */
export const deviceApiUrl = ({ env }: World): string => siteSettings(env).apiUrl

/** How a passkey's signature over a stored document is checked. */
export const signatures = ({ env }: World): SignaturePorts => ({
  site: siteSettings(env).site,
  crypto: webauthnCrypto,
  sha256,
  onStale: () => count('ApprovalStale'),
})

/** A request as `deviceEndpoint` passes it on: what its proof must be bound to. */
type ProvenRequest = {
  readonly proof: {
    readonly header: string | undefined
    readonly method: string
    readonly url: string
  }
  readonly text: string
}

/** A new invitation's code of ten characters. */
export const newInvitationCode = (): string => invitationCodeFrom(randomBytes(10))

/** Four random digits. */
export const newDigits = (): string => String(randomInt(10_000)).padStart(4, '0')

/** The proof of a device's request, still to be verified. Refuses `device_not_trusted` if it cannot be one. */
export function deviceProof({ proof, text }: ProvenRequest, now: Date): DeviceProof {
  const { header, method, url } = proof
  const found = readProof(header, { method, url, body: text, now })
  if ('flaw' in found) throw new Refusal('device_not_trusted')
  const { jws, payerId, thumbprint } = found
  return { jws, payerId, thumbprint, isSignedBy: (key) => isSigned(found, key) }
}

/** A new nonce of 128 random bits, which makes a signed document unique. */
export const newNonce = (): string => randomBytes(16).toString('base64url')

/**
 * The SHA-256 of an operator's invitation as it was typed; of what cannot be a code, nothing's; undefined if none was
 * typed.
 */
export const invitationHash = (typed: string | undefined): string | undefined =>
  typed === undefined ? undefined : sha256Hex(typedCode(typed) ?? '')

/** The page's address without a slash at its end. */
export const siteUrl = ({ env }: World): string => siteSettings(env).site.origin

/** The push services that may be called. */
export function pushServices({ env }: World): PushServices {
  const { PUSH_HOSTS: hosts, PUSH_STAND_IN: standIn } = pushSettings(env)
  return { hosts, standIn }
}

/** Our push key; in AWS its seed is read from its secret. */
export function pushKey({ env }: World): () => Promise<VapidKey> {
  const settings = pushKeySettings(env)
  if (settings.secretId === undefined) return async () => vapidKeyFrom(settings.seed)
  return async () => vapidKeyFrom(await pushSeedFrom(settings.secretId))
}

/** A laptop's page has no https address, and Apple and web-push take no other. */
const NO_SITE = 'https://laptop.invalid'

/** So much of a push service's answer is logged; each gives its reason in the first words. */
const SAID_MAX = 200

/** The browsers' push services. */
export function pushes(world: World): PushService {
  const site = siteUrl(world)
  return webPush({
    services: pushServices(world),
    subject: site.startsWith('https:') ? site : NO_SITE,
    key: pushKey(world),
    onRefused: ({ said, ...refusal }) =>
      securityEvent('PushFault', { ...refusal, said: said.slice(0, SAID_MAX) }),
  })
}
