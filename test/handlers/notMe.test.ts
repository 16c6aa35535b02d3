/** “I didn't start this”: a no with the reason `not_me` locks new payments, longer each time, until the operator unlocks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unlockAccount } from '../../functions/core/account.ts'
import { portsIn } from '../../local/operator.ts'
import { stageWith } from '../harness/deviceStates.ts'
import { addAnotherDevice, addDevice, askingDevice, type TestDevice } from '../harness/devices.ts'
import { type Harness, no, type Person, paymentBody } from '../harness/harness.ts'
import { justBefore } from '../harness/justBefore.ts'
import { operatorInvitation, waitingDevice } from '../harness/recoveries.ts'

let harness: Harness
beforeAll(async () => {
  harness = await stageWith('authy', { PAYMENTS_PER_HOUR: '100' })
})
afterAll(() => harness.close())

const MINUTE_MS = 60_000
const send = (as: Person, name: string, body: object = paymentBody) =>
  harness.call('sendPayment', { as, key: `key-${name}`, body })
const lockedUntil = async (as: Person) =>
  (await harness.call('profile', { as })).body.startsLockedUntil
/** For how many minutes payments are locked from now on. */
const lockedMinutes = async (as: Person) => {
  const until = await lockedUntil(as)
  return until && (Date.parse(until) - harness.clock.now().getTime()) / MINUTE_MS
}
const locksTold = async ({ payerId }: Person) => {
  const item = (await harness.all('users')).find(({ user_id }) => user_id === payerId)
  const events: { event: string }[] = item?.audit_recent ?? []
  return events.filter(({ event }) => event === 'starts.locked').length
}

async function withDevice() {
  const as = await harness.person()
  return { as, device: await addDevice(harness, as) }
}

/** Something that waits for the device, which its payer did not start. */
const DISOWNED = {
  payment: async (as: Person) => `payment.${(await harness.pending(as)).paymentId}`,
  device: async (as: Person) => `device.${(await askingDevice(harness, as)).id}`,
  phone: async (as: Person) => {
    const body = { phoneNumber: harness.stranger().number, channel: 'sms' }
    return `phone.${(await harness.call('phoneStart', { as, body })).body.verificationId}`
  },
} satisfies Record<string, (as: Person) => Promise<string>>

/** The payer did not start a payment, once its lock has ended. */
async function disown(as: Person, device: TestDevice) {
  const until = await lockedUntil(as)
  if (until) harness.clock.set(new Date(until))
  const reply = await device.deny(await DISOWNED.payment(as), 'not_me')
  expect(reply).toMatchObject({ status: 200 })
}

describe.each(Object.entries(DISOWNED))('of a %s', (_, starts) => {
  test('not_me locks new payments for five minutes, to the millisecond, and is told', async () => {
    const { as, device } = await withDevice()
    const id = await starts(as)
    expect(await device.deny(id, 'not_me')).toMatchObject({ body: { status: 'denied' } })
    const end = harness.clock.now().getTime() + 5 * MINUTE_MS
    expect(await lockedUntil(as)).toBe(new Date(end).toISOString())
    expect((await harness.call('profile', { as })).body.notices).toContainEqual(
      expect.objectContaining({ event: 'starts.locked' }),
    )
    expect((await device.approvals()).body.notices).toContainEqual(
      expect.objectContaining({ event: 'starts.locked' }),
    )
    expect(await send(as, 'at-once')).toMatchObject({
      ...no(423, 'starts_locked'),
      headers: { 'retry-after': '300' },
    })
    harness.clock.set(new Date(end - 1))
    expect(await send(as, 'late')).toMatchObject({
      ...no(423, 'starts_locked'),
      headers: { 'retry-after': '1' },
    })
    harness.clock.set(new Date(end))
    expect(await send(as, 'late')).toMatchObject({ status: 201 })
    expect(await lockedUntil(as)).toBeNull()
  })

  test.each(['changed_mind', undefined])('%s locks nothing', async (reason) => {
    const { as, device } = await withDevice()
    expect(await device.deny(await starts(as), reason)).toMatchObject({ status: 200 })
    expect(await lockedUntil(as)).toBeNull()
    expect(await send(as, 'next')).toMatchObject({ status: 201 })
  })

  test('an equal answer again, whatever it is told, counts once', async () => {
    const { as, device } = await withDevice()
    const id = await starts(as)
    const answer = await device.noTo(id, 'not_me')
    for (let n = 0; n < 3; n += 1) await device.request('decideApproval', id, answer)
    expect(await lockedMinutes(as)).toBe(5)
    expect(await locksTold(as)).toBe(1)
  })

  test('a signature that does not fit locks nothing', async () => {
    const { as, device } = await withDevice()
    const id = await starts(as)
    const other = await device.noTo(await DISOWNED.payment(as), 'not_me')
    expect(await device.request('decideApproval', id, other)).toMatchObject(
      no(422, 'approval_not_signed'),
    )
    expect(await lockedUntil(as)).toBeNull()
  })
})

