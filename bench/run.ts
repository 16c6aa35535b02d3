/**
 * `npm run bench`: how fast the local API is, compared with the database engine alone for the same reads
 * and writes. Figures are for one machine at one time: read them as ratios.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { availableParallelism, cpus } from 'node:os'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import autocannon from 'autocannon'
import { paymentsTable } from '../functions/adapters/dynamodb/paymentsTable.ts'
import { displayText, type PaymentAction } from '../functions/core/action.ts'
import { pushDetails } from '../functions/core/channels/pushRules.ts'
import type { Payment } from '../functions/core/payment.ts'
import { callbackSignature } from '../local/phone/phoneCallback.ts'
import { startIssuer } from './issuer.ts'
import { API_KEY, type FromServer, type Ready, type ToServer, type Usage } from './parts.ts'

const SECONDS = Number(process.env.SECONDS ?? 5)
const CONNECTIONS = [1, 8, 32, 64]
const PAYERS = 1000
const ROWS = [6_000, 100_000]
const action: PaymentAction = {
  kind: 'payment',
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { amountMinor: 2050, currency: 'EUR' },
}

type Payer = { payerId: string; email: string; providerPhoneId: string; token: string }
type Request = {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
}

const { issuer, tokenOf, closeIssuer } = await startIssuer()
const server = fork(new URL('./server.ts', import.meta.url), [issuer], { stdio: 'inherit' })
const ready = (await next(server)) as Ready
const documents = DynamoDBDocumentClient.from(
  new DynamoDBClient({
    endpoint: ready.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }),
)
const store = paymentsTable(documents, 'payments')
const payers = await Promise.all(Array.from({ length: PAYERS }, (_, n) => newPayer(n)))
let rows = 0

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`,
)
console.log(`${SECONDS} s each; the load, the API and the engine share these cores.\n`)
heading()

await fill(ROWS[0] ?? 0)
await warmUp()
const [polled] = await fill(1)
for (const connections of CONNECTIONS) {
  const floor = await bare(connections, () => read(polled))
  const { token } = ownerOf(polled)
  const path = `/api/payments/${polled?.paymentId}`
  const request: Request = { method: 'GET', path, headers: { authorization: `Bearer ${token}` } }
  await measure('status', connections, () => request, { read: floor })
}
for (const delayMs of [0, 200]) {
  await ask({ ask: 'delay', ms: delayMs })
  const name = delayMs === 0 ? 'send' : `send, provider takes ${delayMs} ms`
  for (const connections of CONNECTIONS) await measure(name, connections, newSend)
}
await ask({ ask: 'delay', ms: 0 })
for (const wanted of ROWS) {
  await fill(wanted - rows)
  for (const connections of CONNECTIONS) {
    const writes = await fill(SECONDS * 4000)
    const floor = await bare(connections, () => write(writes.pop()))
    const callbacks = (await fill(SECONDS * 3000)).map(newCallback)
    const name = `callback, ${rows} rows`
    await measure(name, connections, () => callbacks.pop() ?? exhausted(), { write: floor })
  }
}

const { rssMb } = await ask({ ask: 'usage' })
console.log(
  `\nThe server's memory at the end: ${Math.round(rssMb)} MB with ${rows} payments in it.`,
)
documents.destroy()
server.kill()
closeIssuer()

function heading() {
  console.log(
    row(
      'what',
      'connections',
      'requests/s',
      'p50 ms',
      'p99 ms',
      'CPU ms/request',
      'bare engine/s',
      'share',
    ),
  )
}

async function measure(
  name: string,
  connections: number,
  request: () => Request,
  floor: { read?: number; write?: number } = {},
) {
  const before = await ask({ ask: 'usage' })
  const result = await autocannon({
    url: ready.url,
    connections,
    duration: SECONDS,
    requests: [{ setupRequest: (given) => ({ ...given, ...request() }) }],
  })
  const after = await ask({ ask: 'usage' })
  if (result.non2xx + result.errors + result.timeouts > 0) {
    throw new Error(`${name}: ${result.non2xx} refused, ${result.errors} errors`)
  }
  const perSecond = result.requests.total / result.duration
  const bareRate = floor.read ?? floor.write
  console.log(
    row(
      name,
      connections,
      Math.round(perSecond),
      result.latency.p50,
      result.latency.p99,
      ((after.cpuMs - before.cpuMs) / result.requests.total).toFixed(2),
      bareRate === undefined ? '' : Math.round(bareRate),
      bareRate === undefined ? '' : `${Math.round((100 * perSecond) / bareRate)} %`,
    ),
  )
}

/** The rate of the same read or write by the SDK alone, with the same concurrency. */
async function bare(connections: number, once: () => Promise<unknown>): Promise<number> {
  const end = performance.now() + SECONDS * 1000
  let done = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        await once()
        done += 1
      }
    }),
  )
  return done / SECONDS
}

function read(payment: Payment | undefined) {
  return payment ? store.get(payment.payerId, payment.paymentId) : exhausted()
}

function write(payment: Payment | undefined) {
  const { paymentId, providerPhoneId, channels, ...stored } = payment ?? exhausted()
  const only = {
    providerPhoneId,
    displayText: stored.displayText,
    pushDetails: channels.push.details ?? {},
  }
  const now = new Date()
  const evidence = {
    kind: 'provider-read',
    push_id: payment?.channels.push.id ?? '',
    provider_phone_id: providerPhoneId ?? '',
    read_at: now.toISOString(),
  } as const
  const decision = { status: 'approved', channel: 'push', by: 'payer', evidence, only } as const
  return store.decide(paymentId, decision, now)
}

