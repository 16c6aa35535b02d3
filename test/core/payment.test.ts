import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linkOf } from '../../functions/adapters/twilioVerify/verifyLink.ts'
import { displayText, type PaymentAction, sameAction } from '../../functions/core/action.ts'
import { pushContent, pushContentText } from '../../functions/core/channels/pushRules.ts'
import { CURRENCIES, type Currency } from '../../functions/core/money.ts'
import { type Evidence, proofOf } from '../../functions/core/outcome.ts'
import { payeeText } from '../../functions/core/payeeText.ts'
import {
  type Payment,
  referenceFrom,
  statusAt,
  view,
  whyClosed,
} from '../../functions/core/payment.ts'

import { action, open as anOpen, over, paymentBody, pushOf, smsOf } from './payments.ts'

const at = (time: string) => new Date(`2026-11-21T${time}Z`)
/** A payment that can be approved right now. Each test breaks one thing about it. */
const open: Payment = {
  ...anOpen,
  reference: '4F2K7Q',
  ...pushOf({ id: '78b23c8b-0997-4f7d-b702-90e1e0f8d955' }, smsOf({ sends: 0, sentAt: undefined })),
}

const payeeField = (field: 'name' | 'id', maxLength: number) =>
  fc
    .string({ unit: 'binary', maxLength })
    .map((text) => payeeText(field, text))
    .filter((checked) => 'text' in checked)
    .map((checked) => checked.text)
const anyAction: fc.Arbitrary<PaymentAction> = fc.record({
  kind: fc.constant('payment' as const),
  payee: fc.record({ name: payeeField('name', 70), id: payeeField('id', 64) }),
  amount: fc.record({
    amountMinor: fc.integer({ min: 1, max: 9_999_999_999_999 }),
    currency: fc.constantFrom(...(Object.keys(CURRENCIES) as Currency[])),
  }),
})

test('the words hold the whole payee, uncut, whatever they are (2019: W14)', () => {
  fc.assert(
    fc.property(anyAction, (any) => {
      const said = displayText(any)
      expect(said.startsWith('Pay ')).toBe(true)
      const unmarked = said.replace(/[\u200e\u200f]/g, '')
      expect(unmarked.endsWith(` to ${any.payee.name} (${any.payee.id})`)).toBe(true)
    }),
  )
})

test('the longest words have 170 UTF-16 units, fewer than the 200 of a push and the 255 of a text', () => {
  const amount = { amountMinor: 9_999_999_999_999, currency: 'KWD' } as const
  const longest: PaymentAction = {
    kind: 'payment',
    payee: { name: `1${'א'.repeat(69)}`, id: 'i'.repeat(64) },
    amount,
  }
  expect(payeeText('name', longest.payee.name)).toEqual({ text: longest.payee.name })
  expect(displayText(longest)).toHaveLength(170)
  const { details } = pushContent(longest, 'ada@example.com', '4F2K7Q')
  expect(details['Sending to']).toHaveLength(141)
  expect(linkOf({ action: longest, reference: '4F2K7Q' }).payee).toHaveLength(152)
})

test('the push names payee, amount, account and reference, under keys that the provider does not cut', () => {
  const { message, details } = pushContent(action, 'ada@example.com', '4F2K7Q')
  expect(message).toBe('Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)')
  expect(message).toBe(displayText(action))
  expect(details).toEqual({
    'Sending to': 'Neville Longbottom (neville@hogwarts.ac.uk)',
    Amount: '€20.50',
    'Your account': 'ada@example.com',
    Reference: '4F2K7Q',
  })
  const keys = Object.keys(details)
  expect(keys.every((key) => key.length <= 20)).toBe(true)
  // Implementations of the provider's signature disagree where one key begins another.
  expect(keys.filter((key) => keys.some((other) => other.startsWith(key)))).toHaveLength(4)
})

const SHOWN = pushContent(action, 'ada@example.com', 'K7LMPQ')

test('what was shown is the same text in whatever order its details come back', () => {
  const { message, details } = SHOWN
  const turned = Object.fromEntries(Object.entries(details).reverse())
  expect(pushContentText({ message, details: turned })).toBe(pushContentText(SHOWN))
})

test.each([
  ['another message', { message: 'Pay €20.50 to Neville' }],
  ['another detail', { details: { ...SHOWN.details, Amount: '€2,050' } }],
  ['a detail more', { details: { ...SHOWN.details, Tip: '€1.00' } }],
  ['a detail less', { details: { Amount: '€20.50' } }],
  ['no details', { details: {} }],
])('%s is not what was shown', (_, broken) => {
  expect(pushContentText({ ...SHOWN, ...broken })).not.toBe(pushContentText(SHOWN))
})

