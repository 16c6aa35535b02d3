/**
 * Run by `codeCache.ts` in a process of its own: load a Lambda's script, let it answer the requests of `warmRequests.ts`,
 * and write V8's code cache of what was compiled for that. AWS and the provider are a server here (`warmWorld.ts`).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Script } from 'node:vm'
import { SITE } from './warmDevice.ts'
import { warmEvents } from './warmRequests.ts'
import { answerOfProvider, answerOfTables, SERVICE } from './warmWorld.ts'

type Handler = (event: object, context: object) => unknown

const [from = '', to = '', name = ''] = process.argv.slice(2)
const server = createServer(async (request, response) => {
  let body = ''
  for await (const part of request.setEncoding('utf8')) body += part
  const [, operation] = String(request.headers['x-amz-target']).split('DynamoDB_20120810.')
  const { url = '' } = request
  const answer = operation ? answerOfTables(operation, body) : answerOfProvider(url, body)
  response.end(JSON.stringify(answer))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
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
  SITE_URL: SITE,
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
for (const event of warmEvents(name)) {
  try {
    await handler(event, {})
  } catch {
    // A fault fails no build: the code on the way to it is compiled.
  }
}
writeFileSync(to, script.createCachedData())
process.exit(0)
