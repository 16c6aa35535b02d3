/**
 * `npm run bench:faults`: the load with 10 % of callbacks twice, 5 % of the provider's answers 503 and 5 %
 * of the database's calls throttled. Whatever was started must have ended as its history says, nothing may
 * be lost, nothing may fail but by what was injected, and the server's memory must stay flat.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { type Phone, startPhone } from '../local/phone/phone.ts'
import { growth } from './growth.ts'
import { startIssuer } from './issuer.ts'
import { API_KEY, type FaultyReady, type FaultyState, type ToFaulty } from './parts.ts'
import { type Payer, payOn, type Seen } from './paying.ts'
import { flawOf, type Item } from './tableChecks.ts'

const SECONDS = Number(process.env.SECONDS ?? 60)
const CONNECTIONS = 16
const PAYERS = 320
const LOOK_EVERY_MS = 3000
/** Before this part of the run is over, caches fill. */
const WARM = 0.3
/** After a full collection: what requests leave behind would be megabytes. */
const HEAP_GROWTH_KB_PER_SECOND_MAX = 30
const RSS_GROWTH_MB_PER_SECOND_MAX = 1
/** All that the ways of paying and the injected faults can come to. */
const EXPECTED =
  /^(start (200|201|500)|status (200|500)|cancel (200|500)|text (202|500|503)|verify (200|409|422|500|503))$/

