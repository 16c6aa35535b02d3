/**
 * How many requests each Lambda sends to DynamoDB and to the provider: each costs processor time. Items that are wanted at
 * once are read in one request (`readItem`), so these numbers do not say what DynamoDB charges, which is by the item, nor how
 * long a payer waits, which `trips.test.ts` counts.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { TextProvider } from '../../functions/routes.ts'
import { addDevice, signedBytes, type TestDevice } from '../harness/devices.ts'
import { type Harness, otherThan, type Person, startHarness } from '../harness/harness.ts'

type Calls = { readonly tables: number; readonly provider: number }
const calls = (tables: number, provider = 0): Calls => ({ tables, provider })

/** Which Lambda asks how often, in the life of a payment. */
const ALIKE = {
  profile: calls(1),
  paymentStatus: calls(1),
  listPayments: calls(2),
  smsVerify: calls(5, 1),
  'smsVerify, wrong code': calls(4, 1),
  'smsVerify, after a wrong code': calls(5, 1),
  cancelPayment: calls(2),
  'cancelPayment, again': calls(3),
  'sweepPayments, nothing open': calls(5),
}
const ASKED = {
  authy: {
    ...ALIKE,
    phoneStart: calls(5, 1),
    phoneVerify: calls(5, 2),
    sendPayment: calls(5, 1),
    smsStart: calls(4, 1),
  },
  twilioVerify: {
    ...ALIKE,
    phoneStart: calls(6, 1),
    phoneVerify: calls(5, 1),
    sendPayment: calls(3),
    smsStart: calls(5, 1),
  },
} as const satisfies Record<TextProvider, Record<string, Calls>>

describe.each(Object.entries(ASKED))('with %s', (PROVIDER, expected) => {
  test('each Lambda asks DynamoDB and the provider as often as is written here', async () => {
    const harness = await startHarness({ PROVIDER })
    onTestFinished(() => harness.close())
    expect(await countedIn(harness)).toEqual(expected)
  })
})

const CALLBACK = { approved: calls(1), denied: calls(2) }

test('a signed yes is one read less than a no: one write decides, and the payment is not read', async () => {
  const harness = await startHarness()
  onTestFinished(() => harness.close())
  const counted: Record<string, Calls> = {}
  for (const answer of ['approved', 'denied'] as const) {
    const payer = await harness.person()
    await harness.pending(payer)
    counted[answer] = await callsOf(harness, () => harness.answers(payer, answer))
  }
  expect(counted).toEqual(CALLBACK)
})

test('the guide on speed says of each function how often it asks DynamoDB', () => {
  const guide = readFileSync('docs/guides/speed.md', 'utf8')
  const [, table = ''] = /\| calls of DynamoDB \|\n\| -.*\n((?:\|.*\n)+)/.exec(guide) ?? []
  const rows = table.trim().split('\n')
  const told = rows.map((row) => row.split('|').map((cell) => cell.trim()))
  const { authy } = ASKED
  expect(Object.fromEntries(told.map((cells) => [cells[1], Number(cells.at(-2))]))).toEqual({
    'status of a payment': authy.paymentStatus.tables,
    'send a payment': authy.sendPayment.tables,
    'text a code': authy.smsStart.tables,
    'code from the text': authy.smsVerify.tables,
    'approving callback': CALLBACK.approved.tables,
    'list of 20 payments': authy.listPayments.tables,
  })
})

/** How often the Lambdas of devices ask DynamoDB: one reads the payer before it trusts anything. */
const BY_DEVICE = {
  deviceInvite: calls(3),
  deviceEnrol: calls(5),
  deviceConfirm: calls(2),
  sendPayment: calls(4),
  listApprovals: calls(2),
  'decideApproval, no': calls(3),
  'decideApproval, yes': calls(4),
  'decideApproval, an equal yes again': calls(2),
  'devicePush, the key alone': calls(1),
  'devicePush, a subscription': calls(2),
  'devicePush, the same again': calls(1),
  'devicePush, a test ring, and the ring itself': calls(3),
  'devicePush, none': calls(2),
  'ringDevices, a payment': calls(1),
  'ringDevices, a subscription that has ended': calls(2),
  deviceRemove: calls(2),
}

