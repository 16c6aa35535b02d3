/** The second event of a device that waits, at half of its wait, by the sweep. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { lockAccount } from '../../functions/core/account.ts'
import { payerEventOf } from '../../functions/core/payerTrail.ts'
import { portsIn } from '../../local/operator.ts'
import { stageWith, WAIT_SECONDS } from '../harness/deviceStates.ts'
import { addDevice, succeeded } from '../harness/devices.ts'
import type { Harness, Person } from '../harness/harness.ts'
import { justBefore } from '../harness/justBefore.ts'
import { operatorInvitation, stopRecovery, waitingDevice } from '../harness/recoveries.ts'

const HALF_SECONDS = WAIT_SECONDS / 2
const HOUR_SECONDS = 3600

/** DynamoDB's answer to a Lambda without the right. */
const DENIED = {
  status: 400,
  body: { __type: 'com.amazonaws.dynamodb.v20120810#AccessDeniedException' },
}

let harness: Harness
beforeAll(async () => {
  harness = await stageWith('authy')
})
afterEach(() => {
  harness.store.instead = undefined
})
afterAll(() => harness.close())

/** When the events of waiting devices of this payer were published, and which device they name. */
async function told({ payerId }: Person) {
  const item = (await harness.all('users')).find(({ user_id }) => user_id === payerId)
  const entries: Parameters<typeof payerEventOf>[0][] = item?.audit_recent ?? []
  return entries
    .filter(({ event }) => event === 'device.waiting')
    .map((entry) => payerEventOf(entry).detail)
}
const timesTold = async (as: Person) => (await told(as)).length

async function recovering() {
  const as = await harness.person()
  const old = await addDevice(harness, as)
  const waiting = await waitingDevice(harness, as)
  return { as, old, waiting, since: harness.clock.now() }
}

test('comes once, at half of the wait to the millisecond, and names device and end', async () => {
  const { as, waiting, since } = await recovering()
  expect(await timesTold(as)).toBe(1)
  harness.clock.advance(HALF_SECONDS - 0.001)
  await harness.sweep()
  expect(await timesTold(as)).toBe(1)
  harness.clock.advance(0.001)
  await harness.sweep()
  const activeFrom = new Date(since.getTime() + WAIT_SECONDS * 1000).toISOString()
  const [first, second] = await told(as)
  expect(second).toMatchObject({
    event: 'device.waiting',
    at: harness.clock.now().toISOString(),
    device: { id: waiting.id, boundBy: 'text', activeFrom },
  })
  expect(second?.eventId).not.toBe(first?.eventId)
  for (const seconds of [60, HOUR_SECONDS, HOUR_SECONDS]) {
    harness.clock.advance(seconds)
    await harness.sweep()
  }
  expect(await timesTold(as)).toBe(2)
})

test('is a notice on the page and on the devices too', async () => {
  const { as, old } = await recovering()
  harness.clock.advance(HALF_SECONDS)
  await harness.sweep()
  const waits = (notices: { event: string }[]) =>
    notices.filter(({ event }) => event === 'device.waiting').length
  expect(waits((await harness.call('profile', { as })).body.notices)).toBe(2)
  expect(waits((await old.approvals()).body.notices)).toBe(2)
})

test('comes once, also from two sweeps at the same moment', async () => {
  const { as } = await recovering()
  harness.clock.advance(HALF_SECONDS)
  justBefore(harness, 'reminds', () => {
    harness.clock.advance(0.001)
    return harness.sweep()
  })
  await harness.sweep()
  expect(await timesTold(as)).toBe(2)
})

test.each([
  ['stopped by a device', ({ old, waiting }: Recovery) => stopRecovery(old, waiting)],
  [
    'cancelled by a session',
    ({ as, waiting }: Recovery) => harness.call('deviceRemove', { as, id: waiting.id }),
  ],
  ['ended by a lock', ({ as }: Recovery) => lockAccount(portsIn(harness.world), as)],
])('does not come of a recovery that was %s', async (_, ends) => {
  const recovery = await recovering()
  harness.clock.advance(60)
  await ends(recovery)
  harness.clock.advance(HALF_SECONDS)
  await harness.sweep()
  expect(await timesTold(recovery.as)).toBe(1)
})
type Recovery = Awaited<ReturnType<typeof recovering>>

