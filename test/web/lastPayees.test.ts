import { expect, test } from 'vitest'
import { LAST_PAYEES_MAX, lastPayees, withoutPayees } from '../../web/lastPayees.ts'
import { open } from './payments.ts'

const ann = { name: 'Ann', id: 'ann@example.com' }
const otherAnn = { name: 'Ann', id: 'DE02120300000000202051' }
const bob = { name: 'Bob', id: 'bob@example.com' }
const paid = (payee: typeof ann) => ({ ...open, payee, status: 'approved' as const })

test('payees are offered each once, whom the payer paid last first; of two with one name, both', () => {
  const payments = [bob, ann, bob, otherAnn, ann].map(paid)
  expect(lastPayees(payments)).toEqual([bob, ann, otherAnn])
})

test.each(['denied', 'cancelled', 'expired', 'failed', 'pending'] as const)(
  'the payee of a payment that is %s is not offered: somebody else may have started it',
  (status) => {
    expect(lastPayees([{ ...paid(bob), status }, paid(ann)])).toEqual([ann])
  },
)

test('no more than a few are offered', () => {
  const names = Array.from({ length: LAST_PAYEES_MAX + 1 }, (_, index) => `Payee ${index}`)
  const payments = names.map((name) => paid({ name, id: 'x' }))
  expect(lastPayees(payments.slice(1))).toHaveLength(LAST_PAYEES_MAX)
  expect(lastPayees(payments).map(({ name }) => name)).toEqual(names.slice(0, LAST_PAYEES_MAX))
})

test('a laptop’s payee who was paid is not offered twice', () => {
  expect(withoutPayees([ann, bob, otherAnn], [ann])).toEqual([bob, otherAnn])
})
