import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { webauthnCrypto } from '../../functions/adapters/device/webauthnCrypto.ts'
import {
  type Assertion,
  afterUse,
  failureOf,
  type Passkey,
  passkeyFrom,
  type Registration,
  stalenessOf,
} from '../../functions/core/webauthn.ts'
import { softwarePhone } from '../../local/phone/softwarePhone.ts'

const site = { origin: 'https://pay.example', rpId: 'pay.example' }
const challengeOf = (text: string) => createHash('sha256').update(text).digest('base64url')
const challenge = challengeOf('payfriend approve v1\n{"paymentId":"A"}')

const phone = softwarePhone(site)
const [UP, UV, BE, BS, AT] = [0x01, 0x04, 0x08, 0x10, 0x40]

const registered = (registration: Registration, asked = challenge) =>
  passkeyFrom(registration, asked, site, webauthnCrypto)

function passkeyOf(registration: Registration): Passkey {
  const passkey = registered(registration)
  if ('flaw' in passkey) throw new Error(`the valid fixture is refused: ${passkey.flaw}`)
  return passkey
}
const passkey = passkeyOf(phone.create(challenge))

/** The first flaw, in the server's order. */
const flawOf = (assertion: Assertion, asked = challenge, of = passkey) =>
  stalenessOf(assertion, asked, of, site, webauthnCrypto) ??
  failureOf(assertion, of, webauthnCrypto)

/** A registration or an assertion with one member set to something else. */
const withMember = <C extends Registration | Assertion>(
  credential: C,
  member: string,
  value: unknown,
): C =>
  member in credential
    ? { ...credential, [member]: value }
    : { ...credential, response: { ...credential.response, [member]: value } }

const json = (text: string) => Buffer.from(text).toString('base64url')

describe('a registration', () => {
  test.each([-7, -257] as const)('with a key of algorithm %i becomes a passkey', (alg) => {
    const other = softwarePhone({ ...site, alg })
    const made = other.create(challenge, { signCount: 7 })
    expect(registered(made)).toEqual({
      credentialId: other.credentialId,
      spki: made.response.publicKey,
      alg,
      backupEligible: true,
      backedUp: true,
      signCount: 7,
    })
  })

  test('of a key that stays in its device says so', () => {
    const bound = softwarePhone({ ...site, isSynced: false }).create(challenge)
    expect(registered(bound)).toMatchObject({ backupEligible: false, backedUp: false })
  })

  test.each([
    ['of an assertion', 'type', { clientData: { type: 'webauthn.get' } }],
    ['of a payment', 'type', { clientData: { type: 'payment.create' } }],
    ['with another challenge', 'challenge', { clientData: { challenge: challengeOf('other') } }],
    ['without challenge', 'challenge', { clientData: { challenge: undefined } }],
    ['from another origin', 'origin', { clientData: { origin: 'https://evil.example' } }],
    ['from a subdomain', 'origin', { clientData: { origin: 'https://a.pay.example' } }],
    ['over plain http', 'origin', { clientData: { origin: 'http://pay.example' } }],
    ['in a frame', 'framed', { clientData: { crossOrigin: true } }],
    ['that names a page around', 'framed', { clientData: { topOrigin: site.origin } }],
    ['for another rpId', 'rp-id', { rpId: 'example' }],
    ['without a person', 'user-presence', { flags: UV | AT }],
    ['of an unverified person', 'user-verification', { flags: UP | AT }],
    ['of a copy that may not be', 'backup-state', { flags: UP | UV | AT | BS }],
    ['without the flag of a credential', 'credential', { flags: UP | UV }],
    [
      'cut before the length',
      'credential',
      { authenticatorData: (of: Buffer) => of.subarray(0, 54) },
    ],
    ['cut in the id', 'credential', { authenticatorData: (of: Buffer) => of.subarray(0, 80) }],
    [
      'cut after the id',
      'credential',
      { authenticatorData: (of: Buffer) => of.subarray(0, 55 + 32) },
    ],
    ['cut in the head', 'malformed', { authenticatorData: (of: Buffer) => of.subarray(0, 36) }],
    ['with an id of no length', 'credential', { credentialId: Buffer.alloc(0) }],
    ['with an id of 1,024 bytes', 'credential', { credentialId: Buffer.alloc(1024) }],
  ] as const)('%s is refused: %s', (_, flaw, fault) => {
    expect(registered(phone.create(challenge, fault))).toEqual({ flaw })
  })

  test('may have an id of 1,023 bytes', () => {
    const made = phone.create(challenge, { credentialId: Buffer.alloc(1023, 1) })
    expect(registered(made)).toHaveProperty('credentialId', made.rawId)
  })

  test.each([
    ['of another type', 'malformed', 'type', 'password'],
    ['with two ids', 'malformed', 'id', json('other')],
    ['with a padded id', 'malformed', 'rawId', `${phone.credentialId}=`],
    [
      'whose data is of another id',
      'credential',
      'response',
      softwarePhone(site).create(challenge).response,
    ],
    ['with ES384', 'algorithm', 'publicKeyAlgorithm', -35],
    ['with Ed25519', 'algorithm', 'publicKeyAlgorithm', -8],
    ['with another algorithm than its key has', 'key', 'publicKeyAlgorithm', -257],
    ['with a key that is none', 'key', 'publicKey', json('key')],
    ['with a padded key', 'malformed', 'publicKey', 'AA=='],
    ['whose client data is a list', 'type', 'clientDataJSON', json('[]')],
    ['whose client data is null', 'malformed', 'clientDataJSON', json('null')],
    ['whose client data is a text', 'malformed', 'clientDataJSON', json('"webauthn.create"')],
    ['whose client data is cut', 'malformed', 'clientDataJSON', json('{"type":')],
    ['whose client data is plain base64', 'malformed', 'clientDataJSON', btoa('{"a":"???>>>"}')],
  ])('%s is refused: %s', (_, flaw, member, value) => {
    expect(registered(withMember(phone.create(challenge), member, value))).toEqual({ flaw })
  })
})

