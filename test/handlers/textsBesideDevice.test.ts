/** Texts beside a device: closed, unless the owner of the deployment opens them; and who adds a first device. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stageWith, WAIT_SECONDS } from '../harness/deviceStates.ts'
import { addDevice, askingDevice, succeeded } from '../harness/devices.ts'
import { type Harness, no, type Person, paymentBody } from '../harness/harness.ts'
import { operatorInvitation, waitingDevice } from '../harness/recoveries.ts'

const DEVICE_REQUIRED = no(403, 'device_required')
const beside = { TEXTS_BESIDE_DEVICE: 'true' }

describe.each(['authy', 'twilioVerify'] as const)('with %s', (provider) => {
  let harness: Harness
  beforeAll(async () => {
    harness = await stageWith(provider)
  })
  afterAll(() => harness.close())

  const pushesTo = ({ number }: Person) => harness.phone.book.pushes(number).length
  async function withDevice({ removedFor }: { removedFor?: number } = {}) {
    const as = await harness.person()
    const device = await addDevice(harness, as)
    if (removedFor === undefined) return { as, device }
    succeeded(await harness.call('deviceRemove', { as, id: device.id }))
    harness.clock.advance(removedFor)
    return { as, device }
  }
  /** The answers to a text for this payment, and to its right code. */
  async function byText(call: Harness['call'], as: Person, id: string) {
    const asked = await call('smsStart', { as, id })
    if (asked.status >= 300) return asked
    return call('smsVerify', { as, id, body: { code: harness.codeOn(as.number) } })
  }

  test.each([
    ['is active', undefined],
    ['was removed just now', 0],
    ['was removed within the wait', WAIT_SECONDS - 0.001],
  ])(
    'texts pay beside a device that %s where the owner opened them, and no push goes',
    async (_, removedFor) => {
      const { as } = await withDevice(removedFor === undefined ? {} : { removedFor })
      const open = harness.with(beside)
      const body = paymentBody
      const pushes = pushesTo(as)
      const started = await open.call('sendPayment', { as, key: 'by-text', body })
      expect(started).toMatchObject({ status: 201, body: { push: 'unavailable' } })
      const { paymentId } = started.body
      expect(await byText(harness.call, as, paymentId)).toMatchObject(DEVICE_REQUIRED)
      expect(await byText(open.call, as, paymentId)).toMatchObject({
        body: { status: 'approved', decision: { channel: 'sms' } },
      })
      expect(pushesTo(as)).toBe(pushes)
    },
  )

  test('texts pay again when the last device was removed for the whole wait, and no push goes', async () => {
    const { as } = await withDevice({ removedFor: WAIT_SECONDS - 0.001 })
    const pushes = pushesTo(as)
    await expect(harness.pending(as)).rejects.toThrow('device_required')
    harness.clock.advance(0.001)
    const { paymentId } = await harness.pending(as)
    expect(await byText(harness.call, as, paymentId)).toMatchObject({
      body: { status: 'approved' },
    })
    expect(pushesTo(as)).toBe(pushes)
  })

  test('a removal by the device itself opens texts no earlier', async () => {
    const { as, device } = await withDevice()
    succeeded(await device.approve('removal'))
    harness.clock.advance(WAIT_SECONDS - 0.001)
    await expect(harness.pending(as)).rejects.toThrow('device_required')
    harness.clock.advance(0.001)
    expect(await harness.pending(as)).toMatchObject({ status: 'pending' })
  })

  test('a right code of before the first device approves nothing after it', async () => {
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as, { key: 'before' })
    succeeded(await harness.call('smsStart', { as, id }))
    const body = { code: harness.codeOn(as.number) }
    harness.clock.advance(60)
    await addDevice(harness, as)
    const pushes = pushesTo(as)
    expect(await harness.call('smsVerify', { as, id, body })).toMatchObject(DEVICE_REQUIRED)
    // The key again sends no push, which could be lost.
    const again = await harness.pending(as, { key: 'another' })
    expect(again).toMatchObject({ push: 'unavailable' })
    expect(pushesTo(as)).toBe(pushes)
    expect((await harness.call('paymentStatus', { as, id })).body.status).toBe('pending')
  })

  test('a payment that was started for a device is not texted when texts are open', async () => {
    const { as } = await withDevice()
    const { paymentId: id } = await harness.pending(as)
    const texts = harness.phone.book.messages(as.number).length
    expect(await harness.with(beside).call('smsStart', { as, id })).toMatchObject(DEVICE_REQUIRED)
    expect(harness.phone.book.messages(as.number)).toHaveLength(texts)
  })
})

describe('a first device', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await stageWith('none')
  })
  afterAll(() => harness.close())

  const confirm = async (call: Harness['call'], as: Person, more: object = {}) => {
    const { id, digits } = await askingDevice({ ...harness, call }, as)
    return call('deviceConfirm', { as, id, body: { digits, ...more } })
  }
  const bySignIn = () => harness.with({ FIRST_DEVICE: 'sign-in' }).call

  test('is not let in by a fresh sign-in where the operator invites', async () => {
    const as = harness.stranger()
    expect(await confirm(harness.call, as)).toMatchObject(no(403, 'current_code_required'))
    const invitation = await operatorInvitation(harness, as)
    expect(await confirm(harness.call, as, { invitation })).toMatchObject({ status: 200 })
  })

  test('is let in by a fresh sign-in where that is set, and a second one is not, ever', async () => {
    const as = harness.stranger()
    expect(await confirm(bySignIn(), as)).toMatchObject({ status: 200 })
    const { devices } = (await harness.call('profile', { as })).body
    expect(devices.list).toMatchObject([{ addedBy: 'sign-in' }])
    succeeded(await harness.call('deviceRemove', { as, id: devices.list[0].id }))
    for (const seconds of [0, WAIT_SECONDS, 365 * 86_400]) {
      harness.clock.advance(seconds)
      expect(await confirm(bySignIn(), as)).toMatchObject(no(403, 'current_code_required'))
    }
  })

  test('texts beside a device change nothing where there are none', async () => {
    const as = harness.stranger()
    const open = harness.with(beside).call
    const send = (key: string) =>
      open('sendPayment', {
        as,
        key,
        body: paymentBody,
      })
    expect(await send('first')).toMatchObject(DEVICE_REQUIRED)
    const invitation = await operatorInvitation(harness, as)
    const device = await waitingDevice(harness, as, { invitation })
    expect(await send('second')).toMatchObject({ status: 201 })
    succeeded(await harness.call('deviceRemove', { as, id: device.id }))
    expect(await send('third')).toMatchObject(DEVICE_REQUIRED)
  })
})
