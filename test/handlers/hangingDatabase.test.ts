/** A database that once does not answer: the SDK gives up after a second and asks again by itself. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())
afterEach(() => {
  harness.store.instead = undefined
})

/** The first call of this kind is never answered. */
function hangOnce(operation: string, text: string) {
  let hung = false
  harness.store.instead = (call) => {
    if (hung || call.operation !== operation || !call.text.includes(text)) return undefined
    hung = true
    return new Promise(() => {})
  }
}

test('a right code whose approval is not answered for is approved all the same', async () => {
  const as = await harness.person()
  const { paymentId: id } = await harness.pending(as)
  await harness.call('smsStart', { as, id })
  hangOnce('UpdateItem', 'evidence')
  const reply = await harness.call('smsVerify', {
    as,
    id,
    body: { code: harness.codeOn(as.number) },
  })
  expect(reply).toMatchObject({ status: 200, body: { status: 'approved' } })
})

test('a status that is not answered for is asked for again', async () => {
  const as = await harness.person()
  const { paymentId: id } = await harness.pending(as)
  hangOnce('GetItem', id)
  expect((await harness.call('paymentStatus', { as, id })).status).toBe(200)
})
