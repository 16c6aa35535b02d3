/** The commands of `npm run evidence -- ID --openssl`, run by a shell and, where it is found, the real openssl. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PaymentWithHistory } from '../../../functions/core/paymentTrail.ts'
import { SIGNED_AS } from '../../../functions/core/signing.ts'
import { opensslCommands } from '../../../scripts/evidence/openssl.ts'
import { approvedBy, deniedBy, newPhone, signingOf, waiting } from './deviceTrails.ts'
import { entries } from './paymentTrails.ts'

const hasOpenssl = spawnSync('sh', ['-c', 'openssl version']).status === 0
const STAND_IN = join(import.meta.dirname, 'standInOpenssl.mjs')
const openssl = hasOpenssl ? '' : `openssl() { '${process.execPath}' '${STAND_IN}' "$@"; }\n`
const phone = newPhone()

const commands = (payment: PaymentWithHistory) =>
  opensslCommands({
    paymentId: payment.paymentId,
    kept: [],
    entries: entries(payment),
    problems: [],
  })

/** Runs a script in a folder of its own. */
function run(script: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'payfriend-openssl-'))
  const { status, stdout } = spawnSync('sh', { cwd, input: openssl + script, encoding: 'utf8' })
  const file = (name: string) => readFileSync(join(cwd, name), 'utf8')
  return { status, stdout, file, [Symbol.dispose]: () => rmSync(cwd, { recursive: true }) }
}

/** The pairs of lines that must be equal: what openssl computed of a file, and what was signed. */
const pairs = (stdout: string) =>
  [...stdout.matchAll(/^(\S{43}=) {2}\S+\n(\S{43}=)$/gm)].map(([, computed, signed]) => [
    computed,
    signed,
  ])

test('a text that somebody wrote into the evidence is never a command', () => {
  const evil = "\n'; touch evil; echo '"
  const payment = approvedBy(phone, { evidence: { device_id: `x${evil}`, ua_type: evil } })
  const script = commands({ ...payment, displayText: evil })
  expect(script).not.toMatch(/^(?!#).*touch/m)
})

describe('by openssl alone', () => {
  test.each([
    ['ES256', newPhone()],
    ['RS256', newPhone(-257)],
  ])('both signatures of a yes are verified, with a passkey of %s', (_, one) => {
    using done = run(commands(approvedBy(one)))
    expect(done.status).toBe(0)
    expect(done.stdout.match(/^Verified OK$/gm)).toHaveLength(2)
    const found = pairs(done.stdout)
    expect(found).toHaveLength(2)
    for (const [computed, signed] of found) expect(computed).toBe(signed)
    expect(done.file('approved.txt')).toBe(SIGNED_AS.approve + signingOf(waiting))
  })

  test('the signature of a no is verified', () => {
    using done = run(commands(deniedBy(phone)))
    expect(done.status).toBe(0)
    expect(done.stdout.match(/^Verified OK$/gm)).toHaveLength(1)
    const [hash] = /^\S{43}=(?= {2}denied.txt$)/m.exec(done.stdout) ?? []
    const { signed } = JSON.parse(done.file('body.json'))
    expect(Buffer.from(hash ?? '', 'base64').toString('base64url')).toBe(signed)
  })

  // One signature in 256 has a half that begins with a zero which DER leaves out.
  test('a signature whose number is shorter is verified too', () => {
    using done = run(commands(withShorterSignature()))
    expect(done.stdout).toContain('Verified OK')
  })

  test.each([
    ['the payment’s document', { signing: signingOf(waiting).replace('Neville', 'Nevilla') }],
    ['the body', { body: (body: string) => body.replace('public-key', 'public-keys') }],
  ])('a change of %s is seen', (_, wrong) => {
    using done = run(commands(approvedBy(phone, wrong)))
    const found = pairs(done.stdout)
    expect(found.filter(([computed, signed]) => computed !== signed)).toHaveLength(1)
  })

  test('a signature by another key ends it', () => {
    using done = run(commands(approvedBy(phone, { evidence: { jwk: newPhone().jwk } })))
    expect(done.status).not.toBe(0)
    expect(done.stdout).not.toContain('Verified OK')
  })
})

function withShorterSignature(): PaymentWithHistory {
  for (let n = 0; n < 10_000; n += 1) {
    const payment = deniedBy(phone)
    const { proof = '' } = ('evidence' in payment.outcome ? payment.outcome.evidence : {}) as {
      readonly proof?: string
    }
    const raw = Buffer.from(proof.split('.')[2] ?? '', 'base64url')
    if ([0, 32].some((at) => raw.readUInt16BE(at) < 0x80)) return payment
  }
  throw new Error('no signature is shorter')
}
