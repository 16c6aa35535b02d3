import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDevice } from '../harness/devices.ts'
import { type Harness, paymentBody, startHarness } from '../harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

test('a push that may be lost is not sent again once the payer has a device', async () => {
  const ann = await harness.person()
  const key = 'lost-push'
  // The push is sent, and the Lambda ends before it stores that.
  harness.store.instead = ({ operation, text }) => {
    if (operation !== 'UpdateItem' || JSON.parse(text).TableName !== 'payments') return undefined
    harness.store.instead = undefined
    return { status: 400, body: { __type: 'ValidationException' } }
  }
  const start = () => harness.call('sendPayment', { as: ann, key, body: paymentBody })
  expect(await start()).toMatchObject({ status: 500 })
  await addDevice(harness, ann)
  const sent = harness.phone.book.pushes(ann.number).length
  harness.clock.advance(16)
  expect(await start()).toMatchObject({ status: 200, body: { status: 'pending' } })
  expect(harness.phone.book.pushes(ann.number)).toHaveLength(sent)
})
