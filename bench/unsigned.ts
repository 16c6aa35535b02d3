/**
 * `npm run bench:unsigned`: the time that a body costs before its sender is known, for random shapes, each compared
 * with an ordinary body of its size. Ends with 1 if a shape costs more than three times that.
 *
 * `SEED` gives the same shapes again, `SHAPES` sets their number. Each time is the shortest of many, because other
 * work of the machine can only add to it.
 */
import { availableParallelism, cpus } from 'node:os'
import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda'
import { authyCallback } from '../functions/handlers/authyCallback.ts'
import { sendPayment } from '../functions/handlers/sendPayment.ts'
import { chanceBodies } from './chanceBodies.ts'
import { ordinaryCallback, ordinaryPayment } from './ordinaryBodies.ts'

const SHAPES = Number(process.env.SHAPES ?? 400)
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)
const RATIO_MAX = 3
const BYTES_MIN = 1024
const BYTES_MAX = 8192
const ROUNDS = 40
/** A shape that seems too slow is timed again, with this many more rounds. */
const TRIES = 10

type Work = (body: string) => unknown

const world = {
  env: {
    AUTHY_API_URL: 'http://localhost',
    AUTHY_API_KEY: 'key',
    PUBLIC_URL: 'http://localhost/api',
    PAYMENTS_TABLE: 'payments',
    PAYERS_TABLE: 'users',
  },
  clock: () => new Date(),
}
const callback = authyCallback(world)
const payment = sendPayment(world)
const context = {} as Context

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ` +
    `Node ${process.version}, SEED=${SEED}`,
)
const shapes = chanceBodies(SEED, SHAPES, BYTES_MIN, BYTES_MAX)
await report('a forged callback', ordinaryCallback, (body) =>
  callback(
    eventOf(body, {
      'x-authy-signature': `${'A'.repeat(43)}=`,
      'x-authy-signature-nonce': '1700000101',
    }),
    context,
  ),
)
// The sender is known, but the body is refused before the database is read.
await report('an invalid payment', ordinaryPayment, (body) =>
  payment(
    eventOf(body, { 'content-type': 'application/json', 'idempotency-key': 'bench' }),
    context,
  ),
)

async function report(name: string, ordinary: (bytes: number) => string, work: Work) {
  const found: { body: string; ratio: number }[] = []
  // Writing the log line is part of the cost, but thousands of lines must not be printed.
  const { stdout, stderr } = process
  const writes = [stdout.write, stderr.write] as const
  stdout.write = stderr.write = () => true
  for (const body of shapes) await work(body)
  for (const body of shapes) {
    const equal = ordinary(Buffer.byteLength(body))
    found.push({ body, ratio: await ratioOf(body, equal, work) })
  }
  ;[stdout.write, stderr.write] = writes
  found.sort((one, other) => other.ratio - one.ratio)
  console.log(`\n${name}: ${found.length} shapes, each beside an ordinary body of its size`)
  console.log(`median ${times(found[found.length >> 1]?.ratio)}, and the five worst:`)
  for (const { ratio, body } of found.slice(0, 5)) {
    const bytes = String(Buffer.byteLength(body)).padStart(5)
    console.log(`${times(ratio).padStart(8)} ${bytes} bytes  ${JSON.stringify(body.slice(0, 70))}`)
  }
  const tooSlow = found.filter(({ ratio }) => ratio > RATIO_MAX)
  if (tooSlow.length === 0) return
  console.log(`${tooSlow.length} cost more than ${RATIO_MAX} times an ordinary one.`)
  process.exitCode = 1
}

async function ratioOf(body: string, ordinary: string, work: Work): Promise<number> {
  let [us, ordinaryUs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let tried = 0; tried < TRIES; tried += 1) {
    for (let round = 0; round < ROUNDS; round += 1) {
      ordinaryUs = Math.min(ordinaryUs, await timed(ordinary, work))
      us = Math.min(us, await timed(body, work))
      // So slow a shape needs no more rounds.
      if (round > 4 && us > 30 * ordinaryUs) return us / ordinaryUs
    }
    if (us <= RATIO_MAX * ordinaryUs) break
  }
  return us / ordinaryUs
}

async function timed(body: string, work: Work): Promise<number> {
  const before = process.hrtime.bigint()
  await work(body)
  const after = process.hrtime.bigint()
  return Number(after - before) / 1000
}

/** The parts of an event that the handlers read. */
function eventOf(body: string, headers: Record<string, string>) {
  const claims = { token_use: 'access', sub: 'payer', email: 'payer@example.com' }
  const http = { sourceIp: '203.0.113.7' }
  const requestContext = { requestId: 'bench', http, authorizer: { jwt: { claims } } }
  const event: unknown = { headers, body, isBase64Encoded: false, requestContext }
  return event as APIGatewayProxyEventV2WithJWTAuthorizer
}

function times(ratio = 0): string {
  return `${ratio.toFixed(2)} x`
}
