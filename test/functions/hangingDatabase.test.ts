/** A database that once does not answer: the SDK gives up after a second and asks again by itself. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.close())
afterEach(() => {
  rig.store.instead = undefined
})

/** The first call of this kind is never answered. */
function hangOnce(operation: string, text: string) {
  let hung = false
  rig.store.instead = (call) => {
    if (hung || call.operation !== operation || !call.text.includes(text)) return undefined
    hung = true
    return new Promise(() => {})
  }
}

test('a right code whose approval is not answered for is approved all the same', async () => {
  const as = await rig.person()
  const { paymentId: id } = await rig.pending(as)
  await rig.call('smsStart', { as, id })
  hangOnce('UpdateItem', 'evidence')
  const reply = await rig.call('smsVerify', { as, id, body: { code: rig.codeOn(as.number) } })
  expect(reply).toMatchObject({ status: 200, body: { status: 'approved' } })
})

test('a status that is not answered for is asked for again', async () => {
  const as = await rig.person()
  const { paymentId: id } = await rig.pending(as)
  hangOnce('GetItem', id)
  expect((await rig.call('paymentStatus', { as, id })).status).toBe(200)
})
