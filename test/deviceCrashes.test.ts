/**
 * The Lambdas of the routes for devices end before and after each of their calls, have each call refused, and lose each
 * answer. Whatever is left then has its proof; and who asks again, with the same request, comes to the same end.
 */
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { devices } from '../functions/composition.ts'
import { textProviders } from '../functions/routes.ts'
import {
  addDevice,
  askingDevice,
  invitedDevice,
  succeeded,
  type TestDevice,
} from './harness/devices.ts'
import {
  type Between,
  crashing,
  losing,
  type Step,
  startLambda,
  stumbling,
  throttling,
} from './harness/faultInjection.ts'
import {
  type Harness,
  otherThan,
  type Person,
  type Reply,
  type Request,
  type RouteName,
  startHarness,
} from './harness/harness.ts'

import { renewingDevice, waitingDevice } from './harness/recoveries.ts'

let harness: Harness

/** A request in the middle of a life, and whose it is. */
type Case = {
  readonly as: Person
  readonly request: Request
  /** The payment that it is about, if it is about one. */
  readonly payment?: string
  readonly device?: TestDevice
  /** One if not said: that of the payer's number. */
  readonly textsBefore?: number
}
type Story = {
  readonly lambda: RouteName
  /** What it says if nothing goes wrong. */
  readonly says: string
  readonly given: () => Promise<Case>
  /** What of the payer's devices and payment is otherwise afterwards; nothing if not said. */
  readonly becomes?: object
  /** What may be said to who asks again, besides the same. */
  readonly again?: readonly string[]
  /** What may be otherwise if only a part of it was done. */
  readonly halfway?: object
  /** After one of `again` it may be as it was, or so. */
  readonly mayStay?: object
  /** How the payer comes to what they wanted all the same. */
  readonly goesOn?: (one: Case) => Promise<Reply>
}

/** A signature with its last byte changed, otherwise for each number. */
const spoilt = (n: number) => ({
  signature: (bytes: Buffer) =>
    Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ n)]),
})
const LET_IN = { active: 1, pending: undefined, told: ['device.added'] }
const BOTH_IN = { active: 2, pending: undefined, told: ['device.added', 'device.added'] }
const REMOVED = { active: 0, removed: 1, told: ['device.added', 'device.removed'] }

