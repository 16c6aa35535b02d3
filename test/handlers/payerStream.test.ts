/** What the archive keeps and the bus is told of accounts. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  EMPTY_TRAIL,
  PAYER_EVENTS,
  type PayerEntry,
  payerEntryKey,
  storedPayerEntry,
  type Trail,
} from '../../functions/core/payerTrail.ts'
import { archiveEntries } from '../../functions/handlers/archiveEntries.ts'
import { publishEvents } from '../../functions/handlers/publishEvents.ts'
import { logger } from '../../functions/observe.ts'
import { isConsumed, tables } from '../../functions/tables.ts'
import { LOCAL_BUCKET, startLocalBucket } from '../../local/auditTrail/localBucket.ts'
import { type EventEnvelope, LOCAL_BUS, startLocalBus } from '../../local/auditTrail/localBus.ts'
import { movableClock, otherThan, startHarness } from '../harness/harness.ts'
import { leakFinder } from '../harness/leaks.ts'
import { payerItem, payerRecord, trailWith } from '../harness/payerTrails.ts'
import { sequenceOf, startStandIn } from '../harness/trailHarness.ts'

const PAYER = 'b2c5d4e4-60d1-70c5-4f5e-2f5a0c7a5d11'
const clock = movableClock().now
const allTaken = { batchItemFailures: [] }

let folder: string
let bucket: Awaited<ReturnType<typeof startLocalBucket>>
let bus: Awaited<ReturnType<typeof startLocalBus>>
let broken: Awaited<ReturnType<typeof startStandIn>>
const events: EventEnvelope[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trails-'))
  bucket = await startLocalBucket(folder)
  bus = await startLocalBus((event) => void events.push(event))
  broken = await startStandIn(() => ({ status: 403, body: '<Error><Code>x</Code></Error>' }))
})
afterAll(async () => {
  broken.close()
  await bucket.close()
  await bus.close()
})
beforeEach(() => {
  events.length = 0
})
afterEach(() => vi.restoreAllMocks())

const archive = (Records: DynamoDBRecord[], endpoint = bucket.url) =>
  archiveEntries({
    clock,
    env: { ARCHIVE_BUCKET: LOCAL_BUCKET, ARCHIVE_ENDPOINT: endpoint },
  })({ Records })
const publish = (Records: DynamoDBRecord[], endpoint = bus.url) =>
  publishEvents({ clock, env: { EVENT_BUS: LOCAL_BUS, EVENTS_ENDPOINT: endpoint } })({ Records })

/** What happened to an account one after another, as the stream tells it. */
function lifeOf(payerId: string): {
  readonly trail: Trail
  readonly entries: readonly PayerEntry[]

  readonly records: DynamoDBRecord[]
} {
  const records: DynamoDBRecord[] = []
  const entries: PayerEntry[] = []
  let trail = EMPTY_TRAIL
  for (const event of PAYER_EVENTS) {
    const next = trailWith(payerId, [event], trail)
    records.push(payerRecord(payerId, trail.count === 0 ? undefined : trail, next))
    entries.push(...next.recent.slice(-1))
    trail = next
  }
  return { trail, entries, records }
}

const paymentEntries = (payerId: string) => {
  const own = join(folder, 'payers', payerId)
  return readdirSync(own)
    .toSorted()
    .map((name) => [`payers/${payerId}/${name}`, readFileSync(join(own, name), 'utf8')])
}

test('of an account the archive has just its entries, each once, however often they come', async () => {
  const { entries, records } = lifeOf('ann')
  expect(await archive(records)).toEqual(allTaken)
  expect(await archive(records.slice(1))).toEqual(allTaken)
  const expected = entries.map((entry) => [payerEntryKey(entry), storedPayerEntry(entry)])
  expect(expected).toHaveLength(PAYER_EVENTS.length)
  expect(paymentEntries('ann')).toEqual(expected)
})

test('of an account the bus is told everything that happened, in its order', async () => {
  const { entries, records } = lifeOf(PAYER)
  expect(await publish(records)).toEqual(allTaken)
  expect(events.map((event) => event['detail-type'])).toEqual(PAYER_EVENTS)
  expect(events.map(({ detail }) => detail.eventId)).toEqual(
    PAYER_EVENTS.map((_, i) => `${PAYER}:${i + 1}`),
  )
  expect(events.map(({ detail }) => detail.entry)).toEqual(entries.map(({ hash }) => hash))
})

test('two entries of one write are two entries and two events', async () => {
  const record = payerRecord(
    'bea',
    undefined,
    trailWith('bea', ['phone.changed', 'sessions.ended']),
  )
  await archive([record])
  await publish([record])
  expect(paymentEntries('bea')).toHaveLength(2)
  expect(events.map((event) => event['detail-type'])).toEqual(['phone.changed', 'sessions.ended'])
})

test('a change of an item without a new entry is neither kept nor told', async () => {
  const trail = trailWith('cleo', ['phone.verified'])
  const record = payerRecord('cleo', trail, trail)
  expect(await archive([record], broken.url)).toEqual(allTaken)
  expect(await publish([record], broken.url)).toEqual(allTaken)
})