test('each Lambda of devices asks DynamoDB as often as is written here, and no provider', async () => {
  const harness = await startHarness()
  onTestFinished(() => harness.close())
  const as = harness.stranger()
  const counted: Record<string, Calls> = {}
  const count = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    let result: { readonly is: T } | undefined
    counted[name] = await callsOf(harness, async () => {
      result = { is: await run() }
    })
    if (!result) throw new Error(`${name} was not asked`)
    return result.is
  }
  const { call } = harness
  const server: Harness = {
    ...harness,
    call: (name, request) =>
      name.startsWith('device') && name !== 'devicePush'
        ? count(name, () => call(name, request))
        : call(name, request),
  }
  const device = await addDevice(server, as)
  const pay = async () => `payment.${(await harness.pending(as)).paymentId}`
  const denied = await count('sendPayment', pay)
  await count('listApprovals', device.approvals)
  const signed = signedBytes('deny', await device.signingOf(denied))
  const answer = (id: string, body: object) => device.request('decideApproval', id, body)
  await count('decideApproval, no', () => answer(denied, { answer: 'deny', signed }))
  const approved = await pay()
  const yes = await device.yesTo(approved)
  await count('decideApproval, yes', () => answer(approved, yes))
  await count('decideApproval, an equal yes again', () => answer(approved, yes))
  await countRings(harness, as, device, count)
  await count('deviceRemove', () => call('deviceRemove', { as, id: device.id }))
  expect(counted).toEqual(BY_DEVICE)
})

async function countRings(
  harness: Harness,
  as: Person,
  device: TestDevice,
  count: (name: string, run: () => Promise<unknown>) => Promise<unknown>,
) {
  const push = (body: object) => device.request('devicePush', undefined, body)
  await count('devicePush, the key alone', () => push({}))
  const { json } = await harness.pushServer.subscribe(device)
  await push({ subscription: null })
  await count('devicePush, a subscription', () => push({ subscription: json }))
  await count('devicePush, the same again', () => push({ subscription: json }))
  await count('devicePush, a test ring, and the ring itself', async () => {
    await push({ test: true })
    await harness.ring.settled()
  })
  const { paymentId, displayText, createdAt, expiresAt } = await harness.pending(as)
  const { payerId } = as
  const detail = { version: 1, payerId, paymentId, displayText, createdAt, expiresAt }
  const event = { source: 'payfriend', 'detail-type': 'payment.pending', detail }
  await count('ringDevices, a payment', () => harness.ring(event))
  await count('devicePush, none', () => push({ subscription: null }))
  await push({ subscription: json })
  harness.pushServer.faults.pushService = '410'
  await count('ringDevices, a subscription that has ended', () => harness.ring(event))
}

/** A phone is proved, one payment approved by text, another at the second code, and one cancelled. */
async function countedIn(harness: Harness) {
  const as = harness.stranger()
  const counted: Record<string, Calls> = {}
  const count = async (name: string, run: () => Promise<unknown>) => {
    counted[name] = await callsOf(harness, run)
  }
  let id = ''
  const send = async () => {
    id = (await harness.pending(as)).paymentId
  }
  const text = () => harness.call('smsStart', { as, id })
  const enter = (code: string) => harness.call('smsVerify', { as, id, body: { code } })
  const cancel = () => harness.call('cancelPayment', { as, id })

  const body = { phoneNumber: as.number, channel: 'sms' }
  await count('phoneStart', () => harness.call('phoneStart', { as, body }))
  const proof = { ...harness.verification(as), code: harness.codeOn(as.number) }
  await count('phoneVerify', () => harness.call('phoneVerify', { as, body: proof }))
  await count('profile', () => harness.call('profile', { as }))

  await count('sendPayment', send)
  await count('smsStart', text)
  await count('smsVerify', () => enter(harness.codeOn(as.number)))
  await count('listPayments', () => harness.call('listPayments', { as }))
  expect((await harness.item(id))?.status).toBe('approved')

  await send()
  await text()
  const code = harness.codeOn(as.number)
  await count('smsVerify, wrong code', () => enter(otherThan(code)))
  await count('paymentStatus', () => harness.call('paymentStatus', { as, id }))
  await count('smsVerify, after a wrong code', () => enter(code))
  expect((await harness.item(id))?.status).toBe('approved')

  await send()
  await count('cancelPayment', cancel)
  await count('cancelPayment, again', cancel)
  await count('sweepPayments, nothing open', () => harness.sweep())
  return counted
}

async function callsOf({ store, provider }: Harness, run: () => Promise<unknown>): Promise<Calls> {
  const [stored, asked] = [store.calls.length, provider.calls.length]
  await run()
  return calls(store.calls.length - stored, provider.calls.length - asked)
}