describe('an assertion', () => {
  test.each([-7, -257] as const)('of a passkey with algorithm %i is accepted', (alg) => {
    const other = softwarePhone({ ...site, alg })
    expect(
      flawOf(other.get(challenge), challenge, passkeyOf(other.create(challenge))),
    ).toBeUndefined()
  })

  test.each([
    ['extra members, as Chromium adds them', { clientData: { other_keys_can_be_added_here: 'x' } }],
    ['no word of a frame, as older browsers give it', { clientData: { crossOrigin: undefined } }],
    ['a passkey no longer copied', { flags: UP | UV | BE }],
    ['reserved bits set', { flags: UP | UV | BE | BS | 0x22 }],
    [
      'extensions',
      {
        flags: UP | UV | BE | BS | 0x80,
        authenticatorData: (of: Buffer) => Buffer.concat([of, Buffer.from('a0', 'hex')]),
      },
    ],
  ])('with %s is accepted', (_, fault) => {
    expect(flawOf(phone.get(challenge, fault))).toBeUndefined()
  })

  test('with a byte order mark before its client data is read, as the standard decodes it', () => {
    const assertion = phone.get(challenge)
    const text = Buffer.from(assertion.response.clientDataJSON, 'base64url').toString()
    const marked = withMember(assertion, 'clientDataJSON', json(`\ufeff${text}`))
    expect(stalenessOf(marked, challenge, passkey, site, webauthnCrypto)).toBeUndefined()
  })

  test.each([
    ['of a registration', 'type', { clientData: { type: 'webauthn.create' } }],
    ['of a secure payment confirmation', 'type', { clientData: { type: 'payment.get' } }],
    ['whose type is no text', 'type', { clientData: { type: ['webauthn.get'] } }],
    ['without challenge', 'challenge', { clientData: { challenge: undefined } }],
    ['with a padded challenge', 'challenge', { clientData: { challenge: `${challenge}=` } }],
    ['from another origin', 'origin', { clientData: { origin: 'https://evil.example' } }],
    ['from another port', 'origin', { clientData: { origin: 'https://pay.example:8443' } }],
    ['from an origin with a slash', 'origin', { clientData: { origin: 'https://pay.example/' } }],
    ['in a frame', 'framed', { clientData: { crossOrigin: true } }],
    ['in a frame, said in a text', 'framed', { clientData: { crossOrigin: 'true' } }],
    ['that does not say whether in a frame', 'framed', { clientData: { crossOrigin: null } }],
    ['that names a page around', 'framed', { clientData: { topOrigin: 'https://shop.example' } }],
    ['that names no page around', 'framed', { clientData: { topOrigin: '' } }],
    ['for another rpId', 'rp-id', { rpId: 'evil.example' }],
    ['of a passkey that can no longer be copied', 'backup-eligibility', { flags: UP | UV }],
    ['of a copy that may not be', 'backup-eligibility', { flags: UP | UV | BS }],
    ['cut in the head', 'malformed', { authenticatorData: (of: Buffer) => of.subarray(0, 36) }],
    ['of another credential', 'credential', { credentialId: Buffer.alloc(32) }],
    [
      'of another credential, which cannot be copied',
      'credential',
      { credentialId: Buffer.alloc(32), flags: UP | UV },
    ],
    ['without a person', 'user-presence', { flags: UV | BE }],
    ['of an unverified person', 'user-verification', { flags: UP | BE }],
    ['with no signature', 'signature', { signature: () => Buffer.alloc(0) }],
    ['with a cut signature', 'signature', { signature: (of: Buffer) => of.subarray(0, -1) }],
    [
      'with a byte after the signature',
      'signature',
      { signature: (of: Buffer) => Buffer.concat([of, Buffer.alloc(1)]) },
    ],
    [
      'with a signature of zeros',
      'signature',
      { signature: () => Buffer.from('3006020100020100', 'hex') },
    ],
  ] as const)('%s is refused: %s', (_, flaw, fault) => {
    expect(flawOf(phone.get(challenge, fault))).toBe(flaw)
  })

  test.each([
    ['of another type', 'malformed', 'type', 'password'],
    ['with two ids', 'malformed', 'id', json('other')],
    ['without client data', 'malformed', 'clientDataJSON', ''],
    ['whose client data is a number', 'malformed', 'clientDataJSON', json('1')],
    ['whose client data is null', 'malformed', 'clientDataJSON', json('null')],
    ['without authenticator data', 'malformed', 'authenticatorData', ''],
    ['with a padded signature', 'malformed', 'signature', 'AA=='],
    ['with bits in its signature that no byte uses', 'malformed', 'signature', 'AB'],
  ])('%s is refused: %s', (_, flaw, member, value) => {
    expect(flawOf(withMember(phone.get(challenge), member, value))).toBe(flaw)
  })

  test('with a flag changed after it was signed is refused', () => {
    const unverified = phone.get(challenge, { flags: UP | BE | BS })
    const bytes = Buffer.from(unverified.response.authenticatorData, 'base64url')
    bytes.writeUInt8(UP | UV | BE | BS, 32)
    const changed = withMember(unverified, 'authenticatorData', bytes.toString('base64url'))
    expect(flawOf(changed)).toBe('signature')
  })

  test("of the same passkey on other terms is stale, and fails nobody's payment", () => {
    const others = [
      challengeOf('payfriend approve v1\n{"paymentId":"B"}'),
      // The same terms, to be denied.
      challengeOf('payfriend deny v1\n{"paymentId":"A"}'),
    ]
    for (const other of others) {
      expect(stalenessOf(phone.get(other), challenge, passkey, site, webauthnCrypto)).toBe(
        'challenge',
      )
    }
  })

  test('of a passkey that cannot be copied, which says that it is a copy, is refused', () => {
    const bound = softwarePhone({ ...site, isSynced: false })
    const stored = passkeyOf(bound.create(challenge))
    expect(flawOf(bound.get(challenge), challenge, stored)).toBeUndefined()
    for (const flags of [UP | UV | BS, UP | UV | BE, UP | UV | BE | BS]) {
      expect(flawOf(bound.get(challenge, { flags }), challenge, stored)).toBe('backup-eligibility')
    }
  })

  test('signed by another passkey that claims this id is a failure', () => {
    const credentialId = Buffer.from(phone.credentialId, 'base64url')
    expect(flawOf(softwarePhone(site).get(challenge, { credentialId }))).toBe('signature')
  })

  test('that cannot be read verifies nothing', () => {
    for (const member of ['clientDataJSON', 'authenticatorData', 'signature']) {
      const cut = withMember(phone.get(challenge), member, '=')
      expect(failureOf(cut, passkey, webauthnCrypto)).toBe('signature')
    }
    const noKey = { ...passkey, spki: '=' }
    expect(failureOf(phone.get(challenge), noKey, webauthnCrypto)).toBe('signature')
  })

  test('is found by its device alone: a user handle is not read', () => {
    const assertion = phone.get(challenge)
    const guarded = {
      ...assertion,
      response: {
        ...assertion.response,
        get userHandle(): string {
          throw new Error('the user handle was read')
        },
      },
    }
    expect(flawOf(guarded)).toBeUndefined()
  })
})

