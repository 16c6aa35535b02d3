/** docs/guides/events.md and events.schema.json say what is published. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { PAYMENT_STATUSES, PROOFS } from '../functions/core/outcome.ts'
import { PAYER_EVENTS } from '../functions/core/payerTrail.ts'
import { publishEvents } from '../functions/handlers/publishEvents.ts'
import { type EventEnvelope, LOCAL_BUS, startLocalBus } from '../local/auditTrail/localBus.ts'
import { eventsText } from '../scripts/eventSchemas.ts'
import { payerRecord, trailWith } from './harness/payerTrails.ts'
import { ENDS, ends, startTrailHarness, type TrailHarness } from './harness/trailHarness.ts'

const read = (file: string) => readFileSync(resolve(import.meta.dirname, '..', file), 'utf8')
const written = JSON.parse(read('docs/api/events.schema.json'))
const schema = z.fromJSONSchema(written)
/** The same without room for what is not listed: readers pass over a new member, we send none untold. */
const strict = z.fromJSONSchema({
  ...written,
  $defs: JSON.parse(
    JSON.stringify(written.$defs, (key, value) =>
      value?.properties && key !== 'payment' && key !== 'account'
        ? { ...value, additionalProperties: false }
        : value,
    ),
  ),
})
const { payment, account } = written.$defs
const text = read('docs/guides/events.md')
const [example, ofAccount, urgent, pattern] = [...text.matchAll(/```json\n(.*?)```/gs)].map(
  ([, json = '']) => JSON.parse(json),
)

let harness: TrailHarness
/** Of payments; and of accounts. */
const events: EventEnvelope[] = []
const accountEvents: EventEnvelope[] = []
/** Of a payment by each of its ends, and of an account to which everything happens. */
beforeAll(async () => {
  harness = await startTrailHarness()
  const bus = await startLocalBus((event) => {
    const isOfPayment = event['detail-type'].startsWith('payment.')
    if (isOfPayment) events.push(event)
    else accountEvents.push(event)
  })
  const env = { EVENT_BUS: LOCAL_BUS, EVENTS_ENDPOINT: bus.url }
  const publish = publishEvents({ clock: harness.clock.now, env })
  for (const end of ends) {
    const id = await harness.ended(await harness.person(), end)
    await publish({ Records: await harness.changesOf(id) })
  }
  const trails = PAYER_EVENTS.map((_, n) => trailWith('ann', PAYER_EVENTS.slice(0, n + 1)))
  await publish({ Records: trails.map((trail, n) => payerRecord('ann', trails[n - 1], trail)) })
  await bus.close()
})
afterAll(() => harness.close())

test('every event is as the schema says', () => {
  expect(events).toHaveLength(2 * ends.length)
  expect(accountEvents).toHaveLength(PAYER_EVENTS.length)
  for (const event of [...events, ...accountEvents]) {
    expect(schema.safeParse(event).error).toBeUndefined()
  }
})

test('no event has a member that the schema does not list', () => {
  for (const event of [...events, ...accountEvents]) {
    expect(strict.safeParse(event).error).toBeUndefined()
  }
  for (const one of [example, ofAccount]) {
    const broken = { ...one, detail: { ...one.detail, phone: '+15017122661' } }
    expect(strict.safeParse(broken).success).toBe(false)
  }
  const { detail } = example
  for (const name of ['payee', 'amount', 'decision']) {
    const broken = { ...detail, [name]: { ...detail[name], more: 1 } }
    expect(strict.safeParse({ ...example, detail: broken }).success).toBe(false)
  }
})

test('a member that comes later is no reason to refuse an event', () => {
  const { detail } = example
  for (const later of [
    { ...example, more: 1 },
    { ...example, detail: { ...detail, more: 1 } },
    { ...example, detail: { ...detail, payee: { ...detail.payee, more: 1 } } },
    { ...example, detail: { ...detail, amount: { ...detail.amount, more: 1 } } },
    { ...example, detail: { ...detail, decision: { ...detail.decision, more: 1 } } },
    { ...ofAccount, detail: { ...ofAccount.detail, more: 1 } },
  ]) {
    expect(schema.safeParse(later).error).toBeUndefined()
  }
})

test('the examples are as the schema says', () => {
  for (const one of [example, ofAccount]) expect(schema.safeParse(one).error).toBeUndefined()
})

/** The compiler binds the schemas there to the types of events. */
test('the schema is what `npm run events` writes', () => {
  expect(read('docs/api/events.schema.json')).toBe(eventsText())
})

test('the examples have just what an event has', () => {
  for (const [one, event] of [
    [example, events[0]],
    [ofAccount, accountEvents[0]],
  ]) {
    expect(Object.keys(one).sort()).toEqual(Object.keys(event ?? {}).sort())
    expect(Object.keys(one.detail).sort()).toEqual(Object.keys(event?.detail ?? {}).sort())
  }
})