test.each([
  ['payee’s name', { payee: { ...action.payee, name: 'Neville' } }],
  ['payee’s id', { payee: { ...action.payee, id: 'neville@example.com' } }],
  ['amount', { amount: { amountMinor: 2051, currency: 'EUR' } }],
  ['currency', { amount: { amountMinor: 2050, currency: 'GBP' } }],
] as const)('a payment with another %s is another payment', (_, broken) => {
  expect(sameAction(action, action)).toBe(true)
  expect(sameAction(action, { ...action, ...broken })).toBe(false)
})

const { kind: _, ...fields } = action
test.each(Object.keys(fields))('a payment without its %s is another payment', (name) => {
  expect(sameAction(action, { ...action, [name]: undefined })).toBe(false)
})

test('a payment is over at the very moment it expires, and not a millisecond before (2019: W9)', () => {
  expect(statusAt(open, at('12:04:59.999'))).toBe('pending')
  expect(statusAt(open, at('12:05:00.000'))).toBe('expired')
  expect(statusAt({ ...open, ...over('approved') }, at('13:00:00'))).toBe('approved')
})

test('a pending payment takes answers until it expires', () => {
  expect(whyClosed(open, at('12:04:59.999'))).toBeUndefined()
})

test.each([
  ['at the very moment it expires', {}, 'expired', undefined],
  ['that was swept as expired', over('expired'), 'expired', undefined],
  ['already approved', over('approved'), 'already_decided', 'approved'],
  ['already denied', over('denied'), 'already_decided', 'denied'],
  ['that failed', over('failed'), 'already_decided', 'failed'],
  ['that was cancelled', over('cancelled'), 'already_decided', 'cancelled'],
] as const)('refuses a payment %s', (_, broken, code, paymentStatus) => {
  const refusal = whyClosed({ ...open, ...broken }, at('12:05:00'))
  expect(refusal?.code).toBe(code)
  expect(refusal?.details.paymentStatus).toBe(paymentStatus)
})

test('the payer sees exactly this of a payment, and nothing of the provider’s', () => {
  expect(view(open, at('12:00:01'))).toStrictEqual({
    paymentId: open.paymentId,
    ...paymentBody,
    displayText: 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)',
    reference: '4F2K7Q',
    status: 'pending',
    push: 'sent',
    pushPausedUntil: null,
    sms: { to: null, sentAt: null, sendsLeft: 5, attemptsLeft: 5 },
    device: 'unavailable',
    createdAt: '2026-11-21T12:00:00.000Z',
    expiresAt: '2026-11-21T12:05:00.000Z',
    decidedAt: null,
    decidedBy: null,
    decision: null,
  })
})

test('the payer sees where a text went, when, and what is left', () => {
  const texted = {
    ...open,
    ...smsOf({ sends: 2, sentAt: at('12:01:00'), attempts: 4 }, open),
  }
  expect(view(texted, at('12:01:01')).sms).toStrictEqual({
    to: '+44 ••••• ••123',
    sentAt: '2026-11-21T12:01:00.000Z',
    sendsLeft: 3,
    attemptsLeft: 1,
  })
})

test('an expired payment became final when it expired, whenever that is noticed', () => {
  expect(view(open, at('12:09:00'))).toMatchObject({
    status: 'expired',
    decidedAt: '2026-11-21T12:05:00.000Z',
    decidedBy: null,
  })
})

test('a decided payment says when and by what', () => {
  const approved = { ...open, ...over('approved', 'sms', at('12:02:00')) }
  expect(view(approved, at('12:09:00'))).toMatchObject({
    status: 'approved',
    decidedAt: '2026-11-21T12:02:00.000Z',
    decidedBy: 'sms',
  })
})

test.each([
  ['push', 'signed-callback'],
  ['push', 'provider-read'],
  ['sms', 'sms-code'],
] as const)('what was decided by %s shows how that was learned: %s', (channel, proof) => {
  for (const status of ['approved', 'denied'] as const) {
    const { outcome } = over(status, channel)
    const decided = { ...open, outcome: { ...outcome, proof } as Payment['outcome'] }
    expect(view(decided, at('12:09:00')).decision).toStrictEqual({ channel, proof })
  }
})

