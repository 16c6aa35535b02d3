/** The passkey of this phone, which signs each yes after its owner has shown fingerprint, face or screen lock. */

import { approveWords } from '#words/approveWords.ts'
import { bytesOf } from '../base64url.ts'

/** ES256 and RS256, the two that the API verifies. */
const ALGORITHMS = [-7, -257]

/** A credential or an assertion as the API takes it. */
export type PasskeyJson = { readonly id: string }

/** What TypeScript's types do not have. */
type NewPasskey = PublicKeyCredentialCreationOptions & {
  readonly hints: string[]
  readonly extensions?: { readonly payment: { readonly isPayment: true } }
}

/**
 * Make a passkey. Call it directly in the press of a button: browsers refuse it later.
 *
 * @param challenge computed before the press
 * @param forSheet for the browser's own sheet too. Only where there is one: other browsers may fail. A passkey that was
 *   made without never works in it.
 */
export function makePasskey(
  challenge: ArrayBuffer,
  name: string,
  forSheet: boolean,
): Promise<PasskeyJson> {
  const publicKey: NewPasskey = {
    challenge,
    rp: { name: approveWords.name },
    // Random, because an equal id would overwrite the passkey of another account on this phone.
    user: {
      id: crypto.getRandomValues(new Uint8Array(32)),
      name: approveWords.passkeyOf(name),
      displayName: approveWords.passkeyOf(name),
    },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
      ...(forSheet && { authenticatorAttachment: 'platform' }),
    },
    attestation: 'none',
    hints: ['client-device'],
    ...(forSheet && { extensions: { payment: { isPayment: true } } }),
  }
  return asJson(navigator.credentials.create({ publicKey }))
}

/** Sign a challenge with this passkey. Call it directly in the press of a button. */
export const signWithPasskey = (
  challenge: ArrayBuffer,
  credentialId: string,
): Promise<PasskeyJson> => signed(challenge, [{ type: 'public-key', id: bytesOf(credentialId) }])

/** Sign with any passkey of this site that the browser finds; its owner chooses. Call it directly in the press. */
export const signWithAnyPasskey = (challenge: ArrayBuffer): Promise<PasskeyJson> =>
  signed(challenge, [])

const signed = (challenge: ArrayBuffer, allowCredentials: PublicKeyCredentialDescriptor[]) =>
  asJson(
    navigator.credentials.get({
      publicKey: { challenge, allowCredentials, userVerification: 'required' },
    }),
  )

/** The payer dismissed the browser's question, or its time was over; that is no answer to the request. */
export const isDismissed = (error: unknown): boolean =>
  error instanceof DOMException && ['AbortError', 'NotAllowedError'].includes(error.name)

/** After this many dismissals in a row the question itself may be what is missing: no browser tells the difference. */
const DISMISSALS_TOLD = 2

/** What to say, after `count` dismissals in a row, about the passkey; null before it is likely gone. */
export const goneAfter = (count: number): string | null =>
  count < DISMISSALS_TOLD ? null : approveWords.keyGone

/** What a browser returned, as the API takes it. */
export async function asJson(asked: unknown): Promise<PasskeyJson> {
  const credential = await asked
  // Password managers that replace the browser's passkeys may return less.
  if (!(credential instanceof PublicKeyCredential)) throw new Error('no passkey was returned')
  return credential.toJSON()
}
