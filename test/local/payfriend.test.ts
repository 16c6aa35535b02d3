import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test, vi } from 'vitest'
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import { payments } from '../../functions/composition.ts'
import { payerEntryKey, storedPayerEntry } from '../../functions/core/payerTrail.ts'
import {
  paymentEntries,
  paymentEntryKey,
  paymentEntryText,
} from '../../functions/core/paymentTrail.ts'
import type { EventEnvelope } from '../../local/auditTrail/localBus.ts'
import { asLambda } from '../../local/database/access.ts'
import { type PayfriendOptions, startPayfriend } from '../../local/payfriend.ts'
import { NOON } from '../core/answering.ts'
import { open } from '../core/payments.ts'
import { payerItem, trailWith } from '../harness/payerTrails.ts'

/** Start a payment and cancel it, in a Payfriend that then ends; as a record it has two entries. */
async function cancelledIn(options: Partial<PayfriendOptions>): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = []
  const payfriend = await startPayfriend({
    port: 0,
    clock: () => NOON,
    onEvent: (event) => void events.push(event),
    ...options,
  })
  const store = payments(asLambda(payfriend.world, 'sendPayment'))
  await store.insert(open)
  const cancel = { status: 'cancelled', channel: null, by: 'payer', only: {} } as const
  await store.decide(open.paymentId, cancel, NOON)
  await payfriend.close()
  return events
}

const at = NOON.toISOString()
const entries = paymentEntries(
  {
    ...open,
    outcome: { status: 'cancelled', endedAt: NOON },
    history: [
      { at, event: 'started', channel: null, by: 'payer' },
      { at, event: 'cancelled', channel: null, by: 'payer' },
    ],
  },
  sha256Hex,
)

test('on a laptop too whoever listens is told how a payment ends, before all ends', async () => {
  const events = await cancelledIn({})
  expect(events.map((event) => [event['detail-type'], event.detail.entry])).toEqual([
    ['payment.pending', entries[0]?.hash],
    ['payment.cancelled', entries[1]?.hash],
  ])
})

test('the handlers reach the embedded database without a connection', async () => {
  const { world, close } = await startPayfriend({ port: 0 })
  // Nothing listens there.
  const env = { ...world.env, DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' }
  const store = payments(asLambda({ ...world, env }, 'sendPayment'))
  await store.insert(open)
  const found = await payments(asLambda(world, 'paymentStatus')).find(open.paymentId)
  expect(found?.paymentId).toBe(open.paymentId)
  await close()
})

test('with a folder for data the archive is in it, entry by entry', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'payfriend-'))
  await cancelledIn({ dataDir })
  for (const entry of entries) {
    expect(readFileSync(join(dataDir, 'archive', paymentEntryKey(entry)), 'utf8')).toBe(
      paymentEntryText(entry),
    )
  }
  const files = readdirSync(join(dataDir, 'archive'), { recursive: true, withFileTypes: true })
  expect(files.filter((file) => file.isFile())).toHaveLength(entries.length)
})

test('what happens to an account is kept and told on a laptop too', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'payfriend-'))
  const events: EventEnvelope[] = []
  const onEvent = (event: EventEnvelope) => void events.push(event)
  const payfriend = await startPayfriend({ port: 0, dataDir, onEvent })
  const trail = trailWith('ann', ['phone.verified', 'phone.changed'])
  const client = new DynamoDBClient({
    endpoint: payfriend.world.env.DYNAMODB_ENDPOINT ?? '',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const documents = DynamoDBDocumentClient.from(client)
  const put = (Item: object) =>
    documents.send(new PutCommand({ TableName: 'users', Item: { ...Item } }))
  await put({ user_id: 'limit#person#ann', uses: 1 })
  await put(payerItem('ann', trail))
  client.destroy()
  await payfriend.close()
  expect(events.map((event) => event['detail-type'])).toEqual(['phone.verified', 'phone.changed'])
  for (const entry of trail.recent) {
    const page = readFileSync(join(dataDir, 'archive', payerEntryKey(entry)), 'utf8')
    expect(page).toBe(storedPayerEntry(entry))
  }
  expect(readdirSync(join(dataDir, 'archive', 'payers'))).toEqual(['ann'])
})

test('where nobody listens and nothing is kept payments go as ever', async () => {
  expect(await cancelledIn({ onEvent: undefined })).toEqual([])
})

