/** A payer whose device is lost, removed or without its key, and the devices that watch over it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAnotherDevice, addDevice, askingDevice } from '../harness/devices.ts'
import { type Harness, type Person, startHarness } from '../harness/harness.ts'
import {
  approvePhone,
  letIn,
  operatorInvitation,
  renewedDevice,
  renewingDevice,
  stopRecovery,
  undoRemoval,
  waitingDevice,
} from '../harness/recoveries.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

const devicesOf = async (as: Person) => (await harness.call('profile', { as })).body.devices
const HOUR_SECONDS = 3600
/** Of a shape that is read; whose it is and over what is not asked of a device that waits. */
const NO = { answer: 'deny', signed: 'A' }

test('a phone that a text lets in beside another one approves only after twelve hours', async () => {
  const ada = await harness.person()
  await addDevice(harness, ada)
  const second = await waitingDevice(harness, ada)
  const { activeFrom } = (await second.approvals()).body.device
  expect(await second.approvals()).toMatchObject({
    status: 200,
    body: { trusted: false, others: [], notices: [], approvals: [] },
  })
  expect(Date.parse(activeFrom) - harness.clock.now().getTime()).toBe(12 * HOUR_SECONDS * 1000)
  expect(await second.request('decideApproval', `stop.${second.id}`, NO)).toMatchObject({
    status: 403,
  })
  harness.clock.advance(12 * HOUR_SECONDS - 1)
  expect(await second.approvals()).toMatchObject({ status: 200, body: { trusted: false } })
  harness.clock.advance(1)
  expect(await second.approvals()).toMatchObject({ status: 200, body: { trusted: true } })
})

test('the phone before it can stop it by its passkey, and only an invitation lets one in then', async () => {
  const ada = await harness.person()
  const first = await addDevice(harness, ada)
  const second = await waitingDevice(harness, ada)
  expect(await stopRecovery(first, second)).toMatchObject({ body: { status: 'stopped' } })
  expect(await devicesOf(ada)).toMatchObject({ list: [{ id: first.id }], waiting: [] })
  const third = await askingDevice(harness, ada)
  await expect(letIn(harness, ada, third)).rejects.toThrow()
  const invitation = await operatorInvitation(harness, ada, { isNow: true })
  await letIn(harness, ada, third, { invitation })
  expect((await devicesOf(ada)).list).toMatchObject([{ id: first.id }, { id: third.id }])
})

test('a tap without the passkey stops nothing', async () => {
  const ada = await harness.person()
  const first = await addDevice(harness, ada)
  const second = await waitingDevice(harness, ada)
  const id = `stop.${second.id}`
  expect(await first.deny(id)).toMatchObject({ status: 404 })
  const unverified = await first.yesTo(id, { flags: 0x01 })
  expect(await first.request('decideApproval', id, unverified)).toMatchObject({ status: 422 })
  expect((await devicesOf(ada)).waiting).toMatchObject([{ id: second.id }])
})

test('a phone that the page removed undoes that by its passkey and a new sign-in', async () => {
  const ada = await harness.person()
  const device = await addDevice(harness, ada)
  await harness.call('deviceRemove', { as: ada, id: device.id, body: {} })
  expect(await device.approvals()).toMatchObject({ body: { trusted: false } })
  expect(await undoRemoval(harness, ada, device)).toMatchObject({ status: 200 })
  expect(await device.approvals()).toMatchObject({ body: { trusted: true } })
})

test('a phone whose key is gone is back at once, with one name in the list, and its old key is dead', async () => {
  const ada = await harness.person()
  const old = await addDevice(harness, ada)
  const back = await renewedDevice(harness, ada, old)
  expect(await back.approvals()).toMatchObject({ body: { trusted: true } })
  expect(await old.approvals()).toMatchObject({ status: 403 })
  expect(await devicesOf(ada)).toMatchObject({ list: [{ id: back.id, name: old.name }] })
})

test('the passkey of a phone that was removed renews no key', async () => {
  const ada = await harness.person()
  const old = await addDevice(harness, ada)
  await harness.call('deviceRemove', { as: ada, id: old.id, body: {} })
  await expect(renewingDevice(harness, ada, old)).rejects.toThrow('invalid_request')
})

test('a removed phone is told of no new one that asks', async () => {
  const ada = await harness.person()
  const old = await addDevice(harness, ada)
  await harness.call('deviceRemove', { as: ada, id: old.id, body: {} })
  await askingDevice(harness, ada)
  expect((await old.approvals()).body.approvals).toMatchObject([{ id: `stop.${old.id}` }])
  expect((await old.approvals()).body.approvals).toHaveLength(1)
})

test('a removal is not undone by a session that was ended since', async () => {
  const ada = await harness.person()
  const old = await addDevice(harness, ada)
  await harness.call('deviceRemove', { as: ada, id: old.id, body: {} })
  await old.approve(`stop.${old.id}`)
  harness.clock.advance(10)
  const claims = { auth_time: String(Math.floor(harness.clock.now().getTime() / 1000)) }
  harness.clock.advance(10)
  await harness.call('endSessions', { as: ada })
  const undone = { as: ada, id: old.id, body: { undo: true }, claims }
  expect(await harness.call('deviceConfirm', undone)).toMatchObject({ status: 401 })
  expect((await old.approvals()).body).toMatchObject({ trusted: false })
})

test('and not before its second proof', async () => {
  const ada = await harness.person()
  const old = await addDevice(harness, ada)
  const asking = await renewingDevice(harness, ada, old)
  expect((await devicesOf(ada)).pending).toMatchObject({ id: asking.id, renews: true })
  expect(await asking.approvals()).toMatchObject({ status: 403 })
  expect(await old.approvals()).toMatchObject({ body: { trusted: true } })
})

test('and nobody is sent to a phone without a key for its own yes, but to another one', async () => {
  const ada = await harness.person()
  const old = await addDevice(harness, ada)
  const leaves = async () =>
    (await devicesOf(ada)).pending.leaves.map(({ by }: { by: string }) => by)
  await renewingDevice(harness, ada, old)
  expect(await leaves()).toEqual(['text', 'invitation'])
  const other = await addAnotherDevice(harness, ada, old)
  const asking = await renewingDevice(harness, ada, old)
  expect(await leaves()).toEqual(['device', 'text', 'invitation'])
  expect(await other.approve(`device.${asking.id}`)).toMatchObject({ body: { status: 'approved' } })
})

test('a number changes with the yes of the phone that approves, and not without it', async () => {
  const ada = await harness.person()
  const device = await addDevice(harness, ada)
  const number = harness.stranger().number
  const body = { phoneNumber: number, channel: 'sms' }
  const started = await harness.call('phoneStart', { as: ada, body })
  expect(started).toMatchObject({ status: 202, body: { leave: 'device' } })
  const { verificationId } = started.body
  const verify = () => {
    const verification = { verificationId, code: harness.codeOn(number) }
    return harness.call('phoneVerify', { as: ada, body: verification })
  }
  expect(await verify()).toMatchObject({ status: 403, body: { code: 'device_required' } })
  expect(await approvePhone(device, verificationId)).toMatchObject({ body: { status: 'approved' } })
  expect(await verify()).toMatchObject({ status: 200 })
})
