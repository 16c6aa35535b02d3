import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  type DeviceProof,
  isSigned,
  type ProvenRequest,
  readProof,
  thumbprintOf,
} from '../../../functions/adapters/device/deviceProof.ts'
import { deviceKey } from '../../../functions/adapters/deviceKey.ts'
import { type ProofOrder, softwarePhone } from '../../../local/phone/softwarePhone.ts'

const now = new Date('2026-11-29T12:00:00Z')
const iat = now.getTime() / 1000
const url = 'https://pay.example/api/approvals/payment.A'
const body = '{"answer":"deny"}'
const request: ProvenRequest = { method: 'POST', url, body, now }

const phone = softwarePhone({
  origin: 'https://pay.example',
  rpId: 'pay.example',
  clock: () => now,
})
const kid = `payer.${phone.thumbprint}`
const proofOf = (order: Partial<ProofOrder> = {}) =>
  phone.proof({ method: 'POST', url, body, kid, ...order })

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
/** A proof with one of its three parts replaced. */
const withPart = (at: 0 | 1 | 2, text: string) => proofOf().split('.').with(at, text).join('.')

/** The claims with a byte in the id that no character has. */
const notUtf8 = Buffer.from(
  Buffer.from(proofOf({ claims: { jti: '~' } }).split('.')[1] ?? '', 'base64url').map((byte) =>
    byte === 0x7e ? 0xff : byte,
  ),
).toString('base64url')

function read(header: string, of: Partial<ProvenRequest> = {}): DeviceProof {
  const proof = readProof(header, { ...request, ...of })
  if ('flaw' in proof) throw new Error(`the valid fixture is refused: ${proof.flaw}`)
  return proof
}

describe('a proof', () => {
  test('that fits its request says who made it, and is signed by the key that it names', async () => {
    const jws = proofOf()
    const proof = read(jws)
    expect(proof).toEqual({ kid, payerId: 'payer', thumbprint: phone.thumbprint, jws })
    expect(await isSigned(proof, phone.jwk)).toBe(true)
  })

  test('of a device that does not know its payer yet names none', () => {
    expect(read(proofOf({ kid: phone.thumbprint })).payerId).toBeUndefined()
  })

  // Each is how the key of an item begins that is no payer's, or has a character that no payer's id has.
  test.each([
    'limit#number#0ad2#2026-11-21',
    'limit#starts#payer',
    'invite#7b15',
    'a.b',
    'a b',
    'é',
    'p'.repeat(129),
  ])('of %j, which is no payer’s id, is refused before anything is read', (id) => {
    const { thumbprint } = phone
    expect(readProof(proofOf({ kid: `${id}.${thumbprint}` }), request)).toEqual({ flaw: 'shape' })
  })

  test('of a payer’s id of 128 characters is read', () => {
    const id = 'p'.repeat(128)
    expect(read(proofOf({ kid: `${id}.${phone.thumbprint}` })).payerId).toBe(id)
  })

  test('of a request without body has the hash of no bytes', () => {
    const jws = proofOf({ method: 'GET', body: '' })
    expect(readProof(jws, { method: 'GET', url, body: '', now })).toHaveProperty('jws', jws)
    // RFC 9449 writes hashes so: base64url of SHA-256.
    expect(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()).bh).toBe(
      '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    )
  })

  test("covers the body's bytes", () => {
    const bytes = Buffer.from('{"name":"é"}')
    expect(
      readProof(proofOf({ body: bytes.toString() }), { ...request, body: bytes }),
    ).toHaveProperty('kid')
  })
})