test('does not come of a device that does not wait', async () => {
  const as = await harness.person()
  await addDevice(harness, as)
  const invitation = await operatorInvitation(harness, as, { isNow: true })
  await waitingDevice(harness, as, { invitation })
  harness.clock.advance(HALF_SECONDS)
  await harness.sweep()
  expect(await timesTold(as)).toBe(0)
})

test('comes of each of two that wait, also of the same hour', async () => {
  const { as } = await recovering()
  const other = await recovering()
  harness.clock.advance(60)
  await waitingDevice(harness, as)
  harness.clock.advance(HALF_SECONDS)
  await harness.sweep()
  expect(await timesTold(as)).toBe(4)
  expect(await timesTold(other.as)).toBe(2)
})

test('comes after the sweep had stood still for two hours, whenever in the hour that was', async () => {
  for (const minute of [0, 1, 30, 59]) {
    harness.clock.toNextHour()
    harness.clock.advance(minute * 60)
    const { as } = await recovering()
    harness.clock.advance(HALF_SECONDS + 2 * HOUR_SECONDS)
    await harness.sweep()
    expect(await timesTold(as)).toBe(2)
  }
})

test('does not come after the end of the wait', async () => {
  const brief = harness.with({ DEVICE_WAIT_HOURS: '1' })
  const as = await harness.person()
  const server = { ...brief, codeOn: harness.codeOn, clock: harness.clock }
  await addDevice(server, as)
  await waitingDevice(server, as)
  harness.clock.advance(HOUR_SECONDS)
  await harness.sweep()
  expect(await timesTold(as)).toBe(1)
})

test('comes although the sweep of payments fails, and the run fails all the same', async () => {
  const { as } = await recovering()
  harness.clock.advance(HALF_SECONDS)
  harness.store.instead = ({ operation, text }) =>
    operation === 'Query' && text.includes('payments') ? DENIED : undefined
  await expect(harness.sweep()).rejects.toThrow()
  expect(await timesTold(as)).toBe(2)
})

test('does not keep payments from expiring if it fails', async () => {
  const as = await harness.person()
  const { paymentId } = await harness.pending(as)
  harness.clock.advance(600)
  harness.store.instead = ({ operation, text }) =>
    operation.includes('GetItem') && text.includes('reminders#') ? DENIED : undefined
  await expect(harness.sweep()).rejects.toThrow()
  expect(await harness.item(paymentId)).toMatchObject({ status: 'expired' })
})

test('comes of one payer although that of another fails, which comes with the next sweep', async () => {
  const [one, two] = [await recovering(), await recovering()]
  harness.clock.advance(HALF_SECONDS)
  harness.store.instead = ({ operation, text }) =>
    operation === 'UpdateItem' && text.includes(`"${one.as.payerId}"`) ? DENIED : undefined
  await expect(harness.sweep()).rejects.toThrow()
  expect([await timesTold(one.as), await timesTold(two.as)]).toEqual([1, 2])
  harness.store.instead = undefined
  harness.clock.advance(60)
  await harness.sweep()
  expect([await timesTold(one.as), await timesTold(two.as)]).toEqual([2, 2])
})

test('comes without a provider too', async () => {
  const alone = await stageWith('none')
  const as = alone.stranger()
  await waitingDevice(alone, as, { invitation: await operatorInvitation(alone, as) })
  const invitation = await operatorInvitation(alone, as)
  const waiting = await waitingDevice(alone, as, { invitation })
  alone.clock.advance(HALF_SECONDS)
  await alone.sweep()
  const { notices } = succeeded(await alone.call('profile', { as }))
  expect(notices.filter(({ event }: { event: string }) => event === 'device.waiting')).toHaveLength(
    2,
  )
  expect(await waiting.approvals()).toMatchObject({ status: 200, body: { trusted: false } })
  await alone.close()
})