const stories: Record<string, Story> = {
  'a device is invited': {
    lambda: 'deviceInvite',
    says: '201',
    given: async () => {
      const as = harness.stranger()
      return { as, request: { as, body: {} } }
    },
  },
  'an invited device asks to be let in': {
    lambda: 'deviceEnrol',
    says: '201',
    async given() {
      const as = harness.stranger()
      return { as, request: (await invitedDevice(harness, as)).enrolment }
    },
    becomes: { pending: { hasDigits: false, hasYes: false } },
  },
  'a text is asked for that lets a device in': {
    lambda: 'deviceLeave',
    says: '202',
    async given() {
      const one = await asking(await harness.person())
      return { ...one, request: { as: one.as, id: one.device.id, body: { by: 'text' } } }
    },
    again: ['429 too_many_sms'],
    goesOn: textAndConfirm,
  },
  'a device is confirmed by a sign-in': {
    lambda: 'deviceConfirm',
    says: '200',
    given: async () => confirming(await asking(harness.stranger())),
    becomes: LET_IN,
  },
  'a device is confirmed by a text': {
    lambda: 'deviceConfirm',
    says: '200',
    given: texted,
    becomes: LET_IN,
    // The provider takes a code once.
    again: ['422 code_expired'],
    mayStay: {},
    goesOn: textAndConfirm,
  },
  'a device is confirmed with a wrong code': {
    lambda: 'deviceConfirm',
    says: '422 wrong_code',
    async given() {
      const one = await texted()
      return confirming(one, { code: otherThan(harness.codeOn(one.as.number)) })
    },
  },
  'a device is confirmed with wrong digits': {
    lambda: 'deviceConfirm',
    says: '422 wrong_code',
    given: async () => mistyped(await asking(harness.stranger())),
  },
  'a device is confirmed with wrong digits for the fifth time': {
    lambda: 'deviceConfirm',
    says: '422 wrong_code',
    async given() {
      const one = mistyped(await asking(harness.stranger()))
      for (let n = 0; n < 4; n += 1) await harness.call('deviceConfirm', one.request)
      return one
    },
    becomes: { pending: undefined },
    again: ['404 not_found', '409 no_attempts_left'],
    // All tries are spent, and it ends with its time.
    mayStay: {},
  },
  'a device is confirmed to which another has said yes': {
    lambda: 'deviceConfirm',
    says: '200',
    async given() {
      const one = await askingOld()
      await one.old.approve(`device.${one.device.id}`)
      return confirming(one)
    },
    becomes: BOTH_IN,
  },
  'a device is confirmed to which another has yet to say yes': {
    lambda: 'deviceConfirm',
    says: '200',
    given: async () => confirming(await askingOld()),
    becomes: { pending: { hasDigits: true, hasYes: false } },
  },
  'a yes to a device comes before its digits': {
    lambda: 'decideApproval',
    says: '200',
    given: async () => answering(await askingOld(), 'yes'),
    becomes: { pending: { hasDigits: false, hasYes: true } },
  },
  'a yes to a device comes after its digits': {
    lambda: 'decideApproval',
    says: '200',
    given: async () => answering(await askingOld({ isConfirmed: true }), 'yes'),
    becomes: BOTH_IN,
  },
  'a yes to a device is signed wrongly': {
    lambda: 'decideApproval',
    says: '422 approval_not_signed',
    given: async () => answering(await askingOld({ isConfirmed: true }), 'wrong'),
  },
  'a no to a device': {
    lambda: 'decideApproval',
    says: '200',
    given: async () => answering(await askingOld({ isConfirmed: true }), 'no'),
    becomes: { pending: undefined },
    again: ['404 not_found'],
  },
  'what waits is listed': {
    lambda: 'listApprovals',
    says: '200',
    async given() {
      const one = await paying('yes')
      return { ...one, request: one.device.requestOf('listApprovals') }
    },
  },
  'a payment is approved': {
    lambda: 'decideApproval',
    says: '200',
    given: () => paying('yes'),
    becomes: { payment: 'approved', evidence: 'passkey', ends: 1 },
  },
  'a payment is denied': {
    lambda: 'decideApproval',
    says: '200',
    given: () => paying('no'),
    becomes: { payment: 'denied', evidence: 'device-key', ends: 1 },
  },
  'a payment is approved with a wrong signature': {
    lambda: 'decideApproval',
    says: '422 approval_not_signed',
    given: () => paying('wrong'),
  },
  'a payment is approved with a wrong signature for the fifth time': {
    lambda: 'decideApproval',
    says: '422 approval_not_signed',
    async given() {
      const one = await paying('wrong')
      for (let n = 2; n <= 5; n += 1) {
        const id = `payment.${one.payment}`
        await one.device.request('decideApproval', id, await one.device.yesTo(id, spoilt(n)))
      }
      return one
    },
    becomes: { payment: 'failed', ends: 1 },
    again: ['409 already_decided'],
  },
  'a device removes itself': {
    lambda: 'decideApproval',
    says: '200',
    async given() {
      const as = harness.stranger()
      const device = await addDevice(harness, as)
      const yes = await device.yesTo('removal')
      return { as, request: device.requestOf('decideApproval', 'removal', yes) }
    },
    becomes: REMOVED,
    // What has gone has no proof any more.
    again: ['403 device_not_trusted'],
  },
  'a device is removed by the page': {
    lambda: 'deviceRemove',
    says: '200',
    async given() {
      const as = harness.stranger()
      const { id } = await addDevice(harness, as)
      return { as, request: { as, id, body: {} } }
    },
    becomes: REMOVED,
  },
  'a pending device is turned away by the page': {
    lambda: 'deviceRemove',
    says: '200',
    async given() {
      const { as, device } = await asking(harness.stranger())
      return { as, request: { as, id: device.id, body: {} } }
    },
    becomes: { pending: undefined },
    again: ['404 not_found'],
  },
  'a device beside another one is confirmed by a text': {
    lambda: 'deviceConfirm',
    says: '200',
    async given() {
      const as = await harness.person()
      await addDevice(harness, as)
      const one = await textedTo({ as, device: await askingDevice(harness, as) })
      return { ...one, textsBefore: 2 }
    },
    becomes: { active: 2, pending: undefined, told: ['device.added', 'device.waiting'] },
    again: ['422 code_expired'],
    mayStay: {},
    goesOn: textAndConfirm,
  },
  'a device whose key is gone is confirmed by a text': {
    lambda: 'deviceConfirm',
    says: '200',
    async given() {
      const as = await harness.person()
      const old = await addDevice(harness, as)
      const one = await textedTo({ as, device: await renewingDevice(harness, as, old) })
      return { ...one, textsBefore: 2 }
    },
    becomes: { removed: 1, pending: undefined, told: ['device.added', 'device.added'] },
    again: ['422 code_expired'],
    mayStay: {},
    goesOn: textAndConfirm,
  },
  'a device that waits is stopped by another one': {
    lambda: 'decideApproval',
    says: '200',
    async given() {
      const { as, first, second } = await recovering()
      const id = `stop.${second.id}`
      return { as, request: first.requestOf('decideApproval', id, await first.yesTo(id)) }
    },
    becomes: { active: 1, told: ['device.added', 'device.waiting', 'device.stopped'] },
    again: ['404 not_found'],
  },
  'a device that waits is stopped with a wrong signature': {
    lambda: 'decideApproval',
    says: '422 approval_not_signed',
    async given() {
      const { as, first, second } = await recovering()
      const id = `stop.${second.id}`
      const wrong = await first.yesTo(id, spoilt(1))
      return { as, request: first.requestOf('decideApproval', id, wrong) }
    },
  },
  'a device that waits is cancelled by the page': {
    lambda: 'deviceRemove',
    says: '200',
    async given() {
      const { as, second } = await recovering()
      return { as, request: { as, id: second.id, body: {} } }
    },
    becomes: { active: 1, told: ['device.added', 'device.waiting', 'device.stopped'] },
    again: ['404 not_found'],
  },
  'the undo of a removal is asked for': {
    lambda: 'decideApproval',
    says: '200',
    async given() {
      const { as, device } = await removedByPage()
      const id = `stop.${device.id}`
      return { as, request: device.requestOf('decideApproval', id, await device.yesTo(id)) }
    },
    becomes: { undoAsked: 1 },
  },
  'a removal is undone': {
    lambda: 'deviceConfirm',
    says: '200',
    async given() {
      const { as, device } = await removedByPage()
      succeeded(await device.approve(`stop.${device.id}`))
      return { as, request: { as, id: device.id, body: { undo: true } } }
    },
    becomes: {
      active: 1,
      removed: 0,
      undoAsked: 0,
      told: ['device.added', 'device.removed', 'device.restored'],
    },
  },
  'a yes to another number': {
    lambda: 'decideApproval',
    says: '200',
    given: () => moving('yes'),
    becomes: { number: 'with a yes' },
  },
  'a no to another number, which the payer did not start': {
    lambda: 'decideApproval',
    says: '200',
    given: () => moving('no'),
    becomes: { number: 'none', locks: 1 },
    again: ['404 not_found'],
    halfway: { locks: 1 },
  },
  'a no to a device, which the payer did not start': {
    lambda: 'decideApproval',
    says: '200',
    async given() {
      const { as, old, device } = await askingOld()
      const id = `device.${device.id}`
      const no = await old.noTo(id, 'not_me')
      return { as, request: old.requestOf('decideApproval', id, no) }
    },
    becomes: { pending: undefined, locks: 1 },
    again: ['404 not_found'],
    halfway: { locks: 1 },
  },
  'a no to a payment, which the payer did not start': {
    lambda: 'decideApproval',
    says: '200',
    async given() {
      const as = harness.stranger()
      const device = await addDevice(harness, as)
      const { paymentId: payment } = await harness.pending(as)
      const id = `payment.${payment}`
      const no = await device.noTo(id, 'not_me')
      return { as, device, payment, request: device.requestOf('decideApproval', id, no) }
    },
    becomes: { payment: 'denied', evidence: 'device-key', ends: 1, locks: 1 },
    halfway: { payment: 'denied', evidence: 'device-key', ends: 1 },
  },
}

