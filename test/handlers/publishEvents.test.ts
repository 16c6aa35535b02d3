import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { paymentEventOf } from '../../functions/core/paymentTrail.ts'
import { publishEvents } from '../../functions/handlers/publishEvents.ts'
import { logger } from '../../functions/observe.ts'
import { type EventEnvelope, LOCAL_BUS, startLocalBus } from '../../local/auditTrail/localBus.ts'
import { NOON, type Person } from '../harness/harness.ts'
import { leakFinder } from '../harness/leaks.ts'
import {
  type Answer,
  ENDS,
  ends,
  sequenceOf,
  startStandIn,
  startTrailHarness,
  type TrailHarness,
} from '../harness/trailHarness.ts'

let harness: TrailHarness
let payer: Person
let bus: Awaited<ReturnType<typeof startLocalBus>>
let broken: Awaited<ReturnType<typeof startStandIn>>
const events: EventEnvelope[] = []
beforeAll(async () => {
  harness = await startTrailHarness()
  bus = await startLocalBus((event) => void events.push(event))
  broken = await startStandIn(allPut)
})
afterAll(async () => {
  broken.close()
  await bus.close()
  await harness.close()
})
beforeEach(async () => {
  payer = await harness.person()
  events.length = 0
  broken.asked.length = 0
  broken.answer = allPut
})
afterEach(() => vi.restoreAllMocks())

type Put = { readonly Entries: readonly { readonly DetailType: string; readonly Detail: string }[] }
const putIn = ({ text }: { text: string }): Put => JSON.parse(text)
/** What EventBridge answers when it took all. */
const allPut = ({ text }: { text: string }): Answer => ({
  status: 200,
  body: JSON.stringify({
    FailedEntryCount: 0,
    Entries: putIn({ text }).Entries.map((_, i) => ({ EventId: `event-${i}` })),
  }),
})

const publishAt = (endpoint: string, ...Records: DynamoDBRecord[]) =>
  publishEvents({
    clock: harness.clock.now,
    env: { EVENT_BUS: LOCAL_BUS, EVENTS_ENDPOINT: endpoint },
  })({ Records })
const allTaken = { batchItemFailures: [] }
const failedAt = (record: DynamoDBRecord | undefined) => ({
  batchItemFailures: [{ itemIdentifier: record && sequenceOf(record) }],
})

test.each(ends)('of a payment that is %s just two events tell', async (end) => {
  const id = await harness.ended(payer, end)
  expect(await publishAt(bus.url, ...(await harness.changesOf(id)))).toEqual(allTaken)
  const published = (await harness.paymentEntries(id)).flatMap(
    (entry) => paymentEventOf(entry) ?? [],
  )
  expect(events).toMatchObject(
    published.map(({ type, detail }) => ({ source: 'payfriend', 'detail-type': type, detail })),
  )
  expect(events.map((event) => event['detail-type'])).toEqual([
    'payment.pending',
    `payment.${ENDS[end].status}`,
  ])
})

test('an event says when it was so', async () => {
  const { paymentId } = await harness.pending(payer)
  const started = harness.clock.now()
  harness.clock.advance(10)
  await harness.call('cancelPayment', { as: payer, id: paymentId })
  await publishAt(bus.url, ...(await harness.changesOf(paymentId)))
  const times = events.map(({ time, detail }) => [time, detail.at])
  const at = (seconds: number) => new Date(started.getTime() + seconds * 1000).toISOString()
  const toTheSecond = (time: string) => time.replace(/\.\d+/, '')
  expect(times).toEqual([at(0), at(10)].map((time) => [toTheSecond(time), time]))
  expect(started.getTime()).toBeGreaterThanOrEqual(NOON.getTime())
})

test('what is published twice has the same ids twice', async () => {
  const id = await harness.ended(payer, 'denied')
  const records = await harness.changesOf(id)
  await publishAt(bus.url, ...records)
  await publishAt(bus.url, ...records)
  const ids = events.map(({ detail }) => detail.eventId)
  expect(ids).toEqual([`${id}:pending`, `${id}:denied`, `${id}:pending`, `${id}:denied`])
})

test('a change of no status tells nobody', async () => {
  const { paymentId } = await harness.pending(payer)
  const [, pushSent] = await harness.changesOf(paymentId)
  expect(pushSent && (await publishAt(broken.url, pushSent))).toEqual(allTaken)
  expect(broken.asked).toEqual([])
})

