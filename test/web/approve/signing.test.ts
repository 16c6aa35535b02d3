import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  addChallenge,
  approveChallenge,
  denial,
  readRequest,
  removeChallenge,
} from '../../../web/approve/signing.ts'
import { base64url } from '../../../web/base64url.ts'

const times = { createdAt: '2026-11-28T12:00:00.000Z', expiresAt: '2026-11-28T12:10:00.000Z' }
const payment = {
  ...times,
  amount: { currency: 'EUR', value: '20.50' },
  displayText: 'Pay €20.50 to Neville (neville@example.com)',
  kind: 'payment',
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  payee: { id: 'neville@example.com', name: 'Neville' },
  payer: 'payer-1',
  paymentId: 'payment-1',
  reference: '4F2K7Q',
  version: 1,
}
const device = {
  ...times,
  kind: 'device',
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  payer: 'payer-1',
  subject: { digits: '0042', name: 'My iPad', reference: 'ABC234', thumbprint: 'thumb' },
  version: 1,
}
const read = (document: object, told: { kind?: string; id?: string } = {}) =>
  readRequest(
    { kind: 'payment', id: 'payment.payment-1', signing: JSON.stringify(document), ...told },
    'payer-1',
  )
const readDevice = (document: object, told: { kind?: string; id?: string } = {}) =>
  read(document, { kind: 'device', id: 'device.thumb', ...told })

describe('a payment is shown from the very text that is signed', () => {
  test('with its words, payee, amount, reference and times', () => {
    expect(read(payment)).toEqual({
      kind: 'payment',
      id: 'payment.payment-1',
      signing: JSON.stringify(payment),
      words: payment.displayText,
      payee: payment.payee,
      amount: payment.amount,
      reference: '4F2K7Q',
      createdAt: Date.parse(times.createdAt),
      expiresAt: Date.parse(times.expiresAt),
    })
  })

  test.each([
    ['no display text', { displayText: undefined }],
    ['an empty display text', { displayText: '' }],
    ['a display text that is no text', { displayText: 1 }],
    ['no payee', { payee: null }],
    ['a payee without a name', { payee: { id: 'neville@example.com' } }],
    ['no amount', { amount: undefined }],
    ['an amount that is a number', { amount: { value: 20.5, currency: 'EUR' } }],
    ['no reference', { reference: undefined }],
    ['no end', { expiresAt: undefined }],
    ['an end that is no time', { expiresAt: 'soon' }],
    ['another version', { version: 2 }],
    ['another kind than the list says', { kind: 'device' }],
    ["another payer than this phone's account", { payer: 'payer-2' }],
    ['the id of another payment', { paymentId: 'payment-2' }],
  ])('and not at all with %s', (_, broken) => {
    expect(read({ ...payment, ...broken })).toBeNull()
  })

  test.each(['', '{', 'null', '1', '[]', '"payment"'])('and not at all if it is %s', (signing) => {
    expect(readRequest({ kind: 'payment', id: 'payment.payment-1', signing }, 'payer-1')).toBeNull()
  })
})

describe('a new phone is shown from the very text that is signed', () => {
  test('with its name, its digits and its reference', () => {
    expect(readDevice(device)).toMatchObject({
      kind: 'device',
      words: 'Let “My iPad” approve payments?',
      name: 'My iPad',
      digits: '0042',
      reference: 'ABC234',
    })
  })

  test.each([
    ['no name', { name: '' }],
    ['no digits', { digits: undefined }],
    ['three digits', { digits: '042' }],
    ['digits that are none', { digits: 'four' }],
    ['no reference', { reference: undefined }],
    ['the thumbprint of another phone', { thumbprint: 'other' }],
  ])('and not at all with %s', (_, broken) => {
    expect(readDevice({ ...device, subject: { ...device.subject, ...broken } })).toBeNull()
  })

  test('and not as a payment', () => {
    expect(readDevice({ ...payment, kind: 'device' })).toBeNull()
    expect(read({ ...device, kind: 'payment' })).toBeNull()
    expect(readDevice(device, { kind: 'phone' })).toBeNull()
  })
})

describe('what is signed', () => {
  const signing = JSON.stringify(payment)
  const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

  test('begins with what it is, so that no yes is a no and no phone is a payment', async () => {
    const all = {
      'payfriend approve v1\n': base64url(await approveChallenge({ kind: 'payment', signing })),
      'payfriend deny v1\n': await denial({ kind: 'payment', signing }),
      'payfriend device v1\n': base64url(await approveChallenge({ kind: 'device', signing })),
      'payfriend device deny v1\n': await denial({ kind: 'device', signing }),
      'payfriend remove v1\n': base64url(await removeChallenge(signing)),
      'payfriend add v1\n': base64url(await addChallenge(signing)),
    }
    for (const [prefix, signed] of Object.entries(all)) expect(signed).toBe(hash(prefix + signing))
    expect(new Set(Object.values(all)).size).toBe(6)
  })
})
