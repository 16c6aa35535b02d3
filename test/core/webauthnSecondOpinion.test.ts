/** SimpleWebAuthn's opinion of the same assertions, right and wrong ones. */
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { expect, test } from 'vitest'
import { webauthnCrypto } from '../../functions/adapters/device/webauthnCrypto.ts'
import { failureOf, type Passkey, passkeyFrom, stalenessOf } from '../../functions/core/webauthn.ts'
import { type AuthenticatorFault, softwarePhone } from '../../local/phone/softwarePhone.ts'

const site = { origin: 'https://pay.example', rpId: 'pay.example' }
const challenge = Buffer.alloc(32, 7).toString('base64url')
const expected = {
  expectedChallenge: challenge,
  expectedOrigin: site.origin,
  expectedRPID: site.rpId,
}
const MUTANTS = 1000
/** Every verdict, sorted. */
const VERDICTS = [
  'accepted',
  'backup-eligibility',
  'challenge',
  'credential',
  'framed',
  'malformed',
  'origin',
  'rp-id',
  'signature',
  'type',
  'user-presence',
  'user-verification',
]

/** Numbers that are the same in each run (mulberry32). */
function chance(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return { below, oneOf: <T>(all: readonly T[]): T => all[below(all.length)] as T }
}

type Chance = ReturnType<typeof chance>

/** Bytes with one bit flipped, one byte more, or one less, somewhere. */
function damaged(bytes: Buffer, { below }: Chance): Buffer {
  const at = below(bytes.length)
  const kind = below(4)
  if (kind === 0) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
  if (kind === 1)
    return Buffer.concat([bytes.subarray(0, at), Buffer.of(below(256)), bytes.subarray(at)])
  const flipped = Buffer.from(bytes)
  flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << below(8)), at)
  return flipped
}

/** A fault of the browser or the authenticator, signed as if it were right. */
const faultBy = (by: Chance): AuthenticatorFault =>
  by.oneOf<() => AuthenticatorFault>([
    () => ({ flags: by.below(256) }),
    () => ({ signCount: by.oneOf([0, 1, 5, 0xffffffff]) }),
    () => ({ rpId: by.oneOf(['pay.example', 'example', 'PAY.example', 'pay.example.']) }),
    () => ({
      clientData: {
        type: by.oneOf(['webauthn.get', 'webauthn.create', 'payment.get', '', null, undefined]),
      },
    }),
    () => ({
      clientData: {
        origin: by.oneOf([site.origin, `${site.origin}/`, 'http://pay.example', null, undefined]),
      },
    }),
    () => ({
      clientData: { challenge: by.oneOf([challenge, `${challenge}=`, '', null, undefined]) },
    }),
    () => ({
      clientData: { crossOrigin: by.oneOf([true, false, null, 'true', 'false', 0, undefined]) },
    }),
    () => ({
      clientData: {
        topOrigin: by.oneOf([site.origin, 'https://shop.example', '', null, undefined]),
      },
    }),
    () => ({ clientData: { extra: by.below(1000) } }),
    () => ({ authenticatorData: (bytes) => damaged(bytes, by) }),
    () => ({ credentialId: Buffer.alloc(32) }),
  ])()

/** One of the strings that are sent, damaged on the way. */
function damagedOnTheWay(credential: ReturnType<typeof phone.get>, by: Chance): typeof credential {
  const member = by.oneOf([
    'clientDataJSON',
    'authenticatorData',
    'signature',
    'signature',
  ] as const)
  const text = credential.response[member]
  const bytes = Buffer.from(text, 'base64url')
  const at = by.below(text.length)
  const changed = by.oneOf([
    () => damaged(bytes, by).toString('base64url'),
    () => `${text.slice(0, at)}${by.oneOf(['A', '=', '+', '/', ' ', '-'])}${text.slice(at + 1)}`,
    () => bytes.toString('base64'),
    () => `${text}=`,
  ])()
  return { ...credential, response: { ...credential.response, [member]: changed } }
}

const phone = softwarePhone(site)
const made = phone.create(challenge)
type Assertion = ReturnType<typeof phone.get>

const registered = passkeyFrom(made, challenge, site, webauthnCrypto)
if ('flaw' in registered) throw new Error(registered.flaw)
const passkey: Passkey = registered
const { registrationInfo } = await verifyRegistrationResponse({ response: made, ...expected })
const publicKey = registrationInfo?.credential.publicKey ?? new Uint8Array()

const ours = (assertion: Assertion) =>
  stalenessOf(assertion, challenge, passkey, site, webauthnCrypto) ??
  failureOf(assertion, passkey, webauthnCrypto) ??
  'accepted'

async function theirs(response: Assertion): Promise<boolean> {
  try {
    const credential = { id: passkey.credentialId, publicKey, counter: 0 }
    return (await verifyAuthenticationResponse({ response, credential, ...expected })).verified
  } catch {
    return false
  }
}

const bytesOf = (text: string) => Buffer.from(text, 'base64url')
const isLoose = (text: string) => bytesOf(text).toString('base64url') !== text