test('a payment that was removed by hand tells nobody', async () => {
  const { paymentId } = await harness.pending(payer)
  const [first] = await harness.changesOf(paymentId)
  const { NewImage = {}, ...others } = first?.dynamodb ?? {}
  const removed = { ...first, eventName: 'REMOVE', dynamodb: { ...others, OldImage: NewImage } }
  expect(await publishAt(broken.url, removed as DynamoDBRecord)).toEqual(allTaken)
  expect(broken.asked).toEqual([])
})

const answered = (body: object) => ({ status: 200, body: JSON.stringify(body) })
const Entries = [{ ErrorCode: 'InternalFailure', ErrorMessage: 'canary' }]
test.each([
  ['503', { status: 503 }, undefined],
  ['400', { status: 400, body: '{"__type":"ResourceNotFoundException"}' }, undefined],
  ['200 with a failed entry', answered({ FailedEntryCount: 1, Entries }), 'InternalFailure'],
  [
    '200 with a failed historyEntry not counted',
    answered({ FailedEntryCount: 0, Entries }),
    undefined,
  ],
  ['200 with a count alone', answered({ FailedEntryCount: 1 }), 'EntryFailed'],
  ['200 with nothing', answered({}), 'EntryFailed'],
])('%s is no event: it stops there and names the change', async (_, instead, fault) => {
  const id = await harness.ended(payer, 'cancelled')
  const records = await harness.changesOf(id)
  const other = await harness.ended(payer, 'cancelled')
  broken.answer = (asked) => (asked.text.includes(`${id}:cancelled`) ? instead : allPut(asked))
  const failed = vi.spyOn(logger, 'error')
  expect(await publishAt(broken.url, ...records, ...(await harness.changesOf(other)))).toEqual(
    failedAt(records.at(-1)),
  )
  expect(broken.asked.filter(({ text }) => text.includes(other))).toEqual([])
  expect(failed.mock.calls).toEqual([
    [
      'PublishFault',
      {
        paymentId: id,
        sequenceNumber: sequenceOf(records.at(-1) ?? {}),
        fault: fault ?? expect.any(String),
      },
    ],
  ])
  expect(JSON.stringify(failed.mock.calls)).not.toContain('canary')
})

test('more events than EventBridge takes at once go in more calls, in their order', async () => {
  const { paymentId } = await harness.pending(payer)
  const [first] = await harness.changesOf(paymentId)
  const image = first?.dynamodb?.NewImage
  const history = Array.from({ length: 12 }, (_, i) => ({
    M: {
      at: { S: `2026-11-21T12:00:${10 + i}.000Z` },
      event: { S: 'started' },
      channel: { NULL: true as const },
      by: { S: 'payer' },
    },
  }))
  const odd = {
    ...first,
    dynamodb: { ...first?.dynamodb, NewImage: { ...image, history: { L: history } } },
  }
  expect(await publishAt(broken.url, odd as DynamoDBRecord)).toEqual(allTaken)
  const calls = broken.asked.map((asked) =>
    putIn(asked).Entries.map(({ Detail }) => JSON.parse(Detail).at),
  )
  expect(calls.map((call) => call.length)).toEqual([10, 2])
  expect(calls.flat()).toEqual(history.map(({ M }) => M.at.S))
})

test('no event has a phone number, a code or the provider’s id of a phone', async () => {
  for (const end of ends) {
    const id = await harness.ended(payer, end)
    await publishAt(bus.url, ...(await harness.changesOf(id)))
    // Wrong codes lock codes, each time for longer.
    harness.clock.advance(7200)
  }
  const codes = harness.phone.book
    .messages(payer.number)
    .flatMap(({ code }) => (code ? [code] : []))
  const find = leakFinder({ codes, numbers: [payer.number], others: {} })
  const texts = events.map((event) => JSON.stringify(event))
  expect(texts).toHaveLength(2 * ends.length)
  expect(texts.flatMap(find)).toEqual([])
  expect(find(`to ${payer.number}`)).not.toEqual([])
  const { provider_phone_id: providerPhoneId } =
    (await harness.all('payments')).find(({ user_id }) => user_id === payer.payerId) ?? {}
  expect(providerPhoneId).toMatch(/^\d+$/)
  expect(texts.filter((text) => text.includes(`"${providerPhoneId}"`))).toEqual([])
})
