/** The signature of a device on each of its requests, so that it needs no sign-in and no cookie. */
import { base64url } from '../base64url.ts'
import { sha256 } from '../digest.ts'

/** The public key as a JWK with the members that RFC 7638 hashes. */
export type PublicJwk = {
  readonly crv: string
  readonly kty: string
  readonly x: string
  readonly y: string
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** A new key that can sign in this browser and never leaves it. */
export const newDeviceKey = () => crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])

export type DeviceKey = Awaited<ReturnType<typeof newDeviceKey>>

export async function publicJwkOf({ publicKey }: Pick<DeviceKey, 'publicKey'>): Promise<PublicJwk> {
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey)
  return { crv: 'P-256', kty: 'EC', x, y }
}

/** RFC 7638. The members stand in the order that it demands. */
export const thumbprintOf = async ({ crv, kty, x, y }: PublicJwk): Promise<string> =>
  base64url(await sha256(JSON.stringify({ crv, kty, x, y })))

/** A device's private key, with what names it. */
export type Signer = Pick<DeviceKey, 'privateKey'> & { readonly kid: string }

/**
 * The header `Device-Proof`: a JWS over method, URL and body, as RFC 9449's proof with the body bound.
 *
 * @param now the server's time in milliseconds, as closely as it is known
 */
export async function deviceProof(
  { kid, privateKey }: Signer,
  request: { readonly method: string; readonly url: string; readonly body: string },
  now: number,
): Promise<string> {
  const header = { alg: 'ES256', typ: 'device-proof+jwt', kid }
  const claims = {
    htm: request.method,
    htu: request.url,
    iat: Math.floor(now / 1000),
    jti: base64url(crypto.getRandomValues(new Uint8Array(16))),
    bh: base64url(await sha256(request.body)),
  }
  const signed = `${part(header)}.${part(claims)}`
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    privateKey,
    new TextEncoder().encode(signed),
  )
  return `${signed}.${base64url(signature)}`
}

const part = (json: object) => base64url(new TextEncoder().encode(JSON.stringify(json)))