/** Where the two differ, and why this one is right. */
const DIFFERENCES: readonly {
  readonly what: string
  readonly our: ReturnType<typeof ours>
  readonly their: boolean
  readonly isIt: (assertion: Assertion) => boolean
  readonly example: () => Assertion
}[] = [
  {
    what: 'a text that is not base64url as section 3 defines it: padding, bits that no byte uses',
    our: 'malformed',
    their: true,
    isIt: ({ response }) => Object.values(response).some(isLoose),
    example: () => {
      const { response, ...assertion } = phone.get(challenge)
      const data = `${response.authenticatorData}==`
      return { ...assertion, response: { ...response, authenticatorData: data } }
    },
  },
  {
    what: 'another credential: steps 5 and 6, which they leave to their caller',
    our: 'credential',
    their: true,
    isIt: ({ rawId }) => rawId !== passkey.credentialId,
    example: () => phone.get(challenge, { credentialId: Buffer.alloc(32) }),
  },
  {
    what: 'a frame: steps 13 and 14 for a site that expects none; they look at a page around only if it is named',
    our: 'framed',
    their: true,
    isIt: ({ response }) => {
      const clientData = JSON.parse(bytesOf(response.clientDataJSON).toString())
      return ![undefined, false].includes(clientData.crossOrigin) || 'topOrigin' in clientData
    },
    example: () => phone.get(challenge, { clientData: { crossOrigin: true } }),
  },
  {
    what: 'a passkey that became one that cannot be copied: step 19',
    our: 'backup-eligibility',
    their: true,
    isIt: ({ response }) => (bytesOf(response.authenticatorData).readUInt8(32) & 0x08) === 0,
    example: () => phone.get(challenge, { flags: 0x05 }),
  },
  {
    what: 'a signature that is not DER: step 21, for section 6.5.5 has an ECDSA signature be DER',
    our: 'signature',
    their: true,
    isIt: ({ response }) => !isDer(bytesOf(response.signature)),
    example: () =>
      phone.get(challenge, { signature: (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]) }),
  },
  {
    what: 'bytes behind the head that its flags do not announce, or lack: step 23, extensions may be ignored, and with them where they are',
    our: 'accepted',
    their: false,
    isIt: ({ response }) => {
      const data = bytesOf(response.authenticatorData)
      return data.length > 37 || (data.readUInt8(32) & 0xc0) !== 0
    },
    example: () =>
      phone.get(challenge, {
        authenticatorData: (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]),
      }),
  },
]

/** Whether lengths and tags are those of a list of two numbers in DER. */
function isDer(signature: Buffer): boolean {
  const r = signature[3] ?? 0
  const s = signature[5 + r] ?? 0
  const tags = [signature[0], signature[2], signature[4 + r]]
  return (
    tags.join() === '48,2,2' &&
    signature[1] === signature.length - 2 &&
    signature.length === 6 + r + s
  )
}

test.each(DIFFERENCES)(
  'SimpleWebAuthn differs, and the standard decides: $what',
  async (difference) => {
    const example = difference.example()
    expect(difference.isIt(example)).toBe(true)
    expect(difference.isIt(phone.get(challenge))).toBe(false)
    expect([ours(example), await theirs(example)]).toEqual([difference.our, difference.their])
  },
)

test('SimpleWebAuthn refuses a counter that did not grow; step 22 leaves it to the site', async () => {
  const response = phone.get(challenge, { signCount: 5 })
  const credential = { id: passkey.credentialId, publicKey, counter: 5 }
  const their = verifyAuthenticationResponse({ response, credential, ...expected })
  await expect(their).rejects.toThrow('counter')
  expect(ours(response)).toBe('accepted')
})

test.each([-7, -257] as const)(
  'SimpleWebAuthn registers the same passkey of algorithm %i',
  async (alg) => {
    const response = softwarePhone({ ...site, alg }).create(challenge, { signCount: 3 })
    const our = passkeyFrom(response, challenge, site, webauthnCrypto)
    const their = await verifyRegistrationResponse({ response, ...expected })
    expect(their).toMatchObject({
      verified: true,
      registrationInfo: {
        credential: { id: response.id, counter: 3 },
        credentialDeviceType: 'multiDevice',
        credentialBackedUp: true,
      },
    })
    expect(our).toMatchObject({
      credentialId: response.id,
      signCount: 3,
      backupEligible: true,
      backedUp: true,
    })
  },
)

test('of 1,000 damaged assertions SimpleWebAuthn says the same, but for these differences', async () => {
  const by = chance(20261129)
  const unexplained: unknown[] = []
  const verdicts = new Map<string, number>()
  for (let count = 0; count < MUTANTS; count++) {
    const assertion =
      by.below(2) === 0
        ? phone.get(challenge, faultBy(by))
        : damagedOnTheWay(phone.get(challenge), by)
    const our = ours(assertion)
    const their = await theirs(assertion)
    verdicts.set(our, (verdicts.get(our) ?? 0) + 1)
    const isExplained = DIFFERENCES.some(
      (known) => known.our === our && known.their === their && known.isIt(assertion),
    )
    if ((our === 'accepted') !== their && !isExplained) unexplained.push({ our, their, assertion })
  }
  expect(unexplained).toEqual([])
  // Chance has met every verdict.
  expect([...verdicts.keys()].sort()).toEqual(VERDICTS)
})
