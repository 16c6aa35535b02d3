/** Test support: the handlers on the embedded database and the pretend phone, with the clock in hand. */
import { Agent, createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { providerSettings } from '../../functions/adapters/settings.ts'
import type { World } from '../../functions/composition.ts'
import { ringDevices } from '../../functions/handlers/ringDevices.ts'
import { sweepPayments } from '../../functions/handlers/sweepPayments.ts'
import { handlersIn } from '../../local/api/handlers.ts'
import { LOCAL_BUS, startLocalBus } from '../../local/auditTrail/localBus.ts'
import { ringer } from '../../local/auditTrail/ringer.ts'
import { askerOf, asLambda } from '../../local/database/access.ts'
import { createTables, type DatabaseOptions, startDatabase } from '../../local/database/database.ts'
import type { DatabaseEngine } from '../../local/database/databaseEngine.ts'
import { serveEngine } from '../../local/database/databaseServer.ts'
import { emulatedProvider } from '../../local/phone/emulatedProvider.ts'
import { startPhone } from '../../local/phone/phone.ts'
import { inUserPool, startUserPool } from '../../local/signIn/userPool.ts'
import { paymentBody } from '../core/payments.ts'
import { eventOf, type Person, type Request, type RouteName, SITE } from './event.ts'
import { paymentWrites } from './leaks.ts'
import { startMemoryDatabase } from './memoryDatabase.ts'
import { startPushServer } from './pushServer.ts'

export type { Person, Request, RouteName }
export { paymentBody }

export const API_KEY = 'test-authy-key'
export const NOON = new Date('2026-11-21T12:00:00.000Z')

export type Reply = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into freely; the OpenAPI test holds its shape
  readonly body: any
  readonly headers: Record<string, unknown>
}

/** What a refused request is answered with, as far as tests look. */
export const no = (status: number, code: string, more: object = {}) => ({
  status,
  body: { code, status, ...more },
})

/** Numbers that no one has: in each area of North America 555-0100 to 555-0199 are for fiction. */
export const numberOf = (n: number) =>
  `+1${AREAS[Math.floor(n / 100) % AREAS.length]}55501${String(n % 100).padStart(2, '0')}`
const AREAS = [202, 212, 213, 214, 215, 216, 303, 305, 312, 313, 314, 404, 412, 415, 503, 504]

