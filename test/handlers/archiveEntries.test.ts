import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { paymentEntryKey, paymentEntryText } from '../../functions/core/paymentTrail.ts'
import { archiveEntries } from '../../functions/handlers/archiveEntries.ts'
import { logger } from '../../functions/observe.ts'
import { LOCAL_BUCKET, startLocalBucket } from '../../local/auditTrail/localBucket.ts'
import type { Person } from '../harness/harness.ts'
import { leakFinder } from '../harness/leaks.ts'
import {
  ends,
  sequenceOf,
  startStandIn,
  startTrailHarness,
  type TrailHarness,
} from '../harness/trailHarness.ts'

let harness: TrailHarness
let payer: Person
let bucket: Awaited<ReturnType<typeof startStandIn>>
beforeAll(async () => {
  harness = await startTrailHarness()
  bucket = await startStandIn(stored)
})
afterAll(async () => {
  bucket.close()
  await harness.close()
})
beforeEach(async () => {
  payer = await harness.person()
  bucket.asked.length = 0
  bucket.answer = stored
})
afterEach(() => vi.restoreAllMocks())

const stored = () => ({ status: 200 })
const error = (status: number, code: string) => () => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`,
})

const archiveAt = (endpoint: string) =>
  archiveEntries({
    clock: harness.clock.now,
    env: { ARCHIVE_BUCKET: LOCAL_BUCKET, ARCHIVE_ENDPOINT: endpoint },
  })
const archive = (...Records: DynamoDBRecord[]) => archiveAt(bucket.url)({ Records })
const failedAt = (record: DynamoDBRecord | undefined) => ({
  batchItemFailures: [{ itemIdentifier: record && sequenceOf(record) }],
})
const allTaken = { batchItemFailures: [] }
const keys = () => bucket.asked.map(({ path }) => path.replace(`/${LOCAL_BUCKET}/`, ''))

/** Every file of a folder of entries by its key. */
function filesIn(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((found) => found.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  return new Map(
    files.sort().map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]),
  )
}

test.each(ends)('of a payment that is %s the archive has just its entries', async (end) => {
  const id = await harness.ended(payer, end)
  const records = await harness.changesOf(id)
  const entries = await harness.paymentEntries(id)
  const expected = new Map(
    entries.map((entry) => [paymentEntryKey(entry), paymentEntryText(entry)]),
  )
  const folder = mkdtempSync(join(tmpdir(), 'archive-'))
  const local = await startLocalBucket(folder)
  try {
    const consume = archiveAt(local.url)
    expect(await consume({ Records: records })).toEqual(allTaken)
    expect(filesIn(folder)).toEqual(expected)
    // The stream may bring anything twice, or from the middle on.
    expect(await consume({ Records: records })).toEqual(allTaken)
    expect(await consume({ Records: records.slice(1) })).toEqual(allTaken)
    expect(filesIn(folder)).toEqual(expected)
  } finally {
    await local.close()
  }
})

test('an entry is one object, which is never written over another', async () => {
  const { paymentId } = await harness.pending(payer)
  const [entry] = await harness.paymentEntries(paymentId)
  await archive(...(await harness.changesOf(paymentId)).slice(0, 1))
  expect(bucket.asked).toHaveLength(1)
  expect(bucket.asked[0]).toMatchObject({
    method: 'PUT',
    path: `/${LOCAL_BUCKET}/${entry && paymentEntryKey(entry)}?x-id=PutObject`,
    headers: { 'if-none-match': '*', 'content-type': 'application/json' },
    text: entry && paymentEntryText(entry),
  })
})

test('an entry that is there already is as good as written', async () => {
  const { paymentId } = await harness.pending(payer)
  bucket.answer = error(412, 'PreconditionFailed')
  expect(await archive(...(await harness.changesOf(paymentId)))).toEqual(allTaken)
  expect(bucket.asked).toHaveLength(2)
})

test.each([
  [503, 'SlowDown'],
  [500, 'InternalError'],
  [403, 'AccessDenied'],
  [404, 'NoSuchBucket'],
  [409, 'ConditionalRequestConflict'],
  [412, 'SomethingElse'],
])('%i %s is no entry written: it stops there and names the change', async (status, code) => {
  const id = await harness.ended(payer, 'cancelled')
  const records = await harness.changesOf(id)
  bucket.answer = ({ path }) => (path.includes('/002.json') ? error(status, code)() : stored())
  expect(await archive(...records)).toEqual(failedAt(records[1]))
  expect(keys().some((key) => key.includes('/003.json'))).toBe(false)
})

test('a change of nothing that the history tells makes no entry', async () => {
  const { paymentId } = await harness.pending(payer)
  await edit(paymentId, () => ({ push_read_at: '2026-11-21T12:00:00.000Z' }))
  const [last] = (await harness.changesOf(paymentId)).slice(-1)
  expect(last && (await archive(last))).toEqual(allTaken)
  expect(bucket.asked).toEqual([])
})

describe('what was changed by hand', () => {
  let whole: TrailHarness
  // Such payments cannot be swept, so they are nobody else's.
  beforeAll(async () => {
    whole = harness
    harness = await startTrailHarness()
  })
  afterAll(async () => {
    await harness.close()
    harness = whole
  })

  const seen = () => {
    const warned = vi.spyOn(logger, 'warn')
    const failed = vi.spyOn(logger, 'error')
    return { warned: warned.mock.calls, failed: failed.mock.calls }
  }

  test('a payment that was removed stays in the archive, and is told of', async () => {
    const { paymentId } = await harness.pending(payer)
    const [, changed] = await harness.changesOf(paymentId)
    const { NewImage, ...others } = changed?.dynamodb ?? {}
    const removed: DynamoDBRecord = {
      ...changed,
      eventName: 'REMOVE',
      dynamodb: { ...others, ...(NewImage && { OldImage: NewImage }) },
    }
    const { warned } = seen()
    expect(await archive(removed)).toEqual(allTaken)
    expect(bucket.asked).toEqual([])
    expect(warned).toEqual([['AuditTrailRemoved', { paymentId }]])
  })

  test('a history entry that was rewritten is told of, and what came after still goes', async () => {
    const { paymentId } = await harness.pending(payer)
    await edit(paymentId, ({ history: [first, ...others] }) => ({
      history: [{ ...first, at: '2026-11-21T11:00:00.000Z' }, ...others],
    }))
    await harness.call('cancelPayment', { as: payer, id: paymentId })
    const [, before, rewritten, cancelled] = await harness.changesOf(paymentId)
    if (!before || !rewritten || !cancelled) throw new Error('there are not four changes')
    const { warned } = seen()
    expect(await archive(rewritten)).toEqual(allTaken)
    expect(warned).toEqual([['AuditTrailRewritten', { paymentId }]])
    expect(bucket.asked).toEqual([])
    const { NewImage: OldImage } = before.dynamodb ?? {}
    const both = { ...cancelled.dynamodb, ...(OldImage && { OldImage }) }
    expect(await archive({ ...cancelled, dynamodb: both })).toEqual(allTaken)
    expect(keys()).toEqual([expect.stringContaining('/003.json')])
    expect(warned).toHaveLength(2)
  })

  test.each(['decided_at', 'decided_by', 'decided_proof', 'evidence'])(
    'a decision whose %s was taken out is told of, and stops nothing behind it',
    async (name) => {
      const id = await harness.ended(payer, 'approved')
      await edit(id, () => ({ [name]: undefined }))
      const [last] = (await harness.changesOf(id)).slice(-1)
      const { paymentId } = await harness.pending(payer)
      const others = await harness.changesOf(paymentId)
      const { warned, failed } = seen()
      expect(last && (await archive(last, ...others))).toEqual(allTaken)
      expect(warned).toEqual([['AuditTrailRewritten', { paymentId: id }]])
      expect(failed).toEqual([])
      expect(keys()).not.toEqual([])
      expect(keys().filter((key) => !key.includes(paymentId))).toEqual([])
    },
  )

  test.each([
    ['has no history', { history: undefined }],
    ['has a history without a beginning', { history: [] }],
    ['has a history of something else', { history: ['canary'] }],
    ['has evidence of something else', { evidence: 'canary' }],
    ['has no payee', { payee_id: undefined }],
  ])('an item that %s is no payment: it stops there, told by its ids only', async (_, broken) => {
    const { paymentId } = await harness.pending(payer)
    await edit(paymentId, () => broken)
    const [last] = (await harness.changesOf(paymentId)).slice(-1)
    const { failed } = seen()
    expect(last && (await archive(last))).toEqual(failedAt(last))
    expect(bucket.asked).toEqual([])
    expect(failed).toEqual([
      ['ArchiveFault', { paymentId, sequenceNumber: last && sequenceOf(last), fault: 'ZodError' }],
    ])
  })
})

test('no write at the bucket’s fault tells more than ids and the fault’s name', async () => {
  const { paymentId } = await harness.pending(payer)
  const [first] = await harness.changesOf(paymentId)
  bucket.answer = error(403, 'AccessDenied')
  const failed = vi.spyOn(logger, 'error')
  await archive(...(first ? [first] : []))
  expect(failed.mock.calls).toEqual([
    [
      'ArchiveFault',
      { paymentId, sequenceNumber: first && sequenceOf(first), fault: 'AccessDenied' },
    ],
  ])
})

test('no entry has a phone number or a code', async () => {
  for (const end of ends) {
    await archive(...(await harness.changesOf(await harness.ended(payer, end))))
    // Wrong codes lock codes, each time for longer.
    harness.clock.advance(7200)
  }
  const codes = harness.phone.book
    .messages(payer.number)
    .flatMap(({ code }) => (code ? [code] : []))
  const find = leakFinder({ codes, numbers: [payer.number], others: {} })
  expect(bucket.asked.length).toBeGreaterThan(3 * ends.length)
  expect(bucket.asked.flatMap(({ text }) => find(text))).toEqual([])
  expect(codes.length).toBeGreaterThan(1)
  expect([payer.number, ...codes].map((secret) => find(`is ${secret}`).length)).not.toContain(0)
})

test('a batch that is none of a table of payments fails whole', async () => {
  await expect(archive({ dynamodb: { SequenceNumber: '1' } })).rejects.toThrow('Keys')
})

/** Change a stored payment as no code of ours does; what is undefined goes. */
async function edit(paymentId: string, change: (item: Item) => Item) {
  const item = (await harness.item(paymentId)) ?? {}
  const others = Object.entries({ ...item, ...change(item) }).filter(
    ([, value]) => value !== undefined,
  )
  await harness.documents.send(
    new PutCommand({ TableName: 'payments', Item: Object.fromEntries(others) }),
  )
}
// biome-ignore lint/suspicious/noExplicitAny: an item is changed freely
type Item = Record<string, any>