describe('the ladder', () => {
  test('is 5, 15, 30 and 60 minutes, and then a day', async () => {
    const { as, device } = await withDevice()
    for (const minutes of [5, 15, 30, 60, 1440, 1440]) {
      await disown(as, device)
      expect(await lockedMinutes(as)).toBe(minutes)
    }
  })

  test('of a payment that was over long ago nothing is disowned', async () => {
    const { as, device } = await withDevice()
    const id = await DISOWNED.payment(as)
    const answer = await device.noTo(id)
    await device.request('decideApproval', id, answer)
    const late = { ...answer, reason: 'not_me' }
    harness.clock.advance(299)
    const before = await locksTold(as)
    harness.clock.advance(2)
    expect(await device.request('decideApproval', id, late)).toMatchObject({ status: 200 })
    expect(await locksTold(as)).toBe(before)
  })

  test('is one step for a row of payments that were open, and an answer given again counts once', async () => {
    const { as, device } = await withDevice()
    const [one, two] = [await DISOWNED.payment(as), await DISOWNED.payment(as)]
    const first = await device.noTo(one, 'not_me')
    await device.request('decideApproval', one, first)
    await device.deny(two, 'not_me')
    await device.request('decideApproval', one, first)
    expect(await lockedMinutes(as)).toBe(5)
    expect(await locksTold(as)).toBe(1)
  })

  test('counts two answers at the same moment once', async () => {
    const { as, device } = await withDevice()
    const other = await addAnotherDevice(harness, as, device)
    const [one, two] = [await DISOWNED.payment(as), await DISOWNED.payment(as)]
    const answers = [await device.noTo(one, 'not_me'), await other.noTo(two, 'not_me')]
    justBefore(harness, 'locksStarts', () => {
      harness.clock.advance(0.001)
      return other.request('decideApproval', two, answers[1])
    })
    await device.request('decideApproval', one, answers[0])
    expect(await lockedMinutes(as)).toBeCloseTo(5, 3)
    expect(await locksTold(as)).toBe(1)
  })

  test('is not begun anew by an approval, a right code, a sign-out or a new device', async () => {
    const { as, device } = await withDevice()
    await disown(as, device)
    harness.clock.set(new Date(await lockedUntil(as)))
    const { paymentId } = await harness.pending(as)
    expect(await device.approve(`payment.${paymentId}`)).toMatchObject({ status: 200 })
    // A right code of a text, which lets a device in.
    await waitingDevice(harness, as)
    await harness.call('endSessions', { as })
    await addAnotherDevice(harness, as, device)
    await disown(as, device)
    expect(await lockedMinutes(as)).toBe(15)
  })

  test('is ended and begun anew by the operator’s unlock', async () => {
    const { as, device } = await withDevice()
    const id = await DISOWNED.payment(as)
    const answer = await device.noTo(id, 'not_me')
    await device.request('decideApproval', id, answer)
    await disown(as, device)
    expect(await send(as, 'locked')).toMatchObject(no(423, 'starts_locked'))
    await unlockAccount(portsIn(harness.world), as)
    // An answer of before does not lock them again.
    await device.request('decideApproval', id, answer)
    expect(await send(as, 'unlocked')).toMatchObject({ status: 201 })
    await disown(as, device)
    expect(await lockedMinutes(as)).toBe(5)
  })
})

describe('while new payments are locked', () => {
  test('a known key answers with its payment, and one of other terms is refused as ever', async () => {
    const { as, device } = await withDevice()
    const { paymentId } = await harness.pending(as, { key: 'key-known' })
    await device.deny(await DISOWNED.payment(as), 'not_me')
    expect(await send(as, 'known')).toMatchObject({
      status: 200,
      body: { paymentId, status: 'pending' },
    })
    const other = { ...paymentBody, amount: { currency: 'EUR', value: '1.00' } }
    expect(await send(as, 'known', other)).toMatchObject(no(422, 'idempotency_key_reused'))
  })

  test('what waits is answered, and nothing of a refused start is stored or counted', async () => {
    const { as, device } = await withDevice()
    const id = await DISOWNED.payment(as)
    await device.deny(await DISOWNED.payment(as), 'not_me')
    const writes = harness.store.calls.length
    expect(await send(as, 'refused')).toMatchObject(no(423, 'starts_locked'))
    const written = harness.store.calls
      .slice(writes)
      .filter(({ operation }) => operation === 'PutItem' || operation === 'UpdateItem')
    expect(written).toEqual([])
    expect(await device.approve(id)).toMatchObject({ status: 200 })
  })
})

test('without a provider it is the same', async () => {
  const alone = await stageWith('none')
  const as = alone.stranger()
  const invitation = await operatorInvitation(alone, as)
  const device = await waitingDevice(alone, as, { invitation })
  await device.deny(`payment.${(await alone.pending(as)).paymentId}`, 'not_me')
  const again = { as, key: 'again', body: paymentBody }
  expect(await alone.call('sendPayment', again)).toMatchObject(no(423, 'starts_locked'))
  alone.clock.advance(300)
  expect(await alone.call('sendPayment', again)).toMatchObject({ status: 201 })
  await alone.close()
})