describe('a proof is refused', () => {
  test.each([
    ['that is missing', 'missing', undefined],
    ['that is empty', 'missing', ''],
    ['that is one word', 'shape', 'proof'],
    ['of two parts', 'shape', proofOf().split('.').slice(0, 2).join('.')],
    ['of four parts', 'shape', `${proofOf()}.AA`],
    ['with a blank before it', 'shape', ` ${proofOf()}`],
    ['sent twice', 'shape', `${proofOf().slice(0, 300)}, ${proofOf().slice(0, 300)}`],
    ['whose header is padded', 'shape', withPart(0, 'e30=')],
    ['whose header is no JSON', 'shape', withPart(0, part('{'))],
    ['whose header is null', 'shape', withPart(0, part(null))],
    ['whose header is no UTF-8', 'shape', withPart(0, '_w')],
    ['whose claims are no UTF-8', 'shape', withPart(1, notUtf8)],
    ['whose claims are a list', 'shape', withPart(1, part([]))],
    ['whose signature is missing', 'shape', withPart(2, '')],
    ['whose signature is a byte short', 'shape', withPart(2, 'A'.repeat(84))],
    ['whose signature is in DER', 'shape', withPart(2, part('0'.repeat(70)))],
  ])('%s: %s', (_, flaw, header) => {
    expect(readProof(header, request)).toEqual({ flaw })
  })

  test.each([
    ['that brings its key', 'shape', { jwk: phone.jwk }],
    ['that points to its key', 'shape', { jku: 'https://evil.example' }],
    ['that brings rules of its own', 'shape', { crit: ['exp'] }],
    ['whose payload is not encoded', 'shape', { b64: false }],
    ['without type', 'shape', { typ: undefined }],
    ['of an access token', 'typ', { typ: 'at+jwt' }],
    ['of DPoP', 'typ', { typ: 'dpop+jwt' }],
    ['in other letters', 'typ', { typ: 'DEVICE-PROOF+JWT' }],
    ['without algorithm', 'shape', { alg: undefined }],
    ['that is unsigned', 'alg', { alg: 'none' }],
    ['signed with a shared key', 'alg', { alg: 'HS256' }],
    ['signed with another curve', 'alg', { alg: 'ES384' }],
    ['without key', 'shape', { kid: undefined }],
    ['of an empty key', 'shape', { kid: '' }],
    ['of no payer before the dot', 'shape', { kid: `.${phone.thumbprint}` }],
    ['of a payer alone', 'shape', { kid: 'payer' }],
    ['of a payer and a dot', 'shape', { kid: 'payer.' }],
    ['of a thumbprint one character short', 'shape', { kid: `payer.${phone.thumbprint.slice(1)}` }],
    ['of a thumbprint one character long', 'shape', { kid: `payer.A${phone.thumbprint}` }],
    ['of a thumbprint with bits that no byte uses', 'shape', { kid: `payer.${'A'.repeat(42)}B` }],
  ])('%s: %s', (_, flaw, header) => {
    expect(readProof(proofOf({ header }), request)).toEqual({ flaw })
  })

  test.each([
    ['with a claim that is unknown', 'shape', { exp: iat + 60 }],
    ['without id', 'shape', { jti: undefined }],
    ['with an empty id', 'shape', { jti: '' }],
    ['with an id of 65 characters', 'shape', { jti: 'j'.repeat(65) }],
    ['with a number for its id', 'shape', { jti: 1 }],
    ['without time', 'shape', { iat: undefined }],
    ['whose time is a text', 'shape', { iat: `${iat}` }],
    ['whose time is no whole second', 'shape', { iat: iat + 0.5 }],
    ['61 seconds old', 'iat', { iat: iat - 61 }],
    ['61 seconds ahead', 'iat', { iat: iat + 61 }],
    ['in milliseconds', 'iat', { iat: iat * 1000 }],
    ['of another method', 'htm', { htm: 'GET' }],
    ['of the method in small letters', 'htm', { htm: 'post' }],
    ['of another route', 'htu', { htu: 'https://pay.example/api/approvals/payment.B' }],
    ['of another host', 'htu', { htu: url.replace('pay.', 'evil.') }],
    ['of the address with a query', 'htu', { htu: `${url}?` }],
    [
      'of another body',
      'bh',
      { bh: createHash('sha256').update('{"answer":"approve"}').digest('base64url') },
    ],
    ['with a padded hash', 'bh', { bh: createHash('sha256').update(body).digest('base64') }],
  ])('%s: %s', (_, flaw, claims) => {
    expect(readProof(proofOf({ claims }), request)).toEqual({ flaw })
  })

  test('with the flaws in this order, whatever follows', () => {
    const all = {
      typ: { header: { typ: 'JWT', alg: 'none' }, claims: { iat: 0, htm: 'X', htu: 'X', bh: 'X' } },
      alg: { header: { alg: 'none' }, claims: { iat: 0, htm: 'X', htu: 'X', bh: 'X' } },
      iat: { claims: { iat: 0, htm: 'X', htu: 'X', bh: 'X' } },
      htm: { claims: { htm: 'X', htu: 'X', bh: 'X' } },
      htu: { claims: { htu: 'X', bh: 'X' } },
      bh: { claims: { bh: 'X' } },
    }
    for (const [flaw, order] of Object.entries(all)) {
      expect(readProof(proofOf(order), request)).toEqual({ flaw })
    }
  })
})

describe('the limits', () => {
  test('are 1,024 bytes', () => {
    const urlOf = (length: number) => `${url}${'x'.repeat(length)}`
    const headerOf = (length: number) => proofOf({ url: urlOf(length) })
    let longest = 1
    while (headerOf(longest + 1).length <= 1024) longest++
    const asked = (length: number) =>
      readProof(headerOf(length), { ...request, url: urlOf(length) })
    expect(asked(longest)).toHaveProperty('kid', kid)
    expect(asked(longest + 1)).toEqual({ flaw: 'size' })
    expect(readProof('A'.repeat(1024), request)).toEqual({ flaw: 'shape' })
    expect(readProof('A'.repeat(1025), request)).toEqual({ flaw: 'size' })
    expect(readProof('é'.repeat(513), request)).toEqual({ flaw: 'size' })
  })

  test('are 60 seconds in both directions', () => {
    for (const by of [-60, 60]) {
      const header = proofOf({ claims: { iat: iat + by } })
      expect(readProof(header, request)).toHaveProperty('kid', kid)
      const further = new Date(now.getTime() - Math.sign(by))
      expect(readProof(header, { ...request, now: further })).toEqual({ flaw: 'iat' })
    }
  })

  test('are 64 characters of id', () => {
    expect(readProof(proofOf({ claims: { jti: 'j'.repeat(64) } }), request)).toHaveProperty('kid')
  })
})

