import { describe, expect, test } from 'vitest'
import { readRequest, readStop } from '../../../web/approve/documents.ts'

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

const number = {
  ...times,
  kind: 'phone',
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  payer: 'payer-1',
  subject: { number: '+447400123456', reference: 'ABC234', verificationId: 'verification-1' },
  version: 1,
}
const readNumber = (document: object) =>
  read(document, { kind: 'phone', id: 'phone.verification-1' })

describe('a new number is shown from the very text that is signed', () => {
  test('whole, with its reference', () => {
    expect(readNumber(number)).toMatchObject({
      kind: 'phone',
      words: 'Change the number of your account to +447400123456?',
      number: '+447400123456',
      reference: 'ABC234',
    })
  })

  test.each([
    ['no number', { number: '' }],
    ['a number that is no text', { number: 447400123456 }],
    ['no reference', { reference: undefined }],
    ['the id of another change', { verificationId: 'verification-2' }],
  ])('and not at all with %s', (_, broken) => {
    expect(readNumber({ ...number, subject: { ...number.subject, ...broken } })).toBeNull()
  })
})

const stop = {
  ...times,
  kind: 'stop',
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
  payer: 'payer-1',
  subject: { name: 'My iPad', thumbprint: 'other', what: 'recovery' },
  version: 1,
}
/** As the phone `own` reads it. */
const readStopped = (document: object, { kind = 'stop', id = 'stop.other' } = {}) =>
  readStop({ kind, id, signing: JSON.stringify(document) }, 'payer-1', 'own')

describe('what can be stopped', () => {
  const subject = (broken: object) => ({ ...stop, subject: { ...stop.subject, ...broken } })

  test('is another phone that waits, shown with its name and when it will approve', () => {
    expect(readStopped(stop)).toEqual({
      id: 'stop.other',
      signing: JSON.stringify(stop),
      what: 'recovery',
      name: 'My iPad',
      createdAt: Date.parse(times.createdAt),
      expiresAt: Date.parse(times.expiresAt),
    })
  })

  test('is the removal of this phone itself', () => {
    const removal = subject({ what: 'removal', thumbprint: 'own' })
    expect(readStopped(removal, { id: 'stop.own' })).toMatchObject({ what: 'removal' })
  })

  test.each([
    ['the removal of another phone', { what: 'removal' }, 'stop.other'],
    ['a recovery of this phone itself', { thumbprint: 'own' }, 'stop.own'],
    ['something else', { what: 'payment' }, 'stop.other'],
    ['a phone without a name', { name: '' }, 'stop.other'],
    ['another phone than the id says', { thumbprint: 'third' }, 'stop.other'],
  ])('is not %s', (_, broken, id) => {
    expect(readStopped(subject(broken), { id })).toBeNull()
  })

  test('is no document of another kind, version or payer', () => {
    expect(readStopped(stop, { kind: 'device' })).toBeNull()
    expect(readStopped({ ...stop, kind: 'device' })).toBeNull()
    expect(readStopped({ ...stop, version: 2 })).toBeNull()
    expect(readStopped({ ...stop, payer: 'payer-2' })).toBeNull()
    expect(read(stop, { kind: 'stop', id: 'stop.other' })).toBeNull()
  })
})
