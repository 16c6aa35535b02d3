import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DynamoDBRecord } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventReceiver } from '../../local/auditTrail/eventReceiver.ts'
import { type Consumer, eventSource } from '../../local/auditTrail/eventSource.ts'
import { LOCAL_BUCKET, startLocalBucket } from '../../local/auditTrail/localBucket.ts'
import { type EventEnvelope, LOCAL_BUS, startLocalBus } from '../../local/auditTrail/localBus.ts'
import { startStandIn } from '../harness/trailHarness.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

describe('changes', () => {
  const change = (n: number): DynamoDBRecord => ({ dynamodb: { SequenceNumber: String(n) } })
  const numbers = (records: readonly DynamoDBRecord[]) =>
    records.map(({ dynamodb }) => Number(dynamodb?.SequenceNumber))
  const failing = (n: number) => ({ batchItemFailures: [{ itemIdentifier: String(n) }] })
  const none = { batchItemFailures: [] }

  let batches: number[][]
  let givenUp: DynamoDBRecord[]
  beforeEach(() => {
    batches = []
    givenUp = []
  })
  function source(answer: (batch: number[]) => ReturnType<Consumer>) {
    const consume: Consumer = ({ Records }) => {
      batches.push(numbers(Records))
      return answer(numbers(Records))
    }
    return eventSource(
      consume,
      (record) => void givenUp.push(record),
      async () => {},
    )
  }
  async function brought(answer: (batch: number[]) => ReturnType<Consumer>, count: number) {
    const { take, settled } = source(answer)
    for (let n = 1; n <= count; n += 1) take(change(n))
    await settled()
  }

  test('are brought in their order, at most 25 at once', async () => {
    await brought(async () => none, 60)
    expect(batches.flat()).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
    expect(Math.max(...batches.map(({ length }) => length))).toBe(25)
    expect(givenUp).toEqual([])
  })

  test('are brought again from the first that failed, with all that follow', async () => {
    let hasFailed = false
    await brought(async (batch) => {
      if (hasFailed || !batch.includes(3)) return none
      hasFailed = true
      return failing(3)
    }, 5)
    expect(batches.slice(-2)).toEqual([
      [2, 3, 4, 5],
      [3, 4, 5],
    ])
  })

  test.each([
    ['that fails five times', async () => failing(2)],
    [
      'at which the Lambda itself fails five times',
      async () => {
        throw new Error('broken')
      },
    ],
  ])('one %s is given up, and the others go on', async (_, fault) => {
    await brought(
      async (batch) => (batch[0] === 2 ? fault() : batch.includes(2) ? failing(2) : none),
      3,
    )
    expect(numbers(givenUp)).toEqual([2])
    expect(batches.filter((batch) => batch[0] === 2)).toHaveLength(5)
    expect(batches.at(-1)).toEqual([3])
  })
})

