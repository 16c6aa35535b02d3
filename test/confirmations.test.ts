/**
 * Every confirmation names what it confirms (OWASP Transaction Authorization 1.1, 2.6). Each test here
 * puts another object of the same payer in the way, of the same display text where there can be, and shows that
 * the confirmation of the one does nothing to the other.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, no, type Person, paymentBody, startHarness } from './harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

/** Two payments of one payer that nothing but their ids and references tells apart. */
async function twins() {
  const payer = await harness.person()
  const [first, second] = [await harness.pending(payer), await harness.pending(payer)]
  expect(second.displayText).toBe(first.displayText)
  return { payer, first: first.paymentId as string, second: second.paymentId as string }
}
const stored = async (id: string) => JSON.stringify(await harness.item(id))
const statusOf = async (id: string) => (await harness.item(id))?.status
const pushOf = ({ number }: Person, id: string) => {
  const push = harness.phone.book
    .pushes(number)
    .find(({ hiddenDetails }) => hiddenDetails?.payment_id === id)
  if (!push) throw new Error('no push')
  return push
}

describe('because the route has the payment’s id, and the write its payer and state', () => {
  test('a code is tried at its payment alone, and bound to it at the provider', async () => {
    const { payer, first, second } = await twins()
    await harness.call('smsStart', { as: payer, id: first })
    const code = harness.codeOn(payer.number)
    await harness.call('smsStart', { as: payer, id: second })
    const untouched = await stored(first)
    const wrong = await harness.call('smsVerify', { as: payer, id: second, body: { code } })
    expect(wrong).toMatchObject(no(422, 'wrong_code'))
    expect(await stored(first)).toBe(untouched)
    const right = await harness.call('smsVerify', { as: payer, id: first, body: { code } })
    expect(right.body).toMatchObject({ paymentId: first, status: 'approved' })
    expect(await statusOf(second)).toBe('pending')
  })

  test('a cancel ends its payment alone', async () => {
    const { payer, first, second } = await twins()
    const untouched = await stored(second)
    await harness.call('cancelPayment', { as: payer, id: first })
    expect(await statusOf(first)).toBe('cancelled')
    expect(await stored(second)).toBe(untouched)
  })

  test('a start that is asked again names its payment by its key', async () => {
    const payer = await harness.person()
    const { paymentId } = await harness.pending(payer, { key: 'one' })
    const other = await harness.pending(payer, { key: 'other' })
    expect(other.paymentId).not.toBe(paymentId)
    const again = await harness.call('sendPayment', { as: payer, key: 'one', body: paymentBody })
    expect(again).toMatchObject({ status: 200, body: { paymentId } })
  })
})

describe('because our own id travels in the signed hidden details, and the push’s is stored', () => {
  test('a callback decides the payment whose push was answered, not its twin', async () => {
    const { payer, first, second } = await twins()
    const untouched = await stored(second)
    harness.phone.book.answer(pushOf(payer, first).uuid, 'approved')
    await harness.phone.settled()
    expect(await statusOf(first)).toBe('approved')
    expect(await stored(second)).toBe(untouched)
  })

  test('what the sweep reads decides the payment whose push it asked about', async () => {
    const { payer, first, second } = await twins()
    harness.phone.book.faults.loseNextCallback = true
    harness.phone.book.answer(pushOf(payer, second).uuid, 'approved')
    await harness.phone.settled()
    harness.clock.advance(20)
    await harness.sweep()
    expect(await statusOf(second)).toBe('approved')
    expect(await statusOf(first)).toBe('pending')
  })
})

describe('because the confirmation carries the verification’s id, which its write has as a condition', () => {
  test('the codes for one number confirm no other', async () => {
    const payer = await harness.person()
    const [one, other] = [harness.stranger().number, harness.stranger().number]
    const ask = (phoneNumber: string) =>
      harness.call('phoneStart', { as: payer, body: { phoneNumber, channel: 'sms' } })
    const { verificationId } = (await ask(one)).body
    const codes = { code: harness.codeOn(one), currentCode: harness.codeOn(payer.number) }
    harness.clock.advance(20)
    await ask(other)
    const body = { verificationId, ...codes }
    expect(await harness.call('phoneVerify', { as: payer, body })).toMatchObject(
      no(404, 'not_found'),
    )
    const { phone } = (await harness.call('profile', { as: payer })).body
    expect(phone.number).toContain(payer.number.slice(-3))
  })
})
