/** What the browser itself showed of a payment (Secure Payment Confirmation), beside what is stored of it. */
import { createHash } from 'node:crypto'
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { describe, expect, test } from 'vitest'
import { webauthnCrypto } from '../../functions/adapters/device/webauthnCrypto.ts'
import { sheetOf } from '../../functions/core/paymentSheet.ts'
import {
  type Assertion,
  ceremonyOf,
  failureOf,
  passkeyFrom,
  stalenessOf,
} from '../../functions/core/webauthn.ts'
import { type AuthenticatorFault, softwarePhone } from '../../local/phone/softwarePhone.ts'

const site = { origin: 'https://pay.example', rpId: 'pay.example' }
const challengeOf = (text: string) => createHash('sha256').update(text).digest('base64url')
const challenge = challengeOf('payfriend approve v1\n{"paymentId":"A"}')
const payee = { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' }
const amount = { currency: 'EUR', value: '20.50' }
const sheet = sheetOf({ payee, amount, reference: '4F2K7Q' }, site.origin)

const phone = softwarePhone(site)
const made = phone.create(challenge)
const registered = passkeyFrom(made, challenge, site, webauthnCrypto)
if ('flaw' in registered) throw new Error(registered.flaw)
const passkey = registered

const flawOf = (assertion: Assertion, shown: typeof sheet | undefined = sheet) =>
  stalenessOf(assertion, challenge, passkey, site, webauthnCrypto, shown) ??
  failureOf(assertion, passkey, webauthnCrypto)

/** The member `payment` as the browser writes it, with some of its members set otherwise. */
const shown = (otherwise: object) => ({
  clientData: { payment: { rpId: site.rpId, topOrigin: site.origin, ...sheet, ...otherwise } },
})

test('the sheet says the payee as the display text does, the amount, the reference, and no address of the payer', () => {
  expect(sheet).toEqual({
    payeeName: 'Neville Longbottom (neville@hogwarts.ac.uk)',
    total: { currency: 'EUR', value: '20.50' },
    instrument: {
      displayName: 'Payfriend, reference 4F2K7Q',
      icon: 'https://pay.example/logo.png',
    },
  })
})

test('the account of a payee whose name runs from right to left is shown in its order', () => {
  const other = sheetOf({ payee: { ...payee, name: 'שלום' }, amount, reference: '4F2K7Q' }, '')
  expect(other.payeeName).toBe('שלום\u200e (neville@hogwarts.ac.uk\u200e)')
})

describe('an assertion that the browser made as it showed the payment', () => {
  test('is accepted, with the members that Chromium adds', () => {
    const assertion = phone.confirm(challenge, sheet)
    expect(flawOf(assertion)).toBeUndefined()
    expect(ceremonyOf(assertion)).toBe('payment.get')
  })

  // As Chromium 155 gave it in `test/journeys/paymentSheet.test.ts`, but for challenge and origin.
  test('is accepted in the order and with the members of Chromium', () => {
    const clientData = {
      payment: {
        rpId: site.rpId,
        topOrigin: site.origin,
        payeeName: sheet.payeeName,
        paymentEntitiesLogos: [],
        total: { value: '20.50', currency: 'EUR' },
        instrument: { icon: sheet.instrument.icon, displayName: sheet.instrument.displayName },
      },
      other_keys_can_be_added_here: 'do not compare clientDataJSON against a template.',
    }
    expect(flawOf(phone.confirm(challenge, sheet, { clientData }))).toBeUndefined()
  })

  test.each<[string, AuthenticatorFault]>([
    ['a member that nobody knows', shown({ other: { currency: 'USD' }, rp: 'pay.example' })],
    ['no list of logos', shown({ paymentEntitiesLogos: undefined })],
    ['an icon that could not be loaded', shown({ instrument: { ...sheet.instrument, icon: '' } })],
    [
      'no icon, and a member that nobody knows',
      shown({ instrument: { displayName: sheet.instrument.displayName, other: 1 } }),
    ],
    ['no details', shown({ instrument: { ...sheet.instrument, details: '' } })],
  ])('is accepted with %s', (_, fault) => {
    expect(flawOf(phone.confirm(challenge, sheet, fault))).toBeUndefined()
  })

  test.each<[string, string, AuthenticatorFault]>([
    ['nothing shown', 'sheet', { clientData: { payment: undefined } }],
    ['null shown', 'sheet', { clientData: { payment: null } }],
    ['a text shown', 'sheet', { clientData: { payment: JSON.stringify(sheet) } }],
    ['another rpId', 'sheet', shown({ rpId: 'example' })],
    ['no rpId, as of old browsers', 'sheet', shown({ rpId: undefined, rp: 'pay.example' })],
    ['another page around', 'sheet', shown({ topOrigin: 'https://shop.example' })],
    ['no page around', 'sheet', shown({ topOrigin: undefined })],
    ['another payee', 'payee', shown({ payeeName: 'Lord Voldemort (neville@hogwarts.ac.uk)' })],
    ['another account', 'payee', shown({ payeeName: 'Neville Longbottom (tom@hogwarts.ac.uk)' })],
    ['the name alone', 'payee', shown({ payeeName: 'Neville Longbottom' })],
    ['no payee', 'payee', shown({ payeeName: undefined })],
    ['a list of payees', 'payee', shown({ payeeName: [sheet.payeeName] })],
    ['a payee’s origin too', 'payee', shown({ payeeOrigin: 'https://hogwarts.ac.uk' })],
    ['another amount', 'total', shown({ total: { ...amount, value: '2.50' } })],
    ['the same amount in other digits', 'total', shown({ total: { ...amount, value: '20.5' } })],
    ['the amount as a number', 'total', shown({ total: { ...amount, value: 20.5 } })],
    ['another currency', 'total', shown({ total: { ...amount, currency: 'JPY' } })],
    ['no currency', 'total', shown({ total: { value: '20.50' } })],
    ['no total', 'total', shown({ total: undefined })],
    ['another reference', 'instrument', instrument({ displayName: 'Payfriend, reference ABC234' })],
    ['no instrument', 'instrument', shown({ instrument: undefined })],
    ['another icon', 'instrument', instrument({ icon: 'https://evil.example/logo.png' })],
    ['an icon of its own', 'instrument', instrument({ icon: 'data:image/png;base64,AA==' })],
    ['details of its own', 'instrument', instrument({ details: 'Only a test' })],
    ['a logo', 'instrument', shown({ paymentEntitiesLogos: [{ url: 'a', label: 'Bank' }] })],
    ['logos that are no list', 'instrument', shown({ paymentEntitiesLogos: 'Bank' })],
  ])('is stale with %s: %s', (_, flaw, fault) => {
    expect(flawOf(phone.confirm(challenge, sheet, fault))).toBe(flaw)
  })

  test.each<[string, string, AuthenticatorFault]>([
    ['the challenge of another payment', 'challenge', { clientData: { challenge: 'AAAA' } }],
    ['another origin', 'origin', { clientData: { origin: 'https://evil.example' } }],
    ['a frame', 'framed', { clientData: { crossOrigin: true } }],
    ['a page around', 'framed', { clientData: { topOrigin: site.origin } }],
    ['another host', 'rp-id', { rpId: 'evil.example' }],
    ['another backup eligibility', 'backup-eligibility', { flags: 0x05 }],
    ['another credential', 'credential', { credentialId: Buffer.alloc(32) }],
    ['nobody present', 'user-presence', { flags: 0x1c }],
    ['nobody verified', 'user-verification', { flags: 0x19 }],
    ['a wrong signature', 'signature', { signature: (of) => of.subarray(0, -1) }],
  ])('is judged as any other with %s: %s', (_, flaw, fault) => {
    expect(flawOf(phone.confirm(challenge, sheet, fault))).toBe(flaw)
  })

  test('is of another ceremony where nothing is shown: a device, a number, a stop, a removal', () => {
    const assertion = phone.confirm(challenge, sheet)
    expect(stalenessOf(assertion, challenge, passkey, site, webauthnCrypto)).toBe('type')
  })

  test.each(['payment.create', 'webauthn.create', 'PAYMENT.GET', 'payment', undefined])(
    'has its type, not %s',
    (type) => {
      expect(flawOf(phone.confirm(challenge, sheet, { clientData: { type } }))).toBe('type')
    },
  )
})

test('an assertion of WebAuthn alone approves a payment too, and says so', () => {
  const assertion = phone.get(challenge)
  expect(flawOf(assertion)).toBeUndefined()
  expect(ceremonyOf(assertion)).toBe('webauthn.get')
})

function instrument(otherwise: object): AuthenticatorFault {
  return shown({ instrument: { ...sheet.instrument, ...otherwise } })
}

/**
 * A browser must give no page such an assertion but by its sheet: W3C has tests of browsers for that, and
 * `test/journeys/paymentSheet.test.ts` sees it. This is what the server has to do about each way round it.
 */
describe('secure payment confirmation is not bypassed', () => {
  test('by an assertion of WebAuthn that has the challenge and says what was shown', () => {
    const { payment } = shown({}).clientData
    const assertion = phone.get(challenge, { clientData: { payment } })
    // Taken as what it is: the page showed the payment, and nothing says that the browser did.
    expect(ceremonyOf(assertion)).toBe('webauthn.get')
  })

  test('by a type that was changed after it was signed', () => {
    const plain = phone.get(challenge)
    const { response } = phone.confirm(challenge, sheet)
    const { clientDataJSON } = response
    const forged = { ...plain, response: { ...plain.response, clientDataJSON } }
    expect(flawOf(forged)).toBe('signature')
  })

  test('by a sheet that was changed after it was signed', () => {
    const cheap = { ...sheet, total: { ...amount, value: '0.50' } }
    const { response, ...assertion } = phone.confirm(challenge, cheap)
    const text = Buffer.from(response.clientDataJSON, 'base64url').toString()
    const clientDataJSON = Buffer.from(text.replace('0.50', '20.50')).toString('base64url')
    expect(flawOf({ ...assertion, response: { ...response, clientDataJSON } })).toBe('signature')
  })

  test('by a payment that another site showed', () => {
    const clientData = { ...shown({}).clientData, origin: 'https://evil.example' }
    expect(flawOf(phone.confirm(challenge, sheet, { clientData }))).toBe('origin')
  })
})

describe('SimpleWebAuthn', () => {
  const expected = {
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
  }
  async function theirs(response: ReturnType<typeof phone.get>, expectedType?: string) {
    const { registrationInfo } = await verifyRegistrationResponse({ response: made, ...expected })
    if (!registrationInfo) throw new Error('it does not know the passkey')
    const { credential } = registrationInfo
    return verifyAuthenticationResponse({
      response,
      credential,
      ...expected,
      ...(expectedType !== undefined && { expectedType }),
    })
  }

  test('verifies it as well, if it is told the type', async () => {
    const assertion = phone.confirm(challenge, sheet)
    expect(await theirs(assertion, 'payment.get')).toMatchObject({ verified: true })
    await expect(theirs(assertion)).rejects.toThrow('payment.get')
  })

  test('does not look at what was shown, which we do', async () => {
    const other = phone.confirm(challenge, sheet, shown({ total: { ...amount, value: '1.00' } }))
    expect(await theirs(other, 'payment.get')).toMatchObject({ verified: true })
    expect(flawOf(other)).toBe('total')
  })
})