export async function startHarness(
  env: Record<string, string> = {},
  { onChange, ...options }: HarnessOptions = {},
) {
  const clock = movableClock()
  const database = await (options.inThread ? databaseInThread : databaseHere)({ onChange })
  const timers: (() => void)[] = []
  const callbacks = await listen((text, headers) =>
    harness.call('authyCallback', { text, headers }),
  )
  const phone = await startPhone({
    port: 0,
    apiKey: API_KEY,
    callbackUrl: () => `${callbacks.url}/payments/callback`,
    clock: clock.now,
    setTimer: (_ms, fn) => void timers.push(fn),
  })
  const users = await startUserPool()
  const ring = ringer(() => asLambda(world, 'ringDevices'))
  const bus = await startLocalBus(ring.take)
  const pushServer = await startPushServer()
  const [provider, store, userPool] = await Promise.all([
    tap(phone.url),
    tap(database.engine),
    tap(users.pool.endpoint),
  ])
  const world: World = {
    clock: clock.now,
    env: {
      PAYMENTS_TABLE: 'payments',
      PAYERS_TABLE: 'users',
      DYNAMODB_ENDPOINT: store.url,
      ...emulatedProvider(provider.url, API_KEY),
      PUBLIC_URL: callbacks.url,
      SITE_URL: SITE.origin,
      FIRST_DEVICE: 'sign-in',
      PUSH_SEED: 'a seed for tests of 32 characters or more',
      PUSH_STAND_IN: pushServer.url,
      EVENT_BUS: LOCAL_BUS,
      EVENTS_ENDPOINT: bus.url,
      ...inUserPool({ ...users.pool, endpoint: userPool.url }),
      ...env,
    },
  }
  const client = new DynamoDBClient({
    endpoint: store.url,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const documents = DynamoDBDocumentClient.from(client)
  let people = 0
  /** The newest of each payer, by their ids. */
  const verifications = new Map<string, string>()

  const harness = {
    clock,
    phone,
    pushServer,
    world,
    documents,
    /** Between the handlers and the pretend phone; them and the database; them and the sign-in. */
    provider,
    store,
    userPool: Object.assign(userPool, { accounts: users.accounts }),
    /** Where the database itself is, past its tap; and the database, past any address. */
    database: database.endpoint,
    engine: database.engine,
    callbackUrl: `${callbacks.url}/payments/callback`,
    sweep: sweepPayments(asLambda(world, 'sweepPayments')),
    /** What an event of the bus sets off; `ring.settled` waits for all that came over the bus. */
    ring: Object.assign(ringDevices(asLambda(world, 'ringDevices')), { settled: ring.settled }),
    ...callsIn(world, verifications),

    /** The same tables and phones, asked by Lambdas with other settings. */
    with: (other: Record<string, string>) =>
      callsIn({ ...world, env: { ...world.env, ...other } }, verifications),

    /** The person answers the newest push on their phone, and the callback arrives. */
    async answers({ number }: Person, answer: 'approved' | 'denied') {
      const push = phone.book.latestPush(number)
      if (!push) throw new Error(`no push on ${number}`)
      phone.book.answer(push.uuid, answer)
      await phone.settled()
    },

    /** What the pretend phone put off happens now. */
    runTimers() {
      for (const fn of timers.splice(0)) fn()
    },

    /** The stored item, as it is. */
    async item(paymentId: string) {
      const Key = { payment_id: paymentId }
      const { Item } = await documents.send(
        new GetCommand({ TableName: 'payments', Key, ConsistentRead: true }),
      )
      return Item
    },

    /** Every item that was ever written, as it is now. (Payfriend never scans, so its database can't.) */
    async all(TableName: 'payments' | 'users') {
      const name = TableName === 'payments' ? 'payment_id' : 'user_id'
      const keys = new Set(store.calls.flatMap((call) => keyWritten(call, TableName, name)))
      const found = await Promise.all(
        [...keys].sort().map(async (key) => {
          const read = { TableName, Key: { [name]: key }, ConsistentRead: true }
          return (await documents.send(new GetCommand(read))).Item
        }),
      )
      return found.filter((item) => item !== undefined)
    },

    /** Somebody new, without a phone. */
    stranger(): Person {
      people += 1
      return {
        payerId: `person-${people}`,
        email: `person${people}@example.com`,
        number: numberOf(people),
      }
    },

    /** Somebody new whose phone is verified and has the app. */
    async person({ app = true, number, as }: PersonOptions = {}): Promise<Person> {
      const stranger = as ?? harness.stranger()
      const person = number ? { ...stranger, number } : stranger
      const body = { phoneNumber: person.number, channel: 'sms' }
      await harness.call('phoneStart', { as: person, body })
      const code = harness.codeOn(person.number)
      const proof = { ...harness.verification(person), code }
      const verified = await harness.call('phoneVerify', { as: person, body: proof })
      if (verified.status !== 200) throw new Error(JSON.stringify(verified))
      phone.book.setApp(person.number, app)
      return person
    },

    /** What names the newest verification that the payer started; of nobody's, an id that is none. */
    verification: ({ payerId }: Pick<Person, 'payerId'>) => ({
      verificationId: verifications.get(payerId) ?? 'A'.repeat(22),
    }),

    /** The newest code that a phone was sent. */
    codeOn(number: string): string {
      const code = phone.book.messages(number)[0]?.code
      if (!code) throw new Error(`no code on ${number}`)
      return code
    },

    /** A payment that waits for its payer. */
    async pending(as: Person, more: Partial<Request> = {}): Promise<Reply['body']> {
      const key = `key-${Math.random().toString(36).slice(2)}`
      const started = await harness.call('sendPayment', { as, key, body: paymentBody, ...more })
      if (started.status !== 201) throw new Error(JSON.stringify(started))
      return started.body
    },

    async close() {
      paymentWrites.push(
        ...store.calls
          .filter((call) => keyWritten(call, 'payments', 'payment_id')[0])
          .map(({ text }) => text),
      )
      await phone.close()
      callbacks.close()
      client.destroy()
      provider.close()
      store.close()
      userPool.close()
      await ring.settled()
      await bus.close()
      pushServer.close()
      await users.close()
      await database.close()
    },
  }
  return harness
}

type HarnessOptions = Pick<DatabaseOptions, 'onChange'> & {
  /** The database has a thread of its own, as DynamoDB is on another machine: for bursts, which here would wait for it. */
  readonly inThread?: boolean
}

async function databaseHere(options: Pick<DatabaseOptions, 'onChange'>) {
  const engine = await startMemoryDatabase(options)
  const { endpoint, close } = await serveEngine(engine)
  return {
    engine,
    endpoint,
    close: async () => void (await Promise.all([close(), engine.close()])),
  }
}

async function databaseInThread(options: Pick<DatabaseOptions, 'onChange'>) {
  const { endpoint, close } = await startDatabase(options)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const owner = new DynamoDBClient({ endpoint, region: 'local', credentials })
  await createTables(owner)
  owner.destroy()
  return { engine: endpoint, endpoint, close }
}

/** All Lambdas of a world, by their routes. */
function callsIn(world: World, verifications: Map<string, string>) {
  const { PROVIDER: provider, FORMER_PROVIDER: formerProvider } = providerSettings(world.env)
  const handlers = handlersIn((name) => asLambda(world, name), { provider, formerProvider })
  let underWay = 0
  return {
    async call(name: RouteName, request: Request = {}): Promise<Reply> {
      const handler = handlers[name]
      if (!handler) throw new Error(`with this provider there is no ${name}`)
      // Calls at once begin a turn apart: here they have one client, which would join their reads as none in AWS does.
      for (let turns = underWay++; turns > 0; turns -= 1) await turn()
      const reply = await invoke(handler, name, request).finally(() => {
        underWay -= 1
      })
      const { verificationId } = reply.body ?? {}
      if (verificationId && request.as) verifications.set(request.as.payerId, verificationId)
      return reply
    },
  }
}

type PersonOptions = {
  readonly app?: boolean
  readonly number?: string
  /** Who it is; somebody new if not said. */
  readonly as?: Person
}

export type Harness = Awaited<ReturnType<typeof startHarness>>

export function movableClock(start = NOON) {
  let ms = start.getTime()
  return {
    now: () => new Date(ms),
    advance: (seconds: number) => {
      ms += Math.round(seconds * 1000)
    },
    /** Counters of texts go by the hour and the day of the clock (UTC). */
    toNextHour: () => {
      ms = (Math.floor(ms / 3_600_000) + 1) * 3_600_000
    },
    toNextDay: () => {
      ms = (Math.floor(ms / 86_400_000) + 1) * 86_400_000
    },
    set: (to: Date) => {
      ms = to.getTime()
    },
  }
}

/** A wrong code that looks like a right one. */
export const otherThan = (code: string) =>
  code.replace(/^\d/, (first) => String((Number(first) + 1) % 10))

export type Call = { readonly method: string; readonly path: string; readonly text: string } & {
  /** DynamoDB's name of the operation. */
  readonly operation: string
  /** The Lambda whose key a call of the database is signed with; `local` is the account's owner. */
  readonly asker: string | undefined
}
type Instead = { readonly status: number; readonly body: unknown } | 'hang up'

/** Stands before a server: writes down every call and passes it on, unless told what to do instead. */
async function tap(to: string | DatabaseEngine) {
  const agent = new Agent({ keepAlive: true })
  const tapped = {
    url: '',
    calls: [] as Call[],
    /** Asked before a call is passed on; what it answers is the answer. */
    instead: undefined as ((call: Call) => MaybePromise<Instead | undefined>) | undefined,
    close: () => {
      agent.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url: path = '', headers } = request
    const operation = String(headers['x-amz-target'] ?? '').replace(/^.*\./, '')
    const asker = askerOf(headers.authorization ?? '')
    const call = { method, path, operation, asker, text: Buffer.concat(chunks).toString() }
    tapped.calls.push(call)
    const instead = await tapped.instead?.(call)
    if (instead === 'hang up') return void request.socket.destroy()
    if (instead) return void response.writeHead(instead.status).end(JSON.stringify(instead.body))
    if (typeof to !== 'string') {
      const answer = await to.answer({ headers, body: call.text })
      const type = { 'content-type': 'application/x-amz-json-1.0' }
      return void response.writeHead(answer.status, type).end(JSON.stringify(answer.body))
    }
    const { hostname, port } = new URL(to)
    const passed = httpRequest({ hostname, port, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    passed.end(Buffer.concat(chunks))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  tapped.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return tapped
}

type MaybePromise<T> = T | Promise<T>

/** The key of the item that a call writes, in a list; none of a call that writes nothing there. */
export function keyWritten({ operation, text }: Call, table: string, name: string): string[] {
  if (operation !== 'PutItem' && operation !== 'UpdateItem') return []
  const { TableName, Item, Key } = JSON.parse(text)
  return TableName === table ? [(Item ?? Key)[name].S] : []
}

/** What stands at the callback's address. */
async function listen(handle: (text: string, headers: Record<string, string>) => Promise<Reply>) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const reply = await handle(
      Buffer.concat(chunks).toString(),
      request.headers as Record<string, string>,
    )
    response.writeHead(reply.status).end(JSON.stringify(reply.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://localhost:${port}/api`, close: () => server.close() }
}

type Handler = (event: never, context: Context) => Promise<APIGatewayProxyStructuredResultV2>

/** What a handler answers to a request. */
export async function invoke(handler: Handler, name: RouteName, request: Request): Promise<Reply> {
  const event = eventOf(name, request)
  const {
    statusCode = 200,
    headers = {},
    body = '',
  } = await handler(
    event as never,
    { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 10_000 } as Context,
  )
  return { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) }
}
