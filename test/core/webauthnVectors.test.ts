/** The vectors of the standard. Each has its own flags, so that most have to be refused by who requires verified users. */
import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import { describe, expect, test } from 'vitest'
import { webauthnCrypto } from '../../functions/adapters/device/webauthnCrypto.ts'
import { authenticatorDataOf, credentialIdIn } from '../../functions/core/authenticatorData.ts'
import { failureOf, type Passkey, passkeyFrom, stalenessOf } from '../../functions/core/webauthn.ts'
import fixture from '../fixtures/webauthnVectors.json' with { type: 'json' }

const { vectors } = fixture
const site = { origin: 'https://example.org', rpId: 'example.org' }

/** What has to be said of the registration and of the assertion of each vector; `undefined` where it is accepted. */
const VERDICTS: Record<
  string,
  readonly [registration: string | undefined, assertion: string | undefined]
> = {
  'none-es256': ['user-verification', 'user-verification'],
  'packed-self-es256': [undefined, 'user-verification'],
  'none-es256-crossOrigin': ['framed', 'framed'],
  'none-es256-topOrigin': ['framed', 'framed'],
  'none-es256-long-credential-id': ['user-verification', undefined],
  'packed-es256': [undefined, undefined],
  'packed-es384': ['user-verification', 'signature'],
  'packed-es512': ['algorithm', 'user-verification'],
  'packed-rs256': [undefined, 'user-verification'],
  'packed-eddsa': ['user-verification', 'user-verification'],
  'packed-ed448': ['user-verification', 'signature'],
  'tpm-es256': [undefined, undefined],
  'android-key-es256': [undefined, 'user-verification'],
  'apple-es256': ['user-verification', 'user-verification'],
  'fido-u2f-es256': ['user-verification', 'user-verification'],
}

const EC = ['P-256', 'P-384', 'P-521']
const OKP: Record<number, string> = { 6: 'Ed25519', 7: 'Ed448' }
const text = (bytes: unknown) =>
  bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64url') : ''

/** The key as DER, which a browser gives beside the CBOR. */
function spkiOf(cose: Map<number, unknown>): string {
  const curve = Number(cose.get(-1))
  const jwks: Record<number, JsonWebKey> = {
    1: { kty: 'OKP', crv: OKP[curve] ?? '', x: text(cose.get(-2)) },
    2: { kty: 'EC', crv: EC[curve - 1] ?? '', x: text(cose.get(-2)), y: text(cose.get(-3)) },
    3: { kty: 'RSA', n: text(cose.get(-1)), e: text(cose.get(-2)) },
  }
  const key = createPublicKey({ format: 'jwk', key: jwks[Number(cose.get(1))] ?? {} })
  return key.export({ format: 'der', type: 'spki' }).toString('base64url')
}

/** What the browser would hand over, and the passkey that it is, whatever its flags. */
function fromVector({ registration, assertion }: (typeof vectors)[number]) {
  const attestation: Map<string, Uint8Array<ArrayBuffer>> = isoCBOR.decodeFirst(
    new Uint8Array(Buffer.from(registration.attestationObject, 'base64url')),
  )
  const authenticatorData = text(attestation.get('authData'))
  const data = authenticatorDataOf(authenticatorData)
  const id = data && credentialIdIn(data)
  if (!data || !id) throw new Error('a vector without credential')
  const keyAt = 55 + Buffer.from(id, 'base64url').length
  const cose: Map<number, unknown> = isoCBOR.decodeFirst(new Uint8Array(data.bytes.subarray(keyAt)))
  const spki = spkiOf(cose)
  const passkey: Passkey = {
    credentialId: id,
    spki,
    // An algorithm that we do not have is taken for ES256, whose signature it must not be.
    alg: cose.get(3) === -257 ? -257 : -7,
    backupEligible: data.isBackupEligible,
    backedUp: data.isBackedUp,
    signCount: data.signCount,
  }
  const credential = { id, rawId: id, type: 'public-key' }
  const { challenge, ...response } = assertion
  return {
    alg: Number(cose.get(3)),
    passkey,
    registration: {
      ...credential,
      response: {
        clientDataJSON: registration.clientDataJSON,
        authenticatorData,
        publicKey: spki,
        publicKeyAlgorithm: Number(cose.get(3)),
      },
    },
    assertion: { ...credential, response },
  }
}

test('every vector has its verdict', () => {
  expect(vectors.map(({ name }) => name)).toEqual(Object.keys(VERDICTS))
})

describe.each(vectors)('the vector $name', (vector) => {
  const [ofRegistration, ofAssertion] = VERDICTS[vector.name] ?? ['none', 'none']
  const { alg, passkey, registration, assertion } = fromVector(vector)

  test(`as a registration: ${ofRegistration ?? 'accepted'}`, () => {
    expect(passkeyFrom(registration, vector.registration.challenge, site, webauthnCrypto)).toEqual(
      ofRegistration === undefined ? passkey : { flaw: ofRegistration },
    )
  })

  test(`as an assertion: ${ofAssertion ?? 'accepted'}`, () => {
    const { challenge } = vector.assertion
    expect(
      stalenessOf(assertion, challenge, passkey, site, webauthnCrypto) ??
        failureOf(assertion, passkey, webauthnCrypto),
    ).toBe(ofAssertion)
  })

  test('has a signature that verifies if it is ES256 or RS256', () => {
    const { authenticatorData, clientDataJSON, signature } = assertion.response
    const bytes = (base64url: string) => Buffer.from(base64url, 'base64url')
    const hash = createHash('sha256').update(bytes(clientDataJSON)).digest()
    const signed = Buffer.concat([bytes(authenticatorData), hash])
    const spki = bytes(passkey.spki)
    expect(webauthnCrypto.isKey(passkey.alg, spki)).toBe(alg === passkey.alg)
    expect(webauthnCrypto.verifies(passkey.alg, spki, signed, bytes(signature))).toBe(
      alg === passkey.alg,
    )
  })
})
