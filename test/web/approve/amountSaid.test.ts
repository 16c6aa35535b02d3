import { expect, test } from 'vitest'
import { amountSaid } from '../../../web/approve/amountSaid.ts'

const paid = (words: string, value: string, currency: string) =>
  amountSaid({ words, amount: { value, currency } })

test.each([
  ['€1,234.50', '1234.50', 'EUR'],
  ['CHF 12.00', '12.00', 'CHF'],
  ['JPY 1,200', '1200', 'JPY'],
])('an amount is written as in the signed words: %s', (said, value, currency) => {
  expect(paid(`Pay ${said} to Café 24 (iban-2)`, value, currency)).toBe(said)
})

test.each([
  ['of another amount', 'Pay €1,234.60 to Neville'],
  ['without a currency', 'Pay 1,234.50 to Neville'],
  ['without an amount', 'Pay Neville'],
])('beside words %s it is the signed value with its currency', (_, words) => {
  expect(paid(words, '1234.50', 'EUR')).toBe('1234.50 EUR')
})
