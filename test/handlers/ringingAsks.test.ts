/** A new device or number that waits for a device's yes rings those that can say it, from the stream on. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ASK_RINGS_PER_HOUR } from '../../functions/core/device.ts'
import { publishEvents } from '../../functions/handlers/publishEvents.ts'
import { addDevice, askingDevice, succeeded, type TestDevice } from '../harness/devices.ts'
import { SITE } from '../harness/event.ts'
import { eventually } from '../harness/eventually.ts'
import { type Harness, type Person, startHarness } from '../harness/harness.ts'
import { approvePhone, operatorInvitation } from '../harness/recoveries.ts'

const changes: DynamoDBRecord[] = []
let harness: Harness
let ada: Person
let device: TestDevice
let phone: Awaited<ReturnType<Harness['pushServer']['subscribe']>>
beforeAll(async () => {
  harness = await startHarness({}, { onChange: (record) => void changes.push(record) })
})
afterAll(() => harness.close())
beforeEach(async () => {
  ada = await harness.person()
  device = await addDevice(harness, ada)
  phone = await harness.pushServer.subscribe(device)
  await settled()
  changes.length = 0
})

const ofAda = () => changes.filter(({ dynamodb }) => dynamodb?.Keys?.user_id?.S === ada.payerId)
/** Resolves when the stream has told all that is stored of the payer. */
async function settled() {
  const stored = (await harness.all('users')).find(({ user_id }) => user_id === ada.payerId)
  const last = () => (ofAda().at(-1)?.dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>
  await eventually(() => expect(unmarshall(last())).toEqual(stored))
}

/** The notifications that came of what has changed, which is told once more each time. */
async function rung() {
  await settled()
  const got = phone.got().length
  const publish = publishEvents(harness.world)
  const published = await publish({ Records: ofAda() })
  expect(published).toEqual({ batchItemFailures: [] })
  await harness.ring.settled()
  return phone
    .got()
    .slice(got)
    .map(({ notification }) => notification)
}
const at = (place: string) => `${SITE.origin}/approve.html#${place}`
const change = async () => {
  const { number } = harness.stranger()
  const body = { phoneNumber: number, channel: 'sms' }
  return { number, ...succeeded(await harness.call('phoneStart', { as: ada, body })) }
}

test('a new device rings the one that can let it in, without its name, and a tap opens it', async () => {
  const other = await askingDevice(harness, ada, { name: 'Ada’s laptop' })
  expect(await rung()).toEqual([
    {
      title: 'Add a new phone?',
      body: 'A phone wants to approve payments of your account. Say yes only if you are adding a phone now.',
      navigate: at(`device.${other.id}`),
      tag: 'asks',
    },
  ])
  const listed = await device.approvals()
  expect(listed.body.approvals).toMatchObject([{ id: `device.${other.id}` }])
})

test('wrong digits and a text ring nobody again', async () => {
  const other = await askingDevice(harness, ada, {})
  await settled()
  changes.length = 0
  const digits = other.digits === '0000' ? '0001' : '0000'
  await harness.call('deviceConfirm', { as: ada, id: other.id, body: { digits } })
  await harness.call('deviceLeave', { as: ada, id: other.id, body: { by: 'text' } })
  expect(await rung()).toEqual([])
  expect(changes.length).toBeGreaterThan(0)
})

test('a device that took the place of another rings, and of the other nothing is told', async () => {
  await askingDevice(harness, ada, { name: 'First' })
  const second = await askingDevice(harness, ada, { name: 'Second' })
  const told = await rung()
  expect(told.map(({ navigate }) => navigate)).toEqual([at(`device.${second.id}`)])
})

test('a device that has its yes by then rings nobody', async () => {
  const other = await askingDevice(harness, ada, {})
  succeeded(await device.approve(`device.${other.id}`))
  expect(await rung()).toEqual([])
})

test('another number rings, without saying it, and a tap opens it', async () => {
  const { number, verificationId } = await change()
  const [notification, ...more] = await rung()
  expect(more).toEqual([])
  expect(notification).toMatchObject({
    title: 'Change your phone number?',
    navigate: at(`phone.${verificationId}`),
    tag: 'phone',
  })
  expect(JSON.stringify(notification)).not.toContain(number.slice(-3))
})

test('a number that has its yes by then rings nobody', async () => {
  const { verificationId } = await change()
  succeeded(await approvePhone(device, verificationId))
  expect(await rung()).toEqual([])
})

test('a number that comes by invitation rings nobody', async () => {
  const invitation = await operatorInvitation(harness, ada)
  const body = { phoneNumber: harness.stranger().number, channel: 'sms', invitation }
  succeeded(await harness.call('phoneStart', { as: ada, body }))
  expect(await rung()).toEqual([])
})

test('what asked for its time and was not answered rings nobody', async () => {
  await askingDevice(harness, ada, {})
  await change()
  harness.clock.advance(600)
  expect(await rung()).toEqual([])
})

test('the first device of a payer rings nobody', async () => {
  ada = await harness.person()
  await askingDevice(harness, ada, {})
  expect(await rung()).toEqual([])
})

test('five asks of an hour ring, the sixth is only listed, and the next hour rings again', async () => {
  // Of one hour, however long the test takes.
  harness.clock.advance(3600 - (Math.floor(harness.clock.now().getTime() / 1000) % 3600))
  const last = { id: '' }
  const ask = async () => {
    last.id = (await askingDevice(harness, ada, {})).id
    const told = await rung()
    changes.length = 0
    return told.length
  }
  for (let asked = 1; asked <= ASK_RINGS_PER_HOUR; asked += 1) expect(await ask()).toBe(1)
  expect(await ask()).toBe(0)
  const listed = await device.approvals()
  expect(listed.body.approvals).toMatchObject([{ id: `device.${last.id}` }])
  expect((await change()).verificationId).toBeDefined()
  expect(await rung()).toEqual([])
  harness.clock.advance(3600)
  expect(await ask()).toBe(1)
})
