import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type DeviceKey,
  deviceProof,
  newDeviceKey,
  type PublicJwk,
  publicJwkOf,
  thumbprintOf,
} from '../../../web/approve/deviceProof.ts'

const NOW = Date.parse('2026-11-28T12:00:00.900Z')
const body = JSON.stringify({ answer: 'deny', signed: 'é' })
const request = { method: 'POST', url: 'https://pay.example.com/api/approvals/payment.1', body }
let pair: DeviceKey
let jwk: PublicJwk
let proof: string
beforeAll(async () => {
  pair = await newDeviceKey()
  jwk = await publicJwkOf(pair)
  proof = await deviceProof({ kid: 'payer.thumb', privateKey: pair.privateKey }, request, NOW)
})

const claimsOf = async (jws: string) => {
  const { payload } = await compactVerify(jws, pair.publicKey, { algorithms: ['ES256'] })
  return JSON.parse(new TextDecoder().decode(payload))
}

describe('the key of a device', () => {
  test('can be read by no script', async () => {
    expect(pair.privateKey.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('jwk', pair.privateKey)).rejects.toThrow()
  })

  test('has the thumbprint of RFC 7638', async () => {
    expect(await thumbprintOf(jwk)).toBe(await calculateJwkThumbprint({ ...jwk }))
  })

  test('is told with the members of the API and no others', () => {
    expect(jwk).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: expect.stringMatching(/^[\w-]{43}$/),
      y: expect.stringMatching(/^[\w-]{43}$/),
    })
  })
})

describe('the proof of a request', () => {
  test('verifies with the public key, and names type, algorithm and key', async () => {
    expect(decodeProtectedHeader(proof)).toEqual({
      alg: 'ES256',
      typ: 'device-proof+jwt',
      kid: 'payer.thumb',
    })
    await expect(claimsOf(proof)).resolves.toBeDefined()
    const other = await newDeviceKey()
    await expect(compactVerify(proof, other.publicKey)).rejects.toThrow('signature')
  })

  test('binds method, address, time and the bytes of the body', async () => {
    expect(await claimsOf(proof)).toEqual({
      htm: 'POST',
      htu: request.url,
      iat: Date.parse('2026-11-28T12:00:00Z') / 1000,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      bh: createHash('sha256').update(body, 'utf8').digest('base64url'),
    })
  })

  test('binds the empty text where there is no body', async () => {
    const get = { method: 'GET', url: 'https://pay.example.com/api/approvals', body: '' }
    const { bh } = await claimsOf(
      await deviceProof({ kid: 'payer.thumb', privateKey: pair.privateKey }, get, NOW),
    )
    expect(bh).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU')
  })

  test('is another one each time, and fits into a kilobyte', async () => {
    const kid = `${'0'.repeat(36)}.${'t'.repeat(43)}`
    const url = `https://${'a'.repeat(60)}.example.com/api/approvals/device.${'t'.repeat(43)}`
    const long = () => deviceProof({ kid, privateKey: pair.privateKey }, { ...request, url }, NOW)
    const [one, another] = await Promise.all([long(), long()])
    expect(one).not.toBe(another)
    expect(one.length).toBeLessThanOrEqual(1024)
  })
})
