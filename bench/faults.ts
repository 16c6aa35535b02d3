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
import { figures, findings, type Run } from './faultFindings.ts'
import { startIssuer } from './issuer.ts'
import { API_KEY, type FaultyReady, type FaultyState, type ToFaulty } from './parts.ts'
import { type Payer, payOn, type Seen } from './paying.ts'
import type { Item } from './tableChecks.ts'

const SECONDS = Number(process.env.SECONDS ?? 60)
const CONNECTIONS = 16
const PAYERS = 320
const LOOK_EVERY_MS = 3000

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
const memory: Run['memory'][number][] = []
const startedAt = performance.now()
const elapsed = () => (performance.now() - startedAt) / 1000
const isOver = () => elapsed() >= SECONDS
const places = Array.from({ length: CONNECTIONS }, (_, n) => n)
await Promise.all([...places.map(workAt), watch()])
await phone.settled()

// In time that is only said to pass: silent pushes are read, then all is over.
for (let minutes = 0; minutes < 8; minutes += 1) {
  await tell({ ask: 'pass', seconds: 61 })
  await tell({ ask: 'sweep' })
}
const { injected } = await tell({ ask: 'state' })
const pushes = payers.flatMap(({ number }) => phone.book.pushes(number))
const run: Run = { seconds: SECONDS, seen, memory, injected, pushes, items: await everyItem() }
console.log(figures(run).join('\n'))
const problems = [...findings(run)]
for (const problem of problems) console.error(`FAILED: ${problem}`)
documents.destroy()
server.disconnect()
await phone.close()
closeIssuer()
process.exitCode = problems.length > 0 ? 1 : 0

/** One person after the other, each for a second, so that no count of theirs comes near a limit. */
async function workAt(place: number) {
  const { book } = phone
  for (let n = place; !isOver(); n += CONNECTIONS) {
    const payer = payers[n % PAYERS]
    const until = elapsed() + 1
    const isDone = () => isOver() || elapsed() >= until
    if (payer) await payOn(payer, { url: ready.url, book, seen, isOver: isDone })
  }
}

/** Sweeps, as the schedule does in AWS, and looks how the server is. */
async function watch() {
  while (!isOver()) {
    await setTimeout(LOOK_EVERY_MS)
    const state = await tell({ ask: 'sweep' })
    const requests = [...seen.statuses.values()].reduce((sum, times) => sum + times, 0)
    memory.push({ ...state, at: elapsed(), requests })
  }
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
    provider_phone_id: String(authyId),
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