test.each([
  ['is not on this machine and not encrypted', { EVENTS_URL: 'http://example.com/events' }],
  ['only looks as if it were on this machine', { EVENTS_URL: 'http://localhost.example.com/' }],
  ['is no address', { EVENTS_URL: 'events' }],
  ['is of another kind', { EVENTS_URL: 'file:///etc/passwd' }],
  [
    'waits for changes of another database',
    { EVENTS_URL: 'https://example.com', DYNAMODB_ENDPOINT: 'http://localhost:8000' },
  ],
])('npm start refuses a receiver of events that %s', async (_, given) => {
  const env = { ...process.env, ...given }
  const cwd = resolve(import.meta.dirname, '../..')
  const { code, said } = await new Promise<{ code: unknown; said: string }>((done) => {
    execFile(process.execPath, ['local/start.ts'], { cwd, env }, (error, _out, said) =>
      done({ code: error?.code, said }),
    )
  })
  expect(code).toBe(2)
  expect(said).toContain('This setting is wrong: EVENTS_URL: ')
})

const START = resolve(import.meta.dirname, '../../local/start.ts')

/** `npm start` until something happens, then Ctrl-C: how it ended, and what it complained of. */
async function interrupted(env: Record<string, string>, until: (said: () => string) => unknown) {
  const running = spawn(process.execPath, [START], { env: { ...process.env, PORT: '0', ...env } })
  const said: string[] = []
  const complained: string[] = []
  running.stdout.on('data', (text) => said.push(String(text)))
  running.stderr.on('data', (text) => complained.push(String(text)))
  const ended = once(running, 'exit')
  await until(() => said.join(''))
  running.kill('SIGINT')
  const [code] = await ended
  return { code, complaints: complained.join('') }
}

test.each([
  ['and keeps nothing', () => ({})],
  ['with a folder for data', () => ({ DATA_DIR: mkdtempSync(join(tmpdir(), 'payfriend-')) })],
])('npm start ends by Ctrl-C %s, without a complaint', async (_, env) => {
  const isReady = (said: () => string) =>
    vi.waitFor(() => expect(said()).toContain('ready'), { timeout: 30_000 })
  expect(await interrupted(env(), isReady)).toEqual({ code: 0, complaints: '' })
})

test.each<[string, Record<string, string>, string, string]>([
  ['without a provider', { PROVIDER: 'none' }, 'No provider: no numbers and no texts', 'curl'],
  ['with Authy', {}, 'by hand, as provider: curl -H "X-Authy-API-Key: ', 'No provider'],
  [
    'after a change of provider',
    { PROVIDER: 'none', FORMER_PROVIDER: 'twilioVerify' },
    'Open payments of twilioVerify end as they were started.',
    '-H "X-Authy-API-Key: ',
  ],
])('npm start says what there is %s', async (_, env, words, others) => {
  const said: string[] = []
  await interrupted(env, async (sofar) => {
    await vi.waitFor(() => expect(sofar()).toContain('ready'), { timeout: 30_000 })
    said.push(sofar())
  })
  expect(said.join('')).toMatch(/The pretend phone: http:\/\/localhost:\d+\n/)
  expect(said.join('')).toContain(words)
  expect(said.join('')).not.toContain(others)
})

test('what was published before Ctrl-C still reaches its receiver', async () => {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'payfriend-'))
  const hourAgo = new Date(Date.now() - 3_600_000)
  const overdue = await startPayfriend({ port: 0, dataDir: DATA_DIR, clock: () => hourAgo })
  const store = payments(asLambda(overdue.world, 'sendPayment'))
  const times = { createdAt: hourAgo, expiresAt: new Date(hourAgo.getTime() + 300_000) }
  for (const n of [1, 2, 3]) await store.insert({ ...open, ...times, paymentId: `payment-${n}` })
  await overdue.close()

  let arrived = 0
  const release = Promise.withResolvers<void>()
  const receiver = createServer(async (_, response) => {
    arrived += 1
    await release.promise
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo

  const env = { DATA_DIR, EVENTS_URL: `http://127.0.0.1:${port}` }
  const { code } = await interrupted(env, async (said) => {
    const isTold = () =>
      expect(said().match(/payment\.expired +payment-\d {2}Pay €/g)).toHaveLength(3)
    await vi.waitFor(isTold, { timeout: 30_000 })
    // The first is held until the page is gone, with which all but the receiver ends.
    const [page = ''] = /http:\S+/.exec(said()) ?? []
    const isGone = () => expect(fetch(page)).rejects.toThrow()
    void vi.waitFor(isGone, { timeout: 30_000 }).then(release.resolve)
  })
  expect(code).toBe(0)
  expect(arrived).toBe(3)
  receiver.close()
})
