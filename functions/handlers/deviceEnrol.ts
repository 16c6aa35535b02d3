import * as z from 'zod'
import { deviceKey } from '../adapters/deviceKey.ts'
import { deviceSettings } from '../adapters/settings.ts'
import { sha256Hex } from '../adapters/sha256.ts'
import { devices, lambda, newReference, payers, type World } from '../composition.ts'
import { typedCode } from '../core/device.ts'
import { deviceName } from '../core/deviceName.ts'
import { enrolDevice } from '../core/enrolling.ts'
import { invalidField, Refusal } from '../core/refusals.ts'
import { challengeOf } from '../core/signing.ts'
import { passkeyFrom } from '../core/webauthn.ts'
import { deviceApiUrl, deviceProof, newDigits, newNonce, signatures } from '../deviceComposition.ts'
import { deviceEndpoint } from '../http/endpoint.ts'

/** The body: the invitation's code, a name, the device key, and what `navigator.credentials.create()` gave (`toJSON`). */
export const body = z.strictObject({
  code: z.string('Enter the code.').max(64),
  name: z.string('Enter a name for this phone.').transform((given, context) => {
    const name = deviceName(given)
    if ('text' in name) return name.text
    context.addIssue({ code: 'custom', message: name.reason })
    return z.NEVER
  }),
  key: deviceKey,
  credential: z.object({
    id: z.string(),
    rawId: z.string(),
    type: z.string(),
    response: z.object({
      clientDataJSON: z.string(),
      authenticatorData: z.string(),
      publicKey: z.string(),
      publicKeyAlgorithm: z.number(),
    }),
  }),
})

/**
 * `POST /devices`: a browser with an invitation's code becomes the payer's pending device. Its proof is signed by the
 * key in the body, because no payer is known yet.
 *
 * Refuses: `device_not_trusted`, `invalid_request`, `not_found` (no such invitation, or it is over), `too_many_devices`.
 */
export const deviceEnrol = (world: World) => {
  const { site, crypto, sha256 } = signatures(world)
  const ports = {
    payers: payers(world),
    devices: devices(world),
    clock: world.clock,
    firstDevice: deviceSettings(world.env).FIRST_DEVICE,
    newDigits,
    newNonce,
    newReference,
  }
  return deviceEndpoint({ apiUrl: deviceApiUrl(world), body }, async (request) => {
    const proof = deviceProof(request, world.clock())
    const { code: typed, name, key, credential } = request.body()
    if (proof.payerId !== undefined || !(await proof.isSignedBy(key))) {
      throw new Refusal('device_not_trusted')
    }
    const code = typedCode(typed)
    if (code === undefined) throw new Refusal('not_found')
    const challenge = challengeOf(sha256, 'add', code)
    const passkey = passkeyFrom(credential, challenge, site, crypto)
    if ('flaw' in passkey)
      throw invalidField('credential', 'This is not a new passkey of this site.')
    const { payerId, email, pending } = await enrolDevice(ports, {
      hash: sha256Hex(code),
      name,
      id: proof.thumbprint,
      key,
      passkey,
    })
    return {
      status: 201,
      body: {
        kid: `${payerId}.${proof.thumbprint}`,
        email,
        digits: pending.digits,
        expiresAt: pending.expiresAt.toISOString(),
      },
    }
  })
}

export const handler = lambda(deviceEnrol)