const { issuer, tokenOf, closeIssuer } = await startIssuer()
let callbackUrl = ''
const phone: Phone = await startPhone({
  port: 0,
  apiKey: API_KEY,
  callbackUrl: () => callbackUrl,
  clock: () => new Date(),
})
const server = fork(new URL('./faultyServer.ts', import.meta.url), [issuer, phone.url], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  execArgv: ['--expose-gc'],
  // What is injected would be thousands of warnings.
  env: { ...process.env, POWERTOOLS_LOG_LEVEL: 'SILENT' },
})
const ready = (await next(server)) as FaultyReady
callbackUrl = `${ready.url}/api/payments/callback`
const documents = DynamoDBDocumentClient.from(
  new DynamoDBClient({
    endpoint: ready.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }),
)
const payers = await Promise.all(Array.from({ length: PAYERS }, (_, n) => newPayer(n)))
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`
console.log(`${machine}, Node ${process.version}`)
console.log(
  `${SECONDS} s, ${CONNECTIONS} people at a time; load, API and engine share the cores.\n`,
)

const seen: Seen = { told: new Map(), statuses: new Map(), latenciesMs: new Map(), changed: [] }
const memory: (FaultyState & { at: number })[] = []
const startedAt = performance.now()
const elapsed = () => (performance.now() - startedAt) / 1000
const isOver = () => elapsed() >= SECONDS
const groups = Array.from({ length: CONNECTIONS }, (_, n) =>
  payers.filter((_, at) => at % CONNECTIONS === n),
)
await Promise.all([
  ...groups.map(async (group) => {
    // Each person for a while, so that no count of theirs is near a limit.
    for (let n = 0; !isOver(); n += 1) {
      const payer = group[n % group.length]
      const until = elapsed() + 1
      if (payer)
        await payOn(payer, {
          url: ready.url,
          book: phone.book,
          seen,
          isOver: () => isOver() || elapsed() >= until,
        })
    }
  }),
  watch(),
])
await phone.settled()

/** As the schedule does in AWS, in time that is only said to pass: silent pushes are read, then all is over. */
async function watch() {
  while (!isOver()) {
    await setTimeout(LOOK_EVERY_MS)
    memory.push({ ...(await tell({ ask: 'sweep' })), at: elapsed() })
  }
}
for (let minutes = 0; minutes < 8; minutes += 1) {
  await tell({ ask: 'pass', seconds: 61 })
  await tell({ ask: 'sweep' })
}
const { injected } = await tell({ ask: 'state' })
const items = await everyItem()

report()
const problems = [...findings()]
for (const problem of problems) console.error(`FAILED: ${problem}`)
documents.destroy()
server.disconnect()
await phone.close()
closeIssuer()
process.exitCode = problems.length > 0 ? 1 : 0

function report() {
  for (const [name, all] of seen.latenciesMs) {
    const sorted = [...all].sort((a, b) => a - b)
    const p = (share: number) => Math.round(sorted[Math.floor(share * sorted.length)] ?? 0)
    const rate = Math.round(all.length / SECONDS)
    console.log(
      `${name.padEnd(8)} ${String(rate).padStart(5)} a second, p50 ${p(0.5)} ms, p95 ${p(0.95)} ms, p99 ${p(0.99)} ms`,
    )
  }
  const { databaseCalls, throttled, givenUp, providerCalls, unavailable } = injected
  const statuses = [...seen.statuses].sort().map(([kind, times]) => `${kind}: ${times}`)
  const ends = Map.groupBy(items, ({ status }) => status)
  console.log(`\nAnswers: ${statuses.join(', ')}.`)
  console.log(
    `Injected: ${throttled} of ${databaseCalls} database calls throttled, of which the SDK gave up ${givenUp};`,
    `${unavailable} of ${providerCalls} provider calls 503; ${twice()} of ${callbacks().length} callbacks were a second one.`,
  )
  console.log(
    `${seen.told.size} payments were started, ${items.length} are stored:`,
    [...ends].map(([status, all]) => `${all.length} ${status}`).join(', '),
  )
  const { heap, rss } = growths()
  const [first, last] = [memory.at(0), memory.at(-1)]
  console.log(
    `Memory: heap after collection ${first?.heapMb.toFixed(1)} → ${last?.heapMb.toFixed(1)} MB (${(heap * 1024).toFixed(1)} KB a second),`,
    `process ${first?.rssMb.toFixed(0)} → ${last?.rssMb.toFixed(0)} MB (${rss.toFixed(2)} MB a second).`,
  )
}

function* findings(): Generator<string> {
  const stored = new Map(items.map((item) => [item.payment_id, item]))
  for (const [id, status] of seen.told) {
    const item = stored.get(id)
    if (!item) yield `payment ${id} is lost`
    else if (status !== 'pending' && status !== item.status) {
      yield `payment ${id} is ${item.status}, and its payer was told ${status}`
    }
  }
  for (const item of items) {
    const flaw = flawOf(item)
    if (flaw) yield `payment ${item.payment_id}: ${flaw}`
  }
  for (const change of seen.changed) yield `an end that did not stay: ${change}`
  for (const push of pushes()) {
    const item = stored.get(push.hiddenDetails?.payment_id ?? '')
    const isLate = push.answer && item?.status === 'expired'
    if (isLate) yield `payment ${item.payment_id} is expired, and its payer answered in time`
  }
  const perPayment = Map.groupBy(pushes(), ({ hiddenDetails }) => hiddenDetails?.payment_id)
  for (const [id, all] of perPayment)
    if (all.length > 1) yield `payment ${id} was pushed ${all.length} times`

  const answered = (status: number) =>
    [...seen.statuses].reduce(
      (sum, [kind, times]) => sum + (kind.endsWith(` ${status}`) ? times : 0),
      0,
    )
  if (answered(500) > injected.givenUp)
    yield `${answered(500)} times 500, and the SDK gave up ${injected.givenUp} times`
  if (answered(503) > injected.unavailable)
    yield `${answered(503)} times 503, and ${injected.unavailable} were injected`
  const { throttled, databaseCalls, unavailable, providerCalls } = injected
  for (const [what, share] of [
    ['throttles', throttled / databaseCalls],
    ['503s', unavailable / providerCalls],
  ] as const) {
    if (share < 0.03 || share > 0.07) yield `${(share * 100).toFixed(1)} % ${what} instead of 5 %`
  }
  const others = [...seen.statuses.keys()].filter((kind) => !EXPECTED.test(kind))
  if (others.length > 0) yield `answers that nobody expects: ${others.join(', ')}`
  const { heap, rss } = growths()
  if (heap * 1024 > HEAP_GROWTH_KB_PER_SECOND_MAX) yield 'the heap grows'
  if (rss > RSS_GROWTH_MB_PER_SECOND_MAX) yield 'the process grows'
}

function growths() {
  const warm = memory.filter(({ at }) => at > SECONDS * WARM)
  return {
    heap: growth(warm.map(({ at, heapMb }) => [at, heapMb])),
    rss: growth(warm.map(({ at, rssMb }) => [at, rssMb])),
  }
}

function pushes() {
  return payers.flatMap(({ number }) => phone.book.pushes(number))
}

function callbacks() {
  return pushes().flatMap((push) => push.callbacks)
}

function twice() {
  return pushes().filter((push) => push.callbacks.length > 1).length
}

/** Somebody whose phone is verified and known to the pretend Authy. */
async function newPayer(n: number): Promise<Payer> {
  const payerId = `payer-${n}`
  const email = `${payerId}@example.com`
  const number = `+12025${String(550_000 + n).padStart(6, '0')}`
  const { authyId } = phone.book.addUser(number, email)
  const Item = {
    user_id: payerId,
    email,
    phone_number: number,
    phone_country_code: '1',
    phone_verified_at: new Date().toISOString(),
    authy_id: String(authyId),
  }
  await documents.send(new PutCommand({ TableName: 'users', Item }))
  return { number, token: await tokenOf(payerId, email) }
}

async function everyItem(): Promise<Item[]> {
  const found: Item[] = []
  let from: Record<string, unknown> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      new ScanCommand({ TableName: 'payments', ...(from && { ExclusiveStartKey: from }) }),
    )
    found.push(...(Items as Item[]))
    from = LastEvaluatedKey
  } while (from)
  return found
}

function tell(message: ToFaulty): Promise<FaultyState> {
  server.send(message)
  return next(server) as Promise<FaultyState>
}

function next(from: ChildProcess): Promise<FaultyReady | FaultyState> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the server ended'))
    from.once('exit', ended)
    from.once('message', (message) => {
      from.off('exit', ended)
      resolve(message as FaultyReady | FaultyState)
    })
  })
}
