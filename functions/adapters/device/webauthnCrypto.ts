import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { PasskeyAlgorithm, WebAuthnCrypto } from '../../core/webauthn.ts'

const RSA_BITS_MIN = 2048

/** Keys, hashes and signatures of passkeys with Node's own cryptography: ECDSA in DER over P-256, and RSA as PKCS #1. */
export const webauthnCrypto: WebAuthnCrypto = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  isKey: (alg, spki) => keyOf(alg, spki) !== undefined,
  verifies(alg, spki, data, signature) {
    const key = keyOf(alg, spki)
    if (!key) return false
    try {
      return verify('sha256', data, { key, dsaEncoding: 'der' }, signature)
    } catch {
      return false
    }
  },
}

/** The key, if it is one of this algorithm. A key of the other type would be verified by that type's algorithm. */
function keyOf(alg: PasskeyAlgorithm, spki: Uint8Array): KeyObject | undefined {
  try {
    const der = Buffer.from(spki)
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    // Bytes after the key would be stored with it, and the same key would have many spellings.
    const isWhole = key.export({ format: 'der', type: 'spki' }).equals(der)
    return isWhole && IS_STRONG[alg](key) ? key : undefined
  } catch {
    return undefined
  }
}

const IS_STRONG: Record<PasskeyAlgorithm, (key: KeyObject) => boolean> = {
  [-7]: ({ asymmetricKeyType: type, asymmetricKeyDetails: details }) =>
    type === 'ec' && details?.namedCurve === 'prime256v1',
  // An exponent of 1 would make every text its own signature.
  [-257]: ({
    asymmetricKeyType: type,
    asymmetricKeyDetails: { modulusLength = 0, publicExponent = 0n } = {},
  }) => type === 'rsa' && modulusLength >= RSA_BITS_MIN && publicExponent === 65537n,
}
