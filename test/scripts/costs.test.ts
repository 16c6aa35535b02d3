import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { providers } from '../../functions/routes.ts'
import type { TableShape } from '../../functions/tables.ts'
import { MIX, VOLUMES } from '../../scripts/costs/assumptions.ts'
import { billOf, sumOf } from '../../scripts/costs/bill.ts'
import { recordJourneys } from '../../scripts/costs/journeys.ts'
import { startMeter } from '../../scripts/costs/meter.ts'
import { monthOf, signInUsd, twilioUsd } from '../../scripts/costs/month.ts'
import { PEOPLE_FREE, PRICES } from '../../scripts/costs/prices.ts'
import type { Journey, Recording } from '../../scripts/costs/recording.ts'
import { CHART, costsChart, costsText } from '../../scripts/costs/report.ts'
import { SAVINGS } from '../../scripts/costs/savings.ts'
import { stackOf } from '../../scripts/costs/stack.ts'
import { indexWriteUnits, itemBytes, readUnits, writeUnits } from '../../scripts/costs/units.ts'
import { type Rig, startRig } from '../rig.ts'

const read = (path: string) => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8')
const recording: Recording = JSON.parse(read('scripts/costs/recording.json'))

describe('an item is as large as AWS says', () => {
  test.each<[what: string, bytes: number, item: Record<string, AttributeValue>]>([
    ['nothing', 0, {}],
    ['a text, by its name and its bytes in UTF-8', 2 + 5, { id: { S: '€20' } }],
    ['a number, by half its significant digits and one', 1 + 2 + 1, { n: { N: '20500' } }],
    ['a number below zero, by one more', 1 + 1 + 1 + 1, { n: { N: '-5' } }],
    ['a flag', 2 + 1, { on: { BOOL: false } }],
    ['a set of numbers', 1 + 2 + 2, { n: { NS: ['1', '2'] } }],
    [
      'a list, by 3 and 1 for each',
      1 + 3 + (1 + 2) + (1 + 3),
      { l: { L: [{ S: 'ab' }, { S: 'abc' }] } },
    ],
    [
      'a map, by 3 and 1 for each, with its names',
      1 + 3 + 1 + (2 + 4),
      { m: { M: { at: { S: 'noon' } } } },
    ],
    ['several, all together', 3 + 3, { a: { S: 'bc' }, b: { S: 'cd' } }],
  ])('%s: %i bytes', (_, bytes, item) => {
    expect(itemBytes(item)).toBe(bytes)
  })
})

/** A text of an item that is so large altogether. */
const ofBytes = (bytes: number) => ({ id: { S: 'x'.repeat(bytes - 2) } })

describe('a read', () => {
  test.each([
    [1, 0],
    [1, 4096],
    [2, 4097],
  ])('costs %i where it is consistent, of %i bytes, and else half', (units, bytes) => {
    expect(readUnits(bytes, { isConsistent: true })).toBe(units)
    expect(readUnits(bytes, { isConsistent: false })).toBe(units / 2)
  })
})

describe('a write', () => {
  test.each([
    [1, 2, 1024],
    [2, 2, 1025],
    [2, 1025, 2],
  ])('costs %i of an item that was %i bytes and is %i', (units, before, after) => {
    expect(writeUnits(ofBytes(before), ofBytes(after))).toBe(units)
  })

  test('costs one that finds nothing and leaves nothing', () => {
    expect(writeUnits(undefined, undefined)).toBe(1)
  })
})

describe.each(['ALL', 'KEYS_ONLY'] as const)('of an index that holds %s, a write', (projection) => {
  const shape = {
    partitionKey: { name: 'id', type: 'S' },
    indexes: { open: { partitionKey: { name: 'shard', type: 'N' }, projection } },
  } as const satisfies TableShape
  const item = { id: { S: '1' }, shard: { N: '1' }, other: { S: 'a' } }
  const { shard: _, ...closed } = item
  const isWhole = projection === 'ALL'
  const larger = { ...item, other: { S: 'x'.repeat(1024) } }

  test.each<[what: string, units: number, before: object | undefined, after: object | undefined]>([
    ['that its entry comes with costs one', 1, undefined, item],
    ['that its entry goes with costs one', 1, item, closed],
    ['that changes its key costs two', 2, item, { ...item, shard: { N: '2' } }],
    ['that changes nothing costs nothing', 0, item, { ...item }],
    [
      'that changes what is no key costs by it',
      isWhole ? 1 : 0,
      item,
      { ...item, other: { S: 'b' } },
    ],
    ['of what is not in it costs nothing', 0, closed, { ...closed, other: { S: 'b' } }],
    ['costs by the size of its entry', isWhole ? 2 : 1, undefined, larger],
  ])('%s', (_, units, before, after) => {
    expect(indexWriteUnits(shape, before as never, after as never)).toBe(units)
  })
})

