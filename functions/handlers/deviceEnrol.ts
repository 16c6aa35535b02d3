import * as z from 'zod'
import { deviceKey } from '../adapters/deviceKey.ts'
import { sha256Hex } from '../adapters/sha256.ts'
import { devices, lambda, newReference, payers, type World } from '../composition.ts'
import { typedCode } from '../core/device.ts'
import { deviceName } from '../core/deviceName.ts'
import { enrolDevice } from '../core/enrolling.ts'
import { invalidField, Refusal } from '../core/refusals.ts'
import { challengeOf } from '../core/signing.ts'
import { passkeyFrom } from '../core/webauthn.ts'
import { deviceApiUrl, deviceProof, newDigits, newNonce, signatures } from '../deviceComposition.ts'
import { assertion } from '../http/assertion.ts'
import { deviceEndpoint } from '../http/endpoint.ts'
import { deviceRules } from '../providerComposition.ts'

const asking = {
  code: z.string('Enter the code.').max(64),
  name: z.string('Enter a name for this phone.').transform((given, context) => {
    const name = deviceName(given)
    if ('text' in name) return name.text
    context.addIssue({ code: 'custom', message: name.reason })
    return z.NEVER
  }),
  key: deviceKey,
}
const credential = z.object({
  id: z.string(),
  rawId: z.string(),
  type: z.string(),
  response: z.object({
    clientDataJSON: z.string(),
    authenticatorData: z.string(),
    publicKey: z.string(),
    publicKeyAlgorithm: z.number(),
  }),
})

/**
 * The body: the invitation's code, a name, the device key, and what `navigator.credentials.create()` gave (`toJSON`); or,
 * if only the device key is gone, what `navigator.credentials.get()` gave.
 */
export const body = z
  .strictObject({ ...asking, credential: credential.optional(), assertion: assertion.optional() })
  .refine((asked) => (asked.credential === undefined) !== (asked.assertion === undefined), {
    path: ['credential'],
    error: 'Send a new passkey, or the signature of one that is there.',
  })

/**
 * `POST /devices`: a browser with an invitation's code becomes the payer's pending device. Its proof is signed by the
 * key in the body, because no payer is known yet.
 *
 * Refuses: `device_not_trusted`, `invalid_request` (also if the passkey is none of the payer's), `not_found` (no such invitation, or it is over), `too_many_devices`.
 */
export const deviceEnrol = (world: World) => {
  const { site, crypto, sha256 } = signatures(world)
  const ports = {
    payers: payers(world),
    devices: devices(world),
    clock: world.clock,
    rules: deviceRules(world),
    newDigits,
    newNonce,
    newReference,
    site,
    crypto,
  }
  /** The new passkey, or what its owner signed with the one that is there already. */
  function proven(asked: z.infer<typeof body>, code: string, id: string) {
    if (asked.credential === undefined) {
      if (!asked.assertion) throw new Error('the schema requires one of the two')
      const challenge = challengeOf(sha256, 'renew', `${code}.${id}`)
      return { renewal: { assertion: asked.assertion, challenge } }
    }
    const passkey = passkeyFrom(asked.credential, challengeOf(sha256, 'add', code), site, crypto)
    if ('flaw' in passkey)
      throw invalidField('credential', 'This is not a new passkey of this site.')
    return { passkey }
  }
  return deviceEndpoint(world, { apiUrl: deviceApiUrl(world), body }, async (request) => {
    const proof = deviceProof(request, world.clock())
    const asked = request.body()
    const { code: typed, name, key } = asked
    if (proof.payerId !== undefined || !(await proof.isSignedBy(key))) {
      throw new Refusal('device_not_trusted')
    }
    const code = typedCode(typed)
    if (code === undefined) throw new Refusal('not_found')
    const device = { hash: sha256Hex(code), name, id: proof.thumbprint, key }
    const { payerId, email, pending } = await enrolDevice(ports, {
      ...device,
      ...proven(asked, code, device.id),
    })
    return {
      status: 201,
      body: {
        kid: `${payerId}.${proof.thumbprint}`,
        email,
        name: pending.name,
        digits: pending.digits,
        expiresAt: pending.expiresAt.toISOString(),
      },
    }
  })
}

export const handler = lambda(deviceEnrol)
