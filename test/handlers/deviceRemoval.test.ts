import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { lockAccount } from '../../functions/core/account.ts'
import { portsIn } from '../../local/operator.ts'
import { addDevice, askingDevice, type TestDevice } from '../harness/devices.ts'
import { type Harness, type Person, startHarness } from '../harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterEach(() => {
  harness.store.instead = undefined
})
afterAll(() => harness.close())

const profile = async (as: Person) => (await harness.call('profile', { as })).body.devices

async function another(as: Person, by: TestDevice) {
  const device = await askingDevice(harness, as)
  await by.approve(`device.${device.id}`)
  const { id, digits } = device
  await harness.call('deviceConfirm', { as, id, body: { digits } })
  return device
}

test('the yes of a device that is removed before the digits come lets nothing in, and another is asked', async () => {
  const ada = harness.stranger()
  const first = await addDevice(harness, ada)
  const second = await another(ada, first)
  const asking = await askingDevice(harness, ada)
  await first.approve(`device.${asking.id}`)
  await harness.call('deviceRemove', { as: ada, id: first.id, body: {} })
  const { id, digits } = asking
  const confirmed = await harness.call('deviceConfirm', { as: ada, id, body: { digits } })
  expect(confirmed).toMatchObject({
    status: 200,
    body: { devices: { pending: { id, hasDigits: true, hasLeave: false } } },
  })
  expect((await second.approvals()).body.approvals).toMatchObject([{ id: `device.${id}` }])
  expect(await second.approve(`device.${id}`)).toMatchObject({ status: 200 })
  expect((await profile(ada)).list).toMatchObject([{ id: second.id }, { id }])
})

/** Just before the write that has this in it, the other thing happens. */
function justBefore(text: string, happens: () => Promise<unknown>) {
  harness.store.instead = async (call) => {
    if (call.operation !== 'UpdateItem' || !call.text.includes(text)) return undefined
    harness.store.instead = undefined
    await happens()
    return undefined
  }
}

const REMOVES = 'devices_active - :one'

test('a device that removes itself as the operator locks the account is not told that it was', async () => {
  const ada = harness.stranger()
  const device = await addDevice(harness, ada)
  const yes = await device.yesTo('removal')
  justBefore(REMOVES, () => lockAccount(portsIn(harness.world), ada))
  expect(await device.request('decideApproval', 'removal', yes)).toMatchObject({ status: 423 })
  const as = { ...ada, claims: {} }
  expect((await profile(as)).list).toMatchObject([{ id: device.id }])
})

test('nor is the page', async () => {
  const ada = harness.stranger()
  const device = await addDevice(harness, ada)
  justBefore(REMOVES, () => lockAccount(portsIn(harness.world), ada))
  const removed = await harness.call('deviceRemove', { as: ada, id: device.id, body: {} })
  expect(removed).toMatchObject({ status: 423, body: { code: 'locked' } })
})

test('a pending device that is let in while the page turns it away is removed', async () => {
  const ada = harness.stranger()
  const device = await addDevice(harness, ada)
  const asking = await askingDevice(harness, ada)
  const { id, digits } = asking
  await harness.call('deviceConfirm', { as: ada, id, body: { digits } })
  const yes = await device.yesTo(`device.${id}`)
  justBefore('REMOVE device_pending', () => device.request('decideApproval', `device.${id}`, yes))
  const removed = await harness.call('deviceRemove', { as: ada, id, body: {} })
  expect(removed.body.devices).toMatchObject({ list: [{ id: device.id }], pending: null })
})

test('a no to a device that another’s yes lets in at the same moment says that it came too late', async () => {
  const ada = harness.stranger()
  const first = await addDevice(harness, ada)
  const second = await another(ada, first)
  const asking = await askingDevice(harness, ada)
  const { id, digits } = asking
  await harness.call('deviceConfirm', { as: ada, id, body: { digits } })
  const yes = await first.yesTo(`device.${id}`)
  justBefore('REMOVE device_pending', () => first.request('decideApproval', `device.${id}`, yes))
  expect(await second.deny(`device.${id}`)).toMatchObject({ status: 404 })
})

test('of the removed devices the ten newest stay in the item, and each that may undo it; the trail has all', async () => {
  const ada = harness.stranger()
  const first = await addDevice(harness, ada)
  const removed: string[] = []
  for (let n = 0; n < 12; n += 1) {
    const { id } = await another(ada, first)
    harness.clock.advance(1)
    await harness.call('deviceRemove', { as: ada, id, body: {} })
    removed.push(id)
  }
  const stored = async () =>
    (await harness.all('users')).find(({ user_id }) => user_id === ada.payerId)
  const idsOf = (item: Awaited<ReturnType<typeof stored>>) => Object.keys(item?.devices).sort()
  const last = await another(ada, first)
  expect(idsOf(await stored())).toEqual([first.id, last.id, ...removed].sort())
  await harness.call('deviceRemove', { as: ada, id: last.id, body: {} })
  harness.clock.advance(13 * 3600)
  const late = await another(ada, first)
  expect(idsOf(await stored())).toEqual([first.id, late.id, last.id, ...removed.slice(-9)].sort())
  expect((await stored())?.audit_count).toBe(28)
})