describe('a signature', () => {
  test('of another device is none', async () => {
    const other = softwarePhone({ origin: url, rpId: 'pay.example', clock: () => now })
    const proof = read(other.proof({ method: 'POST', url, body, kid }))
    expect(await isSigned(proof, phone.jwk)).toBe(false)
  })

  test('by a key that the proof does not name is none', async () => {
    const other = softwarePhone({ origin: url, rpId: 'pay.example' })
    const proof = read(proofOf({ kid: `payer.${other.thumbprint}` }))
    expect(await isSigned(proof, phone.jwk)).toBe(false)
    expect(await isSigned(proof, other.jwk)).toBe(false)
  })

  test('over other claims, or another header, is none', async () => {
    const [head = '', claims = '', signature = ''] = proofOf().split('.')
    const others = proofOf({ claims: { jti: 'other' }, header: { kid: `eve.${phone.thumbprint}` } })
    const [otherHead = '', otherClaims = ''] = others.split('.')
    expect(await isSigned(read([head, otherClaims, signature].join('.')), phone.jwk)).toBe(false)
    expect(await isSigned(read([otherHead, claims, signature].join('.')), phone.jwk)).toBe(false)
  })

  test('of zeros is none', async () => {
    expect(await isSigned(read(withPart(2, 'A'.repeat(86))), phone.jwk)).toBe(false)
  })

  const { x, y } = phone.jwk
  const { x: x384 = '', y: y384 = '' } = generateKeyPairSync('ec', {
    namedCurve: 'P-384',
  }).publicKey.export({ format: 'jwk' })
  test.each([
    ['nothing', undefined],
    ['a text', 'key'],
    ['an object of no members', {}],
    ['a private key', { ...phone.jwk, d: x }],
    ['a key with another member', { ...phone.jwk, alg: 'ES256' }],
    ['a key of another type', { ...phone.jwk, kty: 'OKP' }],
    ['a key of another curve', { kty: 'EC', crv: 'P-384', x: x384, y: y384 }],
    ['a key without y', { kty: 'EC', crv: 'P-256', x }],
    ['a padded coordinate', { ...phone.jwk, x: `${x}=` }],
    ['a coordinate of 33 bytes', { ...phone.jwk, x: `AAAA${x}`.slice(0, 44) }],
    ['a shared key', { kty: 'oct', k: x }],
  ])('cannot be checked by %s', async (_, jwk) => {
    expect(deviceKey.safeParse(jwk).success).toBe(false)
    expect(await isSigned(read(proofOf()), jwk)).toBe(false)
  })

  test('cannot be checked by a point that is not of the curve, whatever its thumbprint', async () => {
    const offCurve = { ...phone.jwk, y: x }
    const proof = read(proofOf({ kid: await thumbprintOf(offCurve) }))
    expect(await isSigned(proof, offCurve)).toBe(false)
    expect(y).not.toBe(x)
  })
})

/** RFC 9449 section 4.1 and 6.1: the proof, its key, and the thumbprint of it (`jkt`). */
const RFC9449 = {
  proof:
    'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg',
  jwk: {
    kty: 'EC',
    crv: 'P-256',
    x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
    y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
  } as const,
  thumbprint: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
}

describe('the example of RFC 9449', () => {
  test('has the thumbprint that it says', async () => {
    expect(await thumbprintOf(RFC9449.jwk)).toBe(RFC9449.thumbprint)
  })

  test('verifies under its key, and is no device proof', async () => {
    const { proof: jws, jwk, thumbprint } = RFC9449
    const proof = { kid: thumbprint, payerId: undefined, thumbprint, jws }
    expect(await isSigned(proof, jwk)).toBe(true)
    expect(readProof(jws, { ...request, now: new Date(1562262616 * 1000) })).toEqual({
      flaw: 'shape',
    })
  })
})

test("a thumbprint is RFC 7638's: SHA-256 of the required members in order, without blanks", async () => {
  const text = `{"crv":"P-256","kty":"EC","x":"${phone.jwk.x}","y":"${phone.jwk.y}"}`
  const expected = createHash('sha256').update(text).digest('base64url')
  expect(await thumbprintOf(phone.jwk)).toBe(expected)
  expect(phone.thumbprint).toBe(expected)
})