describe('the limits', () => {
  /** Client data of a number of bytes. */
  const clientDataOf = (bytes: number) => {
    const bare = Buffer.from(
      phone.get(challenge, { clientData: { extra: '' } }).response.clientDataJSON,
      'base64url',
    ).length
    return phone.get(challenge, { clientData: { extra: 'x'.repeat(bytes - bare) } })
  }
  const dataOf = (bytes: number) =>
    phone.get(challenge, {
      authenticatorData: (of) => Buffer.concat([of, Buffer.alloc(bytes - of.length)]),
    })
  const signatureOf = (bytes: number) =>
    phone.get(challenge, { signature: () => Buffer.alloc(bytes) })

  test('are 2 KB of client data, 2 KB of authenticator data, 1 KB of signature', () => {
    expect([flawOf(clientDataOf(2048)), flawOf(clientDataOf(2049))]).toEqual([
      undefined,
      'malformed',
    ])
    expect([flawOf(dataOf(2048)), flawOf(dataOf(2049))]).toEqual([undefined, 'malformed'])
    expect([flawOf(signatureOf(1024)), flawOf(signatureOf(1025))]).toEqual([
      'signature',
      'malformed',
    ])
  })

  test('are 1 KB of public key', () => {
    const keyOf = (bytes: number) =>
      registered(
        withMember(phone.create(challenge), 'publicKey', Buffer.alloc(bytes).toString('base64url')),
      )
    expect([keyOf(1024), keyOf(1025)]).toEqual([{ flaw: 'key' }, { flaw: 'malformed' }])
  })
})

describe('the counter', () => {
  test.each([
    ['0 after 0: a passkey that does not count', 0, 0, false],
    ['1 after 0', 0, 1, false],
    ['6 after 5', 5, 6, false],
    ['5 after 5', 5, 5, true],
    ['4 after 5', 5, 4, true],
    ['0 after 5', 5, 0, true],
    ['the largest after the largest but one', 0xfffffffe, 0xffffffff, false],
  ])('says %s', (_, before, now, hasCounterFallen) => {
    const assertion = phone.get(challenge, { signCount: now })
    const stored = { ...passkey, signCount: before }
    expect(flawOf(assertion, challenge, stored)).toBeUndefined()
    expect(afterUse(assertion, stored)).toEqual({
      signCount: now,
      backedUp: true,
      hasCounterFallen,
    })
  })

  test('comes with whether the passkey is copied now', () => {
    const assertion = phone.get(challenge, { flags: UP | UV | BE })
    expect(afterUse(assertion, passkey)).toHaveProperty('backedUp', false)
  })
})