describe('on the embedded database', () => {
  let rig: Rig
  let meter: ReturnType<typeof startMeter>
  beforeAll(async () => {
    rig = await startRig()
    meter = startMeter(rig)
  })
  afterAll(async () => {
    meter.stop()
    await rig.close()
  })

  test('what is counted of a payment is what the engine itself counts', async () => {
    const payer = await rig.person()
    const { paymentId } = await rig.pending(payer)
    const client = new DynamoDBClient({
      endpoint: rig.database,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    })
    const TableName = 'payments'
    const Key = { payment_id: { S: paymentId } }
    const ReturnConsumedCapacity = 'TOTAL'
    const got = await client.send(
      new GetItemCommand({ TableName, Key, ConsistentRead: true, ReturnConsumedCapacity }),
    )
    const item = got.Item ?? {}
    expect(readUnits(itemBytes(item), { isConsistent: true })).toBe(
      got.ConsumedCapacity?.CapacityUnits,
    )
    const put = await client.send(
      new PutItemCommand({ TableName, Item: item, ReturnConsumedCapacity: 'INDEXES' }),
    )
    expect(writeUnits(item, item)).toBe(put.ConsumedCapacity?.Table?.CapacityUnits)
    const asked = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'payer',
        KeyConditionExpression: 'user_id = :payer',
        ExpressionAttributeValues: { ':payer': { S: payer.payerId } },
        ReturnConsumedCapacity,
      }),
    )
    const entries = (asked.Items ?? []).reduce((sum, entry) => sum + itemBytes(entry), 0)
    expect(readUnits(entries, { isConsistent: false })).toBe(asked.ConsumedCapacity?.CapacityUnits)
    client.destroy()
  })

  test('the end of a payment costs its item, its entry in the list, and the one that goes', async () => {
    const payer = await rig.person()
    const { paymentId: id } = await rig.pending(payer)
    const write = await counted(() => rig.call('cancelPayment', { as: payer, id }))
    expect(write).toMatchObject({ calls: 2, reads: 1, writes: 1, indexWrites: 2 })
    expect(write.changes).toHaveLength(1)
  })

  test('a write whose condition is lost costs too, and changes nothing', async () => {
    const payer = await rig.person()
    const { paymentId: id } = await rig.pending(payer)
    await rig.call('cancelPayment', { as: payer, id })
    // Again: the payer is looked at, the write is refused, and the payment is looked at.
    const again = await counted(() => rig.call('cancelPayment', { as: payer, id }))
    expect(again).toMatchObject({ calls: 3, reads: 2, writes: 1, indexWrites: 0, changes: [] })
  })

  test('the empty table is asked four times by each sweep', async () => {
    rig.clock.advance(600)
    await rig.sweep()
    expect(await counted(() => rig.sweep())).toMatchObject({ calls: 4, reads: 2, writes: 0 })
  })

  async function counted(run: () => Promise<unknown>) {
    meter.take()
    await run()
    return meter.take()
  }
})

/** What does not hang on chance: how long lines are does. */
const countsOf = ({ lambdas, changes, pages, announcements, texts, verifications }: Journey) => ({
  lambdas: Object.fromEntries(
    Object.entries(lambdas).map(([name, { logBytes: _, responseBytes: __, ...counts }]) => [
      name,
      counts,
    ]),
  ),
  changes,
  pages,
  announcements,
  texts,
  verifications,
})