describe.each(textProviders)('with %s', (provider) => {
  beforeAll(async () => {
    harness = await startHarness({
      PROVIDER: provider,
      TEXTS_PER_DAY_FOR_STAGE: '1000000',
      PROVING_TEXTS_PER_HOUR: '10',
    })
  })
  beforeEach(() => {
    // The SDK waits a random part of a second before it sends again: of all parts, none.
    vi.spyOn(Math, 'random').mockReturnValue(0)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  afterAll(() => harness.close())

  // Only texts differ between the providers.
  const told = Object.entries(stories).filter(
    ([title]) => provider === 'authy' || /text|code/.test(title),
  )

  describe.each(told)('%s, and wherever that is stopped', (_, story) => {
    const { lambda, says, becomes = {}, again = [], mayStay, halfway: part = {} } = story

    test('a call is refused, carried out unheard, and sent a third time: it knows its own', async () => {
      const problems: string[] = []
      for (const { step, mishap } of await mishaps(story, stumbles)) {
        const { one, before, reply } = await run(story, mishap)
        expect([step, said(reply)]).toEqual([step, says])
        expect([step, await stateOf(one)]).toEqual([step, { ...before, ...becomes }])
        problems.push(...(await wrongWith(one, reply)))
      }
      expect(problems).toEqual([])
    })

    test('the client asks again, and comes to the same end', async () => {
      for (const { step, mishap } of await mishaps(story, ends, hears)) {
        const { one, before, reply } = await run(story, mishap)
        const after = { ...before, ...becomes }
        const halfway = await stateOf(one)
        // A yes or the digits are stored before the device is let in by them.
        const pending = after.active > before.active && before.pending
        const half = { ...before, pending: pending && { hasDigits: true, hasYes: true } }
        expect([before, after, half, { ...before, ...part }]).toContainEqual(halfway)
        if (reply && reply.status < 500) expect([step, said(reply)]).toEqual([step, says])
        if (reply?.status === Number.parseInt(says, 10)) {
          expect([step, halfway]).toEqual([step, after])
        }

        const repeated = await harness.call(lambda, one.request)
        expect([says, ...again]).toContain(said(repeated))
        const state = await stateOf(one)
        const isStuck = again.includes(said(repeated)) && mayStay !== undefined
        expect(isStuck ? [after, { ...before, ...mayStay }] : [after]).toContainEqual(state)
        expect([step, await wrongWith(one, repeated)]).toEqual([step, []])
        const wentOn = await story.goesOn?.(one)
        if (wentOn) expect([step, said(wentOn)]).toEqual([step, '200'])
        expect([step, await wrongWith(one, undefined)]).toEqual([step, []])
      }
    })
  })
})

type Kind = (step: Step) => Between[]
const ends: Kind = ({ n }) => [crashing(n, 'before'), crashing(n, 'after')]
const hears: Kind = ({ n, server }) => (server === 'database' ? [throttling(n)] : [losing(n)])
const stumbles: Kind = ({ n, server }) => (server === 'database' ? [stumbling(n)] : [])

/** What can go wrong at each step of a story, as it goes if nothing does. */
async function mishaps(story: Story, ...kinds: readonly Kind[]) {
  const sane = await startLambda(harness, story.lambda)
  expect(said(await sane.ask((await story.given()).request))).toBe(story.says)
  sane.close()
  return sane.steps.flatMap((step) =>
    kinds.flatMap((kind) =>
      kind(step).map((mishap, i) => ({ step: `${step.n} ${step.what} ${i}`, mishap })),
    ),
  )
}

async function run(story: Story, mishap: Between) {
  const one = await story.given()
  const before = await stateOf(one)
  const faulty = await startLambda(harness, story.lambda, mishap)
  const reply = await faulty.ask(one.request)
  if (reply) faulty.close()
  return { one, before, reply }
}

async function asking(as: Person) {
  return { as, device: await askingDevice(harness, as) }
}

/** A device that asks, of a payer who has one. */
async function askingOld({ isConfirmed = false } = {}) {
  const as = harness.stranger()
  const old = await addDevice(harness, as)
  const device = await askingDevice(harness, as)
  const { id, digits } = device
  if (isConfirmed) await harness.call('deviceConfirm', { as, id, body: { digits } })
  return { as, old, device }
}

type Asking = { readonly as: Person; readonly device: TestDevice }
const confirming = ({ as, device }: Asking, more: object = {}) => {
  const { id, digits } = device
  return { as, device, request: { as, id, body: { digits, ...more } } }
}
const mistyped = ({ as, device }: Asking) => {
  const body = { digits: otherThan(device.digits) }
  return { as, device, request: { as, id: device.id, body } }
}

async function texted() {
  return textedTo(await asking(await harness.person()))
}

async function textedTo(one: Asking) {
  harness.clock.advance(20)
  succeeded(await leave(one))
  return confirming(one, { code: harness.codeOn(one.as.number) })
}

/** A payer with a device, and another one that waits. */
async function recovering() {
  const as = await harness.person()
  const first = await addDevice(harness, as)
  return { as, first, second: await waitingDevice(harness, as) }
}

async function removedByPage() {
  const as = harness.stranger()
  const device = await addDevice(harness, as)
  succeeded(await harness.call('deviceRemove', { as, id: device.id, body: {} }))
  return { as, device }
}

/** A payer with a device, which is asked about another number. */
async function moving(how: 'yes' | 'no') {
  const as = harness.stranger()
  const device = await addDevice(harness, as)
  const body = { phoneNumber: as.number, channel: 'sms' }
  const { verificationId } = succeeded(await harness.call('phoneStart', { as, body }))
  const id = `phone.${verificationId}`
  const answer = how === 'yes' ? await device.yesTo(id) : await device.noTo(id, 'not_me')
  return { as, request: device.requestOf('decideApproval', id, answer) }
}
const leave = ({ as, device }: Asking) =>
  harness.call('deviceLeave', { as, id: device.id, body: { by: 'text' } })

/** The payer has another text sent, and confirms with it, unless the device is in by now. */
async function textAndConfirm({ as, device }: Case): Promise<Reply> {
  if (!device) throw new Error('no device asks')
  harness.clock.advance(20)
  await leave({ as, device })
  const { request } = confirming({ as, device }, { code: harness.codeOn(as.number) })
  return harness.call('deviceConfirm', request)
}

type How = 'yes' | 'no' | 'wrong'
const bodyOf = (device: TestDevice, id: string, how: How) =>
  how === 'no' ? device.noTo(id) : device.yesTo(id, how === 'wrong' ? spoilt(1) : {})

async function answering({ as, old, device }: Asking & { readonly old: TestDevice }, how: How) {
  const id = `device.${device.id}`
  return { as, device, request: old.requestOf('decideApproval', id, await bodyOf(old, id, how)) }
}

async function paying(how: How) {
  const as = harness.stranger()
  const device = await addDevice(harness, as)
  const { paymentId: payment } = await harness.pending(as)
  const id = `payment.${payment}`
  const request = device.requestOf('decideApproval', id, await bodyOf(device, id, how))
  return { as, device, payment, request }
}

async function stored({ payerId }: Person) {
  const Key = { user_id: payerId }
  const read = new GetCommand({ TableName: 'users', Key, ConsistentRead: true })
  return (await harness.documents.send(read)).Item ?? {}
}

/** What of a payer's devices and payment can matter. */
async function stateOf({ as, payment }: Case) {
  const { devices = {}, device_pending: pending, audit_recent = [], ...user } = await stored(as)
  const all: { removedAt?: string; stop?: { askedAt?: string } }[] = Object.values(devices)
  const item = payment === undefined ? undefined : await harness.item(payment)
  const removed = all.filter(({ removedAt }) => removedAt !== undefined).length
  const events: { event: string }[] = item?.history ?? []
  return {
    active: all.length - removed,
    removed,
    pending: pending && { hasDigits: pending.hasDigits, hasYes: pending.yesBy !== undefined },
    told: audit_recent
      .map(({ event }: { event: string }) => event)
      .filter((event: string) => event.startsWith('device.')),
    undoAsked: all.filter(({ stop }) => stop?.askedAt).length,
    number: user.pending_yes_by ? 'with a yes' : user.pending_id ? 'asked about' : 'none',
    locks: user.starts_locks ?? 0,
    payment: item?.status,
    evidence: item?.evidence?.kind,
    ends: events.filter(({ event }) => /^(approved|denied|failed)$/.test(event)).length,
  }
}

/** Half of the wait. */
const SIX_HOURS_MS = 6 * 3_600_000

/** What is wrong, whatever happened. */
async function wrongWith(one: Case, reply: Reply | undefined): Promise<string[]> {
  const item = await stored(one.as)
  const { active, told } = await stateOf(one)
  const digits = reply?.body?.digits
  const texts = harness.phone.book.messages(one.as.number).length
  const entries = (name: string) => told.filter((event: string) => event === name).length
  const waiting = Object.entries<{ activeFrom?: string }>(item.devices ?? {}).flatMap(
    ([id, { activeFrom }]) => (activeFrom ? [{ id, activeFrom: new Date(activeFrom) }] : []),
  )
  const [until] = waiting.map(({ activeFrom }) => activeFrom.getTime() - SIX_HOURS_MS)
  const due = until ? await devices(harness.world).dueReminders(new Date(until)) : []
  const isDue = ({ id }: { id: string }) => due.some(({ deviceId }) => deviceId === id)
  const rules: [string, boolean][] = [
    ['waits, and nobody is told of it again', waiting.every(isDue)],
    ['active devices are not counted', (item.devices_active ?? 0) === active],
    [
      'a device without its audit entry',
      entries('device.added') + entries('device.waiting') - entries('device.stopped') ===
        Object.keys(item.devices ?? {}).length,
    ],
    ['active, and asks', !(item.device_pending?.id in (item.devices ?? {}))],
    ['digits that are not the stored ones', !digits || digits === item.device_pending?.digits],
    [
      'texts not counted',
      !item.device_pending || texts <= (one.textsBefore ?? 1) + item.device_pending.texts,
    ],
  ]
  return rules.flatMap(([what, holds]) => (holds ? [] : [what]))
}

const said = (reply: Reply | undefined) =>
  reply
    ? [reply.status, reply.body?.code]
        .filter(Boolean)
        .join(' ')
        .replace(/^201 .*/, '201')
    : 'nothing'