describe('the schema refuses an event', () => {
  test.each([
    ['of somebody else', { source: 'shop' }],
    ['of another type', { 'detail-type': 'payment.refunded' }],
    ['of another version', { detail: { ...example.detail, version: 2 } }],
    ['with an amount that is a number', { detail: { ...example.detail, amount: 20.5 } }],
    ['without an id', { detail: { ...example.detail, eventId: undefined } }],
  ])('%s', (_, broken) => {
    expect(schema.safeParse({ ...example, ...broken }).success).toBe(false)
  })

  test.each(payment.properties.detail.required as string[])('without %s', (name) => {
    const { [name]: _, ...detail } = example.detail
    expect(schema.safeParse({ ...example, detail }).success).toBe(false)
  })

  test.each(account.properties.detail.required as string[])('of an account without %s', (name) => {
    const { [name]: _, ...detail } = ofAccount.detail
    expect(schema.safeParse({ ...ofAccount, detail }).success).toBe(false)
  })

  test.each([
    ['of somebody else', { source: 'shop' }],
    ['of a type of payments', { 'detail-type': 'payment.approved' }],
    ['of another version', { detail: { ...ofAccount.detail, version: 2 } }],
    ['by nobody that there is', { detail: { ...ofAccount.detail, by: 'provider' } }],
  ])('of an account %s', (_, broken) => {
    expect(schema.safeParse({ ...ofAccount, ...broken }).success).toBe(false)
  })
})

test('the table has every type, by which channel it is decided, and no other', () => {
  const rows = [...text.matchAll(/^\| `(payment\.\w+)` \|[^|]*\| (.*) \|$/gm)]
  const said = Object.fromEntries(
    rows.map(([, type, channels = '']) => [
      type,
      channels
        .split(' or ')
        .map((channel) => channel.replaceAll('`', ''))
        .sort(),
    ]),
  )
  const found: Record<string, string[]> = {}
  for (const { 'detail-type': type, detail } of events) {
    found[type] = [...new Set([...(found[type] ?? []), String(detail.decidedBy)])].sort()
  }
  expect(said).toEqual(found)
  expect(Object.keys(said).sort()).toEqual(PAYMENT_STATUSES.map((one) => `payment.${one}`).sort())
})

test('the table of what happens to an account has every type, and no other', () => {
  const rows = [...text.matchAll(/^\| `((?!payment)\w+\.\w+)` \|/gm)].map(([, type]) => type)
  expect(rows).toEqual(PAYER_EVENTS)
})

test('each payment is published twice: that it waits, and how it ended', () => {
  const types = events.map((event) => event['detail-type'])
  expect(types).toEqual(ends.flatMap((end) => ['payment.pending', `payment.${ENDS[end].status}`]))
})

type Pattern = { source: string[]; 'detail-type': string[]; detail: { version: unknown[] } }
const takenBy = (rule: Pattern) => (event: EventEnvelope) =>
  rule.source.includes(event.source) &&
  rule['detail-type'].includes(event['detail-type']) &&
  rule.detail.version.includes(event.detail.version)

test('the rule takes approved payments only', () => {
  const taken = events.filter(takenBy(pattern)).map(({ detail }) => detail.status)
  expect(taken).toEqual(['approved', 'approved', 'approved', 'approved'])
})

test('the rule of what a payer must hear of at once takes just these changes of an account', () => {
  expect(events.filter(takenBy(urgent))).toEqual([])
  const taken = accountEvents.filter(takenBy(urgent)).map((event) => event['detail-type'])
  expect(taken.sort()).toEqual(urgent['detail-type'].toSorted())
})

test('only a device that waits tells when it will approve, and only an invitation whether it waits', () => {
  const having = (name: string, of: (event: EventEnvelope) => object | undefined) =>
    accountEvents.filter((event) => name in (of(event) ?? {})).map((one) => one['detail-type'])
  expect(having('activeFrom', ({ detail }) => Object(detail).device)).toEqual(['device.waiting'])
  expect(having('isNow', ({ detail }) => detail)).toEqual(['device.invited'])
  const ofDevices = PAYER_EVENTS.filter((type) => type.startsWith('device.'))
  expect(having('device', ({ detail }) => detail)).toEqual(
    ofDevices.filter((type) => type !== 'device.invited'),
  )
})

test('the table of proofs has every proof that an event can have', () => {
  const section = text.split('## How the yes was learned')[1]?.split('\n## ')[0] ?? ''
  const rows = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, proof]) => proof)
  expect(rows.sort()).toEqual([...PROOFS].sort())
})

test('an end tells how it was learned, and what no channel decided has no decision', () => {
  const told = ends.map((end, i) => [end, events[2 * i + 1]?.detail.decision])
  expect(Object.fromEntries(told)).toEqual({
    approved: { channel: 'push', proof: 'signed-callback' },
    'approved, as the provider says': { channel: 'push', proof: 'provider-read' },
    'approved by a code': { channel: 'sms', proof: 'sms-code' },
    'approved by a passkey': { channel: 'device', proof: 'passkey' },
    'denied by a device': { channel: 'device', proof: 'device-key' },
    denied: { channel: 'push', proof: 'signed-callback' },
    cancelled: null,
    failed: null,
    'failed on a device': null,
    expired: null,
  })
})