describe.each(providers)('with %s, what is recorded', (provider) => {
  const { payments, phoneProof, emptySweep, stack } = recording.providers[provider]

  test('is what payments use today; otherwise run `npm run costs`', async () => {
    // One that waits to its end takes as long as all others, and does the same again and again.
    const today = await recordJourneys(provider, (name) => name !== 'expired')
    for (const [name, journey] of Object.entries(today.payments)) {
      expect({ [name]: countsOf(journey) }).toEqual({
        [name]: payments[name] && countsOf(payments[name]),
      })
    }
    expect(countsOf(today.phoneProof)).toEqual(countsOf(phoneProof))
    expect(countsOf(today.emptySweep)).toEqual(countsOf(emptySweep))
  })

  test('is the stack of today; otherwise run `npm run costs`', () => {
    expect(stackOf(provider)).toEqual(stack)
  })

  test('covers every journey of the mix, which is all payments', () => {
    const mix = Object.entries(MIX[provider])
    expect(Object.keys(payments).sort()).toEqual(mix.map(([name]) => name).sort())
    expect(mix.reduce((sum, [, percent]) => sum + percent, 0)).toBe(100)
  })
})

describe('the bill', () => {
  test.each(providers)(
    'of a month without payments with %s is what is there anyway',
    (provider) => {
      const lines = billOf(monthOf(recording, provider, 0))
      expect(sumOf(lines)).toBeGreaterThan(1)
      expect(sumOf(lines, ({ part }) => part !== 'idle')).toBe(0)
    },
  )

  test.each(providers)(
    'with %s asks for each payment, and for what is there only once',
    (provider) => {
      const [few, many] = VOLUMES.slice(1).map((volume) => {
        const month = { ...monthOf(recording, provider, volume), coldShare: 0 }
        return billOf(month)
      })
      const part = (lines: typeof few, name: string) => sumOf(lines ?? [], (l) => l.part === name)
      expect(part(many, 'polling') / part(few, 'polling')).toBeCloseTo(100, 6)
      expect(part(many, 'record') / part(few, 'record')).toBeCloseTo(100, 6)
      expect(part(many, 'idle')).toBe(part(few, 'idle'))
    },
  )

  test('of people begins after those who are free', () => {
    const payments = PEOPLE_FREE * 4
    expect(signInUsd(payments)).toBe(0)
    expect(signInUsd(payments + 4)).toBeCloseTo(PRICES.person.usd, 9)
  })

  test('of Twilio is each success, and each text as two segments', () => {
    const month = monthOf(recording, 'twilioVerify', 1_000)
    const journey = { ...month.journey, texts: 1, verifications: 1 }
    const nobodyNew = { ...month.phoneProof, texts: 0, verifications: 0 }
    expect(twilioUsd({ ...month, journey, phoneProof: nobodyNew })).toBeCloseTo(74, 6)
  })

  test.each(SAVINGS)('is smaller: $what', ({ change }) => {
    const month = monthOf(recording, 'twilioVerify', 100_000)
    // By a cent at least: the same sum in another order may differ by a hair.
    expect(sumOf(billOf(change(month)))).toBeLessThan(sumOf(billOf(month)) - 0.01)
  })

  test('tells of each price where it was read and when, or that nobody has', () => {
    const text = costsText(recording)
    for (const { source } of Object.values(PRICES)) {
      expect(text).toContain(source.read ? `[${source.read}](${source.url})` : 'undated')
    }
    const undated = Object.values(PRICES).filter(({ source }) => !source.read)
    expect(undated.map(({ unit }) => unit)).toEqual(FROM_MEMORY)
  })
})

/** Whoever finds a dated source for one of these takes it off. */
const FROM_MEMORY = [
  'GB-month of point-in-time recovery',
  'composite alarm a month',
  'dashboard a month',
  'HTTPS request of CloudFront, North America',
  'GB from CloudFront, North America; the first 10 TB',
  'firewall (web ACL) a month',
  'rule of a firewall a month',
  'request looked at by a firewall',
]

test('COSTS.md is what `npm run costs -- --kept` writes', () => {
  expect(read('COSTS.md')).toBe(costsText(recording))
})

test('the chart is what `npm run costs -- --kept` draws', () => {
  expect(read(CHART)).toBe(costsChart(recording))
})
