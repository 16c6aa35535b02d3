/**
 * Run by `codeCache.ts` in a process of its own: load a Lambda's script, let it answer one request, and write V8's code
 * cache of what was compiled for that. AWS and the provider are a server here that answers `{}`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Script } from 'node:vm'

type Handler = (event: object, context: object) => unknown

/** A request that each handler at least begins: of a signed-in payer, for streams an empty batch. */
const EVENT = {
  version: '2.0',
  routeKey: 'GET /',
  headers: { 'content-type': 'application/json', 'idempotency-key': 'warm' },
  requestContext: {
    requestId: 'warm',
    http: { sourceIp: '127.0.0.1' },
    authorizer: {
      jwt: { claims: { token_use: 'access', sub: 'warm', email: 'warm@example.com' } },
    },
  },
  pathParameters: { paymentId: 'A'.repeat(22), deviceId: 'A'.repeat(43) },
  Records: [],
}

/** Without one `sendPayment`, which payers wait for most, would stop before most of what it does. */
const BODIES: Readonly<Record<string, object>> = {
  sendPayment: {
    payee: { name: 'Ada Lovelace', id: 'ada@example.com' },
    amount: { value: '20.50', currency: 'EUR' },
  },
}

const [from = '', to = '', name = ''] = process.argv.slice(2)
const body = BODIES[name] && JSON.stringify(BODIES[name])
const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('{}'))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const SERVICE = `VA${'0'.repeat(32)}`
Object.assign(process.env, {
  AWS_LAMBDA_FUNCTION_NAME: 'warm',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'nobody',
  AWS_SECRET_ACCESS_KEY: 'nothing',
  AWS_ENDPOINT_URL: address,
  LOG_LEVEL: 'INFO',
  PAYMENTS_TABLE: 'payments',
  PAYERS_TABLE: 'payers',
  DYNAMODB_ENDPOINT: address,
  AUTHY_API_URL: address,
  AUTHY_API_KEY: 'nothing',
  VERIFY_API_URL: address,
  VERIFY_API_KEY: 'nobody',
  VERIFY_API_SECRET: 'nothing',
  VERIFY_PAYMENTS_SERVICE: SERVICE,
  VERIFY_PHONES_SERVICE: SERVICE,
  PUBLIC_URL: `${address}/api`,
  SITE_URL: address,
  PUSH_SEED: 'no seed, which is never used to sign',
  EVENT_BUS: 'bus',
  EVENTS_ENDPOINT: address,
  ARCHIVE_BUCKET: 'archive',
  ARCHIVE_ENDPOINT: address,
  USER_POOL_ID: 'eu-west-1_nobody',
  USER_POOL_ENDPOINT: address,
  USER_POOL_ACCESS_KEY_ID: 'nobody',
  SIGN_UP: 'open',
})

const script = new Script(readFileSync(from, 'latin1'), { filename: 'bundle.js' })
const module = { exports: {} as { handler?: Handler } }
try {
  script.runInThisContext()(module.exports, createRequire(import.meta.url), module, from, '.')
} catch (fault) {
  // Without the line of the bundle, which is all of it.
  console.error(`A Lambda does not load with the variables of lib/warmCache.ts: ${fault}`)
  process.exit(1)
}
const { handler } = module.exports
if (!handler) throw new Error('the bundle has no handler')
try {
  await handler({ ...EVENT, ...(body && { body }) }, {})
} catch {
  // A fault is as good as an answer: the code on the way to it is compiled.
}
writeFileSync(to, script.createCachedData())
process.exit(0)