test.each<[string, Partial<Payment>]>([
  ['waits', {}],
  ['was cancelled', over('cancelled')],
  ['expired', over('expired')],
  ['failed by codes', over('failed')],
])('what %s shows no decision', (_, more) => {
  expect(view({ ...open, ...more }, at('12:03:00')).decision).toBeNull()
})

test.each(['push-callback', 'provider-read', 'sms-code', 'verify-code'] as const)(
  'the evidence %s has a proof, the same for both providers',
  (kind) => {
    const proofs = {
      'push-callback': 'signed-callback',
      'provider-read': 'provider-read',
      'sms-code': 'sms-code',
      'verify-code': 'sms-code',
    }
    expect(proofOf({ kind } as Evidence)).toBe(proofs[kind])
  },
)

test.each([
  ['Hebrew', 'א'],
  ['Arabic', 'م'],
  ['a ligature of Arabic', 'ﷲ'],
  ['a shape of an Arabic letter', 'ﺍ'],
  ['Phoenician', '𐤀'],
  ['Adlam', '𞤀'],
])('beside a letter from right to left (%s) the account is marked', (_, letter) => {
  const payee = { name: letter, id: '1111 2222' }
  expect(displayText({ ...action, payee })).toBe(`Pay €20.50 to ${letter}\u200e (1111 2222\u200e)`)
})

test('beside letters from right to left the account keeps its order, by marks that no payee can hold', () => {
  const amount = { amountMinor: 2000, currency: 'EUR' } as const
  const payee = { name: 'משה כהן', id: '1111 2222 3333' }
  const marked = 'משה כהן\u200e (1111 2222 3333\u200e)'
  expect(displayText({ kind: 'payment', payee, amount })).toBe(`Pay €20.00 to ${marked}`)
  expect(
    pushContent({ kind: 'payment', payee, amount }, 'a@example.com', '4F2K7Q').details[
      'Sending to'
    ],
  ).toBe(marked)
  expect(payeeText('name', 'משה\u200e')).toHaveProperty('reason')
})

test('a name that begins with digits keeps them before letters from right to left', () => {
  const payee = { name: '24 שעות', id: '1111 2222' }
  const marked = '\u200f24 שעות\u200f\u200e (1111 2222\u200e)'
  expect(displayText({ ...action, payee })).toBe(`Pay €20.50 to ${marked}`)
})

test.each(['Neville (N.)', 'Zoë', '王小明', 'Σωκράτης', 'Ольга'])(
  'no mark is put where every letter runs from left to right: %s',
  (name) => {
    const action: PaymentAction = {
      kind: 'payment',
      payee: { name, id: 'x@y.z' },
      amount: { amountMinor: 1, currency: 'EUR' },
    } as const
    expect(displayText(action)).toBe(`Pay €0.01 to ${name} (x@y.z)`)
  },
)

describe('a reference', () => {
  test('is six characters that nobody mistakes for others', () => {
    const ids = Array.from({ length: 2000 }, (_, n) =>
      createHash('sha256').update(String(n)).digest(),
    )
    const references = ids.map(referenceFrom)
    expect(references.every((one) => /^[2-9A-HJ-NP-Z]{6}$/.test(one))).toBe(true)
    // Every character turns up, and equal ones are as rare as chance has it.
    expect(new Set(references.join('')).size).toBe(32)
    expect(new Set(references).size).toBe(ids.length)
  })

  test('stands behind the payee where amount and payee are shown apart', () => {
    expect(linkOf({ action: open.action, reference: '4F2K7Q' })).toEqual({
      amount: '€20.50',
      payee: 'Neville Longbottom (neville@hogwarts.ac.uk) ref 4F2K7Q',
    })
  })
})

test('other payees have other words, wherever the name ends and the account begins', () => {
  const letters = ['a', 'b', ' ', '(', ')']
  const texts = (length: number): string[] =>
    length === 0 ? [''] : texts(length - 1).flatMap((text) => letters.map((one) => text + one))
  const shown = (field: 'name' | 'id', lengths: number[]) =>
    lengths.flatMap(texts).flatMap((text) => {
      const result = payeeText(field, text)
      return 'text' in result ? [result.text] : []
    })
  const ids = shown('id', [3, 4, 5])
  const payees = shown('name', [1, 2, 3, 4]).flatMap((name) => ids.map((id) => ({ name, id })))
  const told = new Map(
    payees.map((payee) => [JSON.stringify(payee), displayText({ ...action, payee })]),
  )
  expect(told.size).toBeGreaterThan(1000)
  expect(new Set(told.values()).size).toBe(told.size)
})