test('no entry and no event has a number or an e-mail address', async () => {
  const { trail, records } = lifeOf('dora')
  await archive(records)
  await publish(records)
  const { phone_number: number, email } = payerItem('dora', trail)
  const find = leakFinder({ codes: [], numbers: [number], others: { email: [email] } })
  const texts = [...paymentEntries('dora').flat(), ...events.map((event) => JSON.stringify(event))]
  expect(texts.length).toBeGreaterThan(2 * PAYER_EVENTS.length)
  expect(texts.flatMap(find)).toEqual([])
  expect(records.map((record) => find(JSON.stringify(record)).length)).not.toContain(0)
})

describe('what was changed by hand', () => {
  const before = trailWith(PAYER, ['phone.verified', 'codes.locked'])
  const warned = () => vi.spyOn(logger, 'warn').mock.calls

  test('an item with a trail that was removed is told of', async () => {
    const seen = warned()
    expect(await archive([payerRecord(PAYER, before, undefined)])).toEqual(allTaken)
    expect(await publish([payerRecord(PAYER, before, undefined)], broken.url)).toEqual(allTaken)
    expect(seen).toEqual([['AuditTrailRemoved', { payerId: PAYER }]])
  })

  test.each([
    ['never had a trail', EMPTY_TRAIL],
    ['was of a closed account', trailWith(PAYER, ['account.closed'], before)],
  ])('an item that %s may go', async (_, trail) => {
    const seen = warned()
    expect(await archive([payerRecord(PAYER, trail, undefined)])).toEqual(allTaken)
    expect(seen).toEqual([])
  })

  test('an entry that does not continue the chain is neither kept nor published, and told of', async () => {
    const after = trailWith('another', ['phone.verified', 'codes.locked', 'account.unlocked'])
    const recent = [...before.recent, ...after.recent.slice(2)]
    const record = payerRecord(PAYER, before, { count: 3, recent })
    const seen = warned()
    expect(await archive([record], broken.url)).toEqual(allTaken)
    expect(await publish([record], broken.url)).toEqual(allTaken)
    expect(seen).toEqual([['AuditTrailRewritten', { payerId: PAYER }]])
  })

  test('an entry that is taken away is told of, and what came after still goes', async () => {
    const after = trailWith(
      'eve',
      ['account.locked'],
      trailWith('eve', ['phone.verified', 'codes.locked']),
    )
    const record = payerRecord('eve', trailWith('eve', ['phone.verified', 'codes.locked']), {
      ...after,
      recent: after.recent.slice(1),
    })
    const seen = warned()
    expect(await archive([record])).toEqual(allTaken)
    expect(paymentEntries('eve').map(([key]) => key)).toEqual(['payers/eve/000003.json'])
    expect(seen).toEqual([['AuditTrailRewritten', { payerId: 'eve' }]])
  })
})

test.each([
  ['ArchiveFault', archive],
  ['PublishFault', publish],
] as const)(
  '%s stops at the change that it names, and tells no more than ids',
  async (metric, consume) => {
    const { records } = lifeOf(PAYER)
    const failed = vi.spyOn(logger, 'error').mock.calls
    const [first] = records
    const sequenceNumber = first && sequenceOf(first)
    expect(await consume(records, broken.url)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumber }],
    })
    expect(failed).toEqual([
      [metric, { payerId: PAYER, sequenceNumber, fault: expect.any(String) }],
    ])
  },
)

test('a trail that is none as we store it is a fault, told by ids only', async () => {
  const record = payerRecord(PAYER, undefined, trailWith(PAYER, ['phone.verified']))
  const NewImage = { ...record.dynamodb?.NewImage, audit_count: { S: '+12025550123' } }
  const failed = vi.spyOn(logger, 'error').mock.calls
  const spoiled = { ...record, dynamodb: { ...record.dynamodb, NewImage } }
  expect((await archive([spoiled])).batchItemFailures).toHaveLength(1)
  expect(failed).toEqual([['ArchiveFault', expect.objectContaining({ fault: 'ZodError' })]])
})

test('no counter of a limit is ever brought to who follows the payers', async () => {
  const harness = await startHarness()
  const person = await harness.person({ app: false })
  const { paymentId: id } = await harness.pending(person)
  await harness.call('smsStart', { as: person, id })
  const code = otherThan(harness.codeOn(person.number))
  await harness.call('smsVerify', { as: person, id, body: { code } })
  const items = await harness.all('users')
  await harness.close()
  const counters = items.filter(({ user_id }) => user_id !== person.payerId)
  expect(counters.length).toBeGreaterThan(3)
  const isCounted = (item: object) => isConsumed(tables.users, [undefined, marshall(item)])
  expect(counters.filter(isCounted)).toEqual([])
  const trail = trailWith('ann', ['phone.verified'])
  const imageOf = (one: Trail) => marshall(payerItem('ann', one))
  const images = [EMPTY_TRAIL, trail].map(imageOf)
  expect([
    isConsumed(tables.users, images),
    isConsumed(tables.users, images.toReversed()),
    isConsumed(tables.users, [imageOf(trail)]),
    isConsumed(tables.users, [undefined, imageOf(EMPTY_TRAIL)]),
    isConsumed(tables.users, [{ audit_count: { S: '1' } }]),
  ]).toEqual([true, true, true, false, false])
})
