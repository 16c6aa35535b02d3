import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { webauthnCrypto } from '../../../functions/adapters/device/webauthnCrypto.ts'

const { sha256, isKey, verifies } = webauthnCrypto
const der = (key: KeyObject) => key.export({ format: 'der', type: 'spki' })
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const rsa = (modulusLength: number, publicExponent = 65537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent })

const p256 = ec('P-256')
const rsa2048 = rsa(2048)
const data = Buffer.from('signed')

test('hashes with SHA-256', () => {
  expect(Buffer.from(sha256(Buffer.from('abc'))).toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('knows the keys of its two algorithms, and takes neither for the other', () => {
  expect([isKey(-7, der(p256.publicKey)), isKey(-257, der(p256.publicKey))]).toEqual([true, false])
  expect([isKey(-7, der(rsa2048.publicKey)), isKey(-257, der(rsa2048.publicKey))]).toEqual([
    false,
    true,
  ])
})

test.each([
  ['of P-384', der(ec('P-384').publicKey)],
  ['of the curve of Bitcoin', der(ec('secp256k1').publicKey)],
  ['of RSA with 2,047 bits', der(rsa(2047).publicKey)],
  ['of RSA with the exponent 3', der(rsa(2048, 3).publicKey)],
  ['of RSA for PSS alone', der(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)],
  ['of Ed25519', der(generateKeyPairSync('ed25519').publicKey)],
  ['of X25519', der(generateKeyPairSync('x25519').publicKey)],
  ['that is private', p256.privateKey.export({ format: 'der', type: 'pkcs8' })],
  ['in PKCS #1', rsa2048.publicKey.export({ format: 'der', type: 'pkcs1' })],
  ['in PEM', Buffer.from(p256.publicKey.export({ format: 'pem', type: 'spki' }))],
  ['with a byte behind it', Buffer.concat([der(p256.publicKey), Buffer.alloc(1)])],
  ['that is cut', der(p256.publicKey).subarray(0, -1)],
  [
    'that is no point of the curve',
    Buffer.concat([
      der(p256.publicKey).subarray(0, -1),
      Buffer.of((der(p256.publicKey).at(-1) ?? 0) ^ 1),
    ]),
  ],
  ['of no bytes', Buffer.alloc(0)],
  ['of chance', Buffer.alloc(91, 0x30)],
])('a key %s is none, and verifies nothing', (_, spki) => {
  for (const alg of [-7, -257] as const) {
    expect(isKey(alg, spki)).toBe(false)
    expect(verifies(alg, spki, data, sign('sha256', data, p256.privateKey))).toBe(false)
  }
})

test.each([
  [-7, p256],
  [-257, rsa2048],
] as const)(
  'verifies a signature of algorithm %i, and no other',
  (alg, { publicKey, privateKey }) => {
    const signature = sign('sha256', data, privateKey)
    const spki = der(publicKey)
    expect(verifies(alg, spki, data, signature)).toBe(true)
    expect(verifies(alg, spki, Buffer.from('Signed'), signature)).toBe(false)
    expect(verifies(alg, spki, data, sign('sha384', data, privateKey))).toBe(false)
    for (const spoiled of [
      Buffer.alloc(0),
      signature.subarray(1),
      Buffer.alloc(1024),
      Buffer.of(0x30),
    ]) {
      expect(verifies(alg, spki, data, spoiled)).toBe(false)
    }
  },
)

test('verifies an ECDSA signature in DER, and not as two numbers side by side', () => {
  const key = { key: p256.privateKey, dsaEncoding: 'ieee-p1363' } as const
  expect(verifies(-7, der(p256.publicKey), data, sign('sha256', data, key))).toBe(false)
})

test("verifies a signature for the key's own algorithm only", () => {
  expect(verifies(-7, der(rsa2048.publicKey), data, sign('sha256', data, rsa2048.privateKey))).toBe(
    false,
  )
  expect(verifies(-257, der(p256.publicKey), data, sign('sha256', data, p256.privateKey))).toBe(
    false,
  )
})
