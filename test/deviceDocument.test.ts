/** docs/device.md shows a decision of a device as it is stored: an auditor who computes it anew finds the same. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { isSigned, readProof } from '../functions/adapters/device/deviceProof.ts'
import { webauthnCrypto } from '../functions/adapters/device/webauthnCrypto.ts'
import { evidence } from '../functions/adapters/dynamodb/channelItem.ts'
import { canonical } from '../functions/core/canonical.ts'
import { SIGNED_AS } from '../functions/core/signing.ts'
import { failureOf, stalenessOf } from '../functions/core/webauthn.ts'

const text = readFileSync('docs/device.md', 'utf8')
const [, json = ''] = /### An example.*?```json\n(.*?)```/s.exec(text) ?? []
const stored = z.object({ signing: z.string(), evidence: evidence() }).parse(JSON.parse(json))
const { signing } = stored
if (stored.evidence.kind !== 'passkey') throw new Error('the example is no approval by a passkey')
const { body, proof, jwk, spki, device_id } = stored.evidence
const { assertion } = JSON.parse(body)

const sha256 = (bytes: string) => createHash('sha256').update(bytes).digest('base64url')
const clientData = Buffer.from(assertion.response.clientDataJSON, 'base64url').toString()
const site = { origin: 'https://pay.example', rpId: 'pay.example' }

test('its document is canonical, and its hash is the challenge and the one that the page tells', () => {
  expect(canonical(JSON.parse(signing))).toBe(signing)
  const challenge = sha256(SIGNED_AS.approve + signing)
  expect(JSON.parse(clientData).challenge).toBe(challenge)
  expect(text).toContain(`its SHA-256 is \`${challenge}\``)
  expect(text).toContain(`The document is ${Buffer.byteLength(signing)} bytes.`)
  expect(text).toContain(`\`${clientData}\``)
})

test('its passkey signed it, its user verified', () => {
  const passkey = {
    credentialId: assertion.rawId,
    spki,
    alg: -7,
    backupEligible: true,
    backedUp: true,
    signCount: 0,
  } as const
  const challenge = sha256(SIGNED_AS.approve + signing)
  expect(stalenessOf(assertion, challenge, passkey, site, webauthnCrypto)).toBeUndefined()
  expect(failureOf(assertion, passkey, webauthnCrypto)).toBeUndefined()
})

test('its proof is signed by the device, and over this body', async () => {
  const { paymentId } = JSON.parse(signing)
  const url = `https://pay.example/api/approvals/payment.${paymentId}`
  const now = new Date('2026-11-21T12:00:12.000Z')
  const read = readProof(proof, { method: 'POST', url, body, now })
  if ('flaw' in read) throw new Error(read.flaw)
  expect(read.thumbprint).toBe(device_id)
  expect(await isSigned(read, jwk)).toBe(true)
  expect(text).toContain(`\`bh\` \`${sha256(body)}\``)
})

test('it has every prefix that the code has, and no other', () => {
  const told = [...text.matchAll(/\| `(payfriend [a-z ]+ v1)` \|/g)].map(
    ([, prefix]) => `${prefix}\n`,
  )
  expect(told.sort()).toEqual(Object.values(SIGNED_AS).sort())
})
