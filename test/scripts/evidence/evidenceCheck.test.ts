import { expect, test } from 'vitest'
import { displayText } from '../../../functions/core/action.ts'
import { pushDetails } from '../../../functions/core/channels/pushRules.ts'
import { CURRENCIES, type Currency } from '../../../functions/core/money.ts'
import type { PaymentEntry } from '../../../functions/core/paymentTrail.ts'
import { evidenceProblem, shownProblem } from '../../../scripts/evidence/evidenceCheck.ts'
import { open, pushOf } from '../../core/payments.ts'
import {
  byText,
  callback,
  code,
  entries,
  provider,
  read,
  records,
  verified,
} from './paymentTrails.ts'

function endOf(name: keyof typeof records): PaymentEntry {
  const end = entries(records[name]).at(-1)
  if (!end) throw new Error(`no entry of ${name}`)
  return end
}
const byPush = endOf('approved by push')
const byRead = endOf('approved, as the provider said when it was asked')
const byCode = endOf('approved by a code after a wrong one')
const byVerify = endOf('approved by a code of Twilio Verify')
const cancelled = endOf('cancelled')

test.each<[string, PaymentEntry, object, string]>([
  [
    'a push that showed another display text',
    byPush,
    { evidence: { ...callback, push_content: '["Pay"]' } },
    'what came back is not what was shown',
  ],
  [
    'another phone',
    byPush,
    { evidence: { ...callback, provider_phone_id: '1' } },
    'the answer is of another phone',
  ],
  [
    'a read at another time',
    byRead,
    { evidence: { ...read, read_at: open.createdAt.toISOString() } },
    'the push was read at another time, or is none',
  ],
  [
    'a read of no push',
    byRead,
    { evidence: { ...read, push_id: '' } },
    'the push was read at another time, or is none',
  ],
  [
    'a code for another payment',
    byCode,
    { evidence: { ...code, action: 'other' } },
    'the code was for another payment',
  ],
  [
    'a code for another display text',
    byCode,
    { evidence: { ...code, display_text: 'Pay' } },
    'the code was for another display text',
  ],
  [
    'a code for another amount',
    byVerify,
    { evidence: { ...verified, amount: '€20.51' } },
    'the code was for another amount or payee',
  ],
  [
    'a code for another payee',
    byVerify,
    { evidence: { ...verified, payee: 'Draco' } },
    'the code was for another amount or payee',
  ],
  [
    'a code for an equal payment',
    byVerify,
    { evidence: { ...verified, payee: verified.payee.replace(open.reference, 'AAAAAA') } },
    'the code was for another amount or payee',
  ],
  [
    'a callback where a code approved',
    byCode,
    { evidence: callback },
    'the evidence push-callback does not belong to this kind of answer',
  ],
  [
    'a callback where the provider was asked',
    byPush,
    { historyEntry: provider(30, 'approved') },
    'the evidence push-callback does not belong to this kind of answer',
  ],
  [
    'a code where nobody may say no by one',
    byCode,
    { historyEntry: byText(30, 'denied') },
    'the evidence sms-code does not belong to this kind of answer',
  ],
  ['a yes without any', byPush, { evidence: undefined }, 'approved without evidence'],
  [
    'some where nobody answered',
    cancelled,
    { evidence: callback },
    'evidence of a decision, and it is "cancelled"',
  ],
])('evidence is named that is %s', (_, entry, change, what) => {
  expect(evidenceProblem(entry)).toBeUndefined()
  expect(evidenceProblem({ ...entry, ...change })).toBe(what)
})

const { payment } = byPush
const details = payment.pushDetails
test.each<[string, object, string]>([
  [
    'another amount',
    { amount: { value: '20.51', currency: 'EUR' } },
    'what was shown is not its payee, amount and reference',
  ],
  [
    'another payee',
    { payee: { ...payment.payee, id: 'draco@hogwarts.ac.uk' } },
    'what was shown is not its payee, amount and reference',
  ],
  [
    'another detail of the push',
    { pushDetails: { ...details, Amount: '€2.05' } },
    'what was shown is not its payee, amount and reference',
  ],
  [
    'one more detail of the push',
    { pushDetails: { ...details, Note: 'x' } },
    'what was shown is not its payee, amount and reference',
  ],
  [
    'another payment’s reference on the push',
    { pushDetails: { ...details, Reference: '4F2K7Q' } },
    'what was shown is not its payee, amount and reference',
  ],
  [
    'another display text',
    { displayText: 'Pay nothing' },
    'what was shown is not its payee, amount and reference',
  ],
  [
    'an amount in no currency',
    { amount: { value: '20.50', currency: 'XXX' } },
    'its amount is not valid',
  ],
])('what was shown is named where the payment have %s', (_, change, what) => {
  expect(shownProblem(payment)).toBeUndefined()
  expect(shownProblem({ ...payment, ...change })).toBe(what)
})

test.each(Object.keys(CURRENCIES) as Currency[])(
  'the largest amount in %s that a stage can allow can be proven',
  (currency) => {
    const amountMinor = 10 ** (10 + CURRENCIES[currency].digits) - 1
    const payment = { ...open, action: { ...open.action, amount: { amountMinor, currency } } }
    const details = pushDetails(payment.action, 'ada@example.com', payment.reference)
    const shown = { displayText: displayText(payment.action), ...pushOf({ details }) }
    const [entry] = entries({ ...records['approved by push'], ...payment, ...shown })
    expect(entry && shownProblem(entry.payment)).toBeUndefined()
    expect(entry?.payment.amount.value).toMatch(/^9{10}(\.9+)?$/)
  },
)