/** Store `count` pending payments, spread over the payers. */
async function fill(count: number): Promise<Payment[]> {
  const made = Array.from({ length: Math.max(0, count) }, () => newPayment(rows++))
  const waiting = [...made]
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (let one = waiting.pop(); one; one = waiting.pop()) await store.insert(one)
    }),
  )
  return made
}

function newPayment(n: number): Payment {
  const payer = payers[n % PAYERS] ?? exhausted()
  const now = new Date()
  const reference = '4F2K7Q'
  return {
    paymentId: randomUUID().replaceAll('-', '').slice(0, 22),
    payerId: payer.payerId,
    requestId: randomUUID(),
    reference,
    providerPhoneId: payer.providerPhoneId,
    action,
    displayText: displayText(action),
    outcome: { status: 'pending' },
    channels: {
      push: {
        state: 'sent',
        askedAt: now,
        id: randomUUID(),
        details: pushDetails(action, payer.email, reference),
      },
      sms: { to: '+1 ••••• ••100', sends: 0, attempts: 0, wrongCodes: 0 },
      device: { tried: [], failed: [] },
    },
    createdAt: now,
    expiresAt: new Date(now.getTime() + 600_000),
  }
}

function newSend(): Request {
  const payer = payers[Math.floor(Math.random() * PAYERS)] ?? exhausted()
  return {
    method: 'POST',
    path: '/api/payments',
    headers: {
      authorization: `Bearer ${payer.token}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ payee: action.payee, amount: { value: '20.50', currency: 'EUR' } }),
  }
}

/** A callback in the form and size of a recorded one, signed for this payment. */
function newCallback(payment: Payment): Request {
  const nonce = String(Math.floor(Date.now() / 1000))
  const params = {
    authy_id: Number(payment.providerPhoneId),
    device_uuid: 2102943,
    callback_action: 'approval_request_status',
    uuid: payment.channels.push.id,
    status: 'approved',
    approval_request: {
      transaction: {
        details: payment.channels.push.details,
        device_details: {},
        device_geolocation: '',
        device_signing_time: Number(nonce),
        encrypted: false,
        flagged: false,
        hidden_details: { payment_id: payment.paymentId, requester_user_id: payment.payerId },
        message: payment.displayText,
        reason: '',
        requester_details: null,
        status: 'approved',
        uuid: payment.channels.push.id,
        created_at_time: Number(nonce),
        customer_uuid: 15083,
      },
      expiration_timestamp: Number(nonce) + 300,
      logos: null,
      app_id: '582380eb7e1caa03317ec08c',
    },
    signature: 'A'.repeat(344),
    device: { city: null, country: 'Portugal', ip: '203.0.113.9', os_type: 'android', id: 2102943 },
  }
  const signed = { nonce, method: 'POST', url: ready.callbackUrl, params }
  return {
    method: 'POST',
    path: '/api/payments/callback',
    headers: {
      'content-type': 'application/json',
      'x-authy-signature': callbackSignature(API_KEY, signed),
      'x-authy-signature-nonce': nonce,
    },
    body: JSON.stringify(params),
  }
}

/** A payer whose phone is verified and known to the Authy emulator. */
async function newPayer(n: number): Promise<Payer> {
  const payerId = `payer-${n}`
  const email = `${payerId}@example.com`
  const national = `2025${String(550_000 + n).padStart(6, '0')}`
  const response = await fetch(`${ready.phoneUrl}/protected/json/users/new`, {
    method: 'POST',
    headers: { 'X-Authy-API-Key': API_KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ user: { email, cellphone: national, country_code: 1 } }),
  })
  const { user } = (await response.json()) as { user: { id: number } }
  const Item = {
    user_id: payerId,
    email,
    phone_number: `+1${national}`,
    phone_country_code: '1',
    phone_verified_at: new Date().toISOString(),
    provider_phone_id: String(user.id),
  }
  await documents.send(new PutCommand({ TableName: 'users', Item }))
  return {
    payerId,
    email,
    providerPhoneId: Item.provider_phone_id,
    token: await tokenOf(payerId, email),
  }
}

function ownerOf(payment: Payment | undefined): Payer {
  return payers.find(({ payerId }) => payerId === payment?.payerId) ?? exhausted()
}

async function warmUp() {
  await Promise.all(Array.from({ length: 200 }, () => send(newSend())))
}

function send({ path, ...request }: Request) {
  return fetch(`${ready.url}${path}`, request)
}

function ask(message: ToServer): Promise<Usage> {
  server.send(message)
  return next(server) as Promise<Usage>
}

function next(from: ChildProcess): Promise<FromServer> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the server ended'))
    from.once('exit', ended)
    from.once('message', (message) => {
      from.off('exit', ended)
      resolve(message as FromServer)
    })
  })
}

function exhausted(): never {
  throw new Error('the measurement took more callbacks than were prepared')
}

function row(...cells: (string | number)[]): string {
  const widths = [30, 11, 10, 8, 8, 14, 13, 6]
  return cells
    .map((cell, i) => (i === 0 ? String(cell).padEnd(30) : String(cell).padStart(widths[i] ?? 8)))
    .join(' ')
}
