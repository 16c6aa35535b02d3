/**
 * The server under load with faults, in a process of its own: the local API with its database on disk, and
 * before the database and the provider what makes bad days. The provider itself is elsewhere.
 */
import '../local/environment.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { World } from '../functions/composition.ts'
import { sweepPayments } from '../functions/sweepPayments.ts'
import { startGateway } from '../local/api/gateway.ts'
import { handlersIn } from '../local/api/handlers.ts'
import { asLambda } from '../local/database/access.ts'
import { createTables, startDatabase } from '../local/database/database.ts'
import {
  API_KEY,
  CLIENT_ID,
  type FromFaulty,
  type Injected,
  SCOPE,
  type ToFaulty,
} from './parts.ts'
import { startTap } from './tap.ts'

const THROTTLED = 0.05
const UNAVAILABLE = 0.05

const [, , issuer = '', providerUrl = ''] = process.argv
const injected: Injected = {
  databaseCalls: 0,
  throttled: 0,
  givenUp: 0,
  providerCalls: 0,
  unavailable: 0,
}
let shiftMs = 0
const clock = () => new Date(Date.now() + shiftMs)

const dataDir = mkdtempSync(join(tmpdir(), 'payfriend-bench-'))
process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }))
const database = await startDatabase({ dataDir })
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
await createTables(
  new DynamoDBClient({ endpoint: database.endpoint, region: 'local', credentials }),
)

const store = await startTap(database.endpoint, (headers) => {
  injected.databaseCalls += 1
  if (Math.random() >= THROTTLED) return undefined
  injected.throttled += 1
  // The SDK tells which of its tries this is; after the last it gives up.
  const [, attempt, most] =
    /attempt=(\d+); max=(\d+)/.exec(String(headers['amz-sdk-request'])) ?? []
  if (attempt === undefined || attempt === most) injected.givenUp += 1
  const __type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'
  const body = JSON.stringify({ __type, message: 'Too many requests for this table.' })
  return { status: 400, type: 'application/x-amz-json-1.0', body }
})
const provider = await startTap(providerUrl, () => {
  injected.providerCalls += 1
  if (Math.random() >= UNAVAILABLE) return undefined
  injected.unavailable += 1
  return { status: 503, type: 'text/html', body: '<h1>503 Service Unavailable</h1>' }
})

const gateway = await startGateway({ port: 0, clock })
const world: World = {
  clock,
  env: {
    PAYMENTS_TABLE: 'payments',
    PAYERS_TABLE: 'users',
    DYNAMODB_ENDPOINT: store,
    AUTHY_API_URL: provider,
    AUTHY_API_KEY: API_KEY,
    PUBLIC_URL: `${gateway.url}/api`,
    // Nobody signs out.
    USER_POOL_ID: 'none',
    OPEN_PAYMENTS: '1000',
    PAYMENTS_PER_HOUR: '1000',
    TEXTS_PER_HOUR: '1000000',
    TEXTS_PER_DAY: '1000000',
    PROVING_TEXTS_PER_HOUR: '1000000',
    PROVING_TEXTS_PER_DAY: '1000000',
    TEXTS_PER_DAY_FOR_STAGE: '1000000',
    PAYMENT_TTL_SECONDS: '300',
  },
}
const site = { files: new Map(), config: {} }
const handlers = handlersIn((name) => asLambda(world, name), 'authy')
gateway.open({ handlers, issuer, clientId: CLIENT_ID, scope: SCOPE, site })
const sweep = sweepPayments(asLambda(world, 'sweepPayments'))

process.once('disconnect', () => process.exit())
const tell = (message: FromFaulty) => process.send?.(message)
process.on('message', async (message: ToFaulty) => {
  if (message.ask === 'pass') shiftMs += message.seconds * 1000
  // A run in which a payment could not be swept fails at its end, and the next one comes.
  const swept =
    message.ask === 'sweep' ? await sweep().catch(() => 'with faults' as const) : undefined
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  tell({ rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20, injected, swept })
})
tell({ url: gateway.url, endpoint: database.endpoint })
