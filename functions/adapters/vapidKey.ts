/** The key pair by which push services know us (VAPID, RFC 8292), made from a seed so that nobody has to set it up. */
import { createECDH, hkdfSync } from 'node:crypto'

/** Both as base64url: 32 bytes, and 65 bytes uncompressed. */
export type VapidKey = { readonly privateKey: string; readonly publicKey: string }

/** The order of P-256 (NIST SP 800-186). */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
/** 128 bits more than the order has, so that no scalar is noticeably likelier (FIPS 186-5, A.2.1). */
const DERIVED_BYTES = 48
/** Another one makes other keys, which ends every subscription. */
const INFO = 'payfriend vapid v1'

/** The key of a seed: the same seed always gives the same key. */
export function vapidKeyFrom(seed: string): VapidKey {
  const derived = Buffer.from(hkdfSync('sha256', seed, '', INFO, DERIVED_BYTES))
  const scalar = (BigInt(`0x${derived.toString('hex')}`) % (ORDER - 1n)) + 1n
  const privateKey = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(privateKey)
  return {
    privateKey: privateKey.toString('base64url'),
    publicKey: pair.getPublicKey('base64url', 'uncompressed'),
  }
}