describe('the local archive', () => {
  const KEY = '2026-11-21/KTLLJSfqnCGI9JkWws96Bw/001.json'
  let folder: string
  let url: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bucket-'))
    const bucket = await startLocalBucket(folder)
    closers.push(bucket.close)
    url = `${bucket.url}/${LOCAL_BUCKET}`
  })
  const put = (
    key: string,
    body: string,
    headers: Record<string, string> = { 'if-none-match': '*' },
  ) => fetch(`${url}/${key}`, { method: 'PUT', body, headers })

  test('keeps an entry as a file, and nothing beside it', async () => {
    expect((await put(KEY, '{}')).status).toBe(200)
    expect(readFileSync(join(folder, KEY), 'utf8')).toBe('{}')
    expect(readdirSync(join(folder, KEY, '..'))).toEqual(['001.json'])
  })

  test('never writes over an entry, as S3 would not', async () => {
    await put(KEY, 'first')
    const second = await put(KEY, 'second')
    expect(second.status).toBe(412)
    expect(await second.text()).toContain('<Code>PreconditionFailed</Code>')
    expect(readFileSync(join(folder, KEY), 'utf8')).toBe('first')
  })

  test('keeps an entry of a payer under a name that S3 takes too', async () => {
    const key = 'payers/auth0%257C5f%252E/000001.json'
    expect((await put(key, '{}')).status).toBe(200)
    expect(readFileSync(join(folder, 'payers/auth0%7C5f%2E/000001.json'), 'utf8')).toBe('{}')
  })

  test.each([
    ['an entry that could be written over another', KEY, {}],
    ['a key that is no entry’s', '2026-11-21/x/001.txt', { 'if-none-match': '*' }],
    ['a way out of the folder', '2026-11-21/%2e%2e%2f%2e%2e/001.json', { 'if-none-match': '*' }],
    ['a way out of the payers', 'payers/%2e%2e%2fx/000001.json', { 'if-none-match': '*' }],
    ['a key that is no text', 'payers/%ff/000001.json', { 'if-none-match': '*' }],
  ])('refuses %s', async (_, key, headers) => {
    expect((await put(key, '{}', headers)).status).toBe(403)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('the local bus', () => {
  let url: string
  let events: EventEnvelope[]
  beforeEach(async () => {
    events = []
    const bus = await startLocalBus((event) => void events.push(event))
    closers.push(bus.close)
    url = bus.url
  })
  /** What the SDK sends. Each test breaks one thing about it. */
  const entry = {
    EventBusName: LOCAL_BUS,
    Source: 'payfriend',
    DetailType: 'payment.approved',
    Detail: '{"paymentId":"p1"}',
    Time: 1_795_262_400.5,
  }
  const put = async (Entries: object[], target = 'AWSEvents.PutEvents') => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'x-amz-target': target },
      body: JSON.stringify({ Entries }),
    })
    return { status: answer.status, body: await answer.json() }
  }

  test('tells of an event as EventBridge does', async () => {
    const { status, body } = await put([entry])
    expect({ status, body }).toEqual({
      status: 200,
      body: { FailedEntryCount: 0, Entries: [{ EventId: events[0]?.id }] },
    })
    expect(events).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'payment.approved',
        source: 'payfriend',
        account: '000000000000',
        time: '2026-11-21T12:00:00Z',
        region: 'local',
        resources: [],
        detail: { paymentId: 'p1' },
      },
    ])
  })

  test.each([
    ['no JSON', '{'],
    ['no object', '"p1"'],
  ])('takes the others beside an entry whose detail is %s', async (_, Detail) => {
    const { status, body } = await put([{ ...entry, Detail }, entry])
    expect(status).toBe(200)
    expect(body).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'MalformedDetail' }, { EventId: expect.any(String) }],
    })
    expect(events).toHaveLength(1)
  })

  test.each([
    ['more entries than ten', Array.from({ length: 11 }, () => entry)],
    ['no entry', []],
    ['an entry for another bus', [{ ...entry, EventBusName: 'default' }]],
    ['an entry without a type', [{ ...entry, DetailType: '' }]],
  ])('refuses %s', async (_, entries) => {
    expect((await put(entries)).status).toBe(400)
    expect(events).toEqual([])
  })

  test('knows no other call', async () => {
    expect((await put([entry], 'AWSEvents.PutRule')).status).toBe(400)
  })
})

describe('a receiver of events', () => {
  const event = (paymentId: string): EventEnvelope => ({
    version: '0',
    id: 'id',
    'detail-type': 'payment.approved',
    source: 'payfriend',
    account: '000000000000',
    time: '2026-11-21T12:00:00Z',
    region: 'local',
    resources: [],
    detail: { paymentId },
  })
  let lines: string[]
  let server: Awaited<ReturnType<typeof startStandIn>>
  beforeEach(async () => {
    lines = []
    server = await startStandIn(() => ({ status: 204 }))
    closers.push(server.close)
  })
  function receiver(url = server.url) {
    const made = eventReceiver(
      url,
      (line) => void lines.push(line),
      async () => {},
    )
    closers.push(made.close)
    return made
  }
  const received = () => server.asked.map(({ text }) => JSON.parse(text).detail.paymentId)

  test('is posted each event as JSON, in their order', async () => {
    const { send, settled } = receiver()
    for (const id of ['p1', 'p2', 'p3']) send(event(id))
    await settled()
    expect(received()).toEqual(['p1', 'p2', 'p3'])
    expect(server.asked[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      text: JSON.stringify(event('p1')),
    })
    expect(lines).toEqual([])
  })

  test('that fails is tried three times, told of in a line, and stops nothing', async () => {
    server.answer = ({ text }) => ({ status: text.includes('p1') ? 503 : 200 })
    const { send, settled } = receiver()
    send(event('p1'))
    send(event('p2'))
    await settled()
    expect(received()).toEqual(['p1', 'p1', 'p1', 'p2'])
    expect(lines).toEqual([
      'EVENTS_URL did not take payment.approved of payment p1: it answered 503',
    ])
  })

  test('is told of too where it does not take what happened to an account', async () => {
    server.answer = () => ({ status: 503 })
    const { send, settled } = receiver()
    send({ ...event('p1'), 'detail-type': 'phone.changed', detail: { payerId: 'ann' } })
    await settled()
    expect(lines).toEqual(['EVENTS_URL did not take phone.changed of payer ann: it answered 503'])
  })

  test('of which more than a thousand events wait is sent no more', async () => {
    const { send, settled } = receiver()
    for (let n = 0; n <= 1000; n += 1) send(event(`p${n}`))
    expect(lines).toEqual([
      'EVENTS_URL did not take payment.approved of payment p1000: too many wait',
    ])
    await settled()
    expect(server.asked).toHaveLength(1000)
  })

  test('is not tried again once all is closed', async () => {
    server.answer = () => {
      made.close()
      return { status: 503 }
    }
    const made = receiver()
    made.send(event('p1'))
    made.send(event('p2'))
    await made.settled()
    expect(received()).toEqual(['p1'])
    expect(lines).toEqual([])
  })
})
