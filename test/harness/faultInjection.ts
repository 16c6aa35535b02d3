/**
 * Test support: Lambdas whose every call of the database and of the provider a test can hold, refuse,
 * answer itself, carry out and lose the answer of, or make the last that their process ever made.
 *
 * The product knows nothing of it. Each Lambda here has an environment of its own, as in AWS, whose two
 * addresses lead to two lines of its own, to the database and to the provider's tap. What is to go wrong
 * goes wrong on the line: below the SDK's retries, and on nobody else's calls. A middleware in the SDK would not
 * do: its client is the product's own, it never sees the provider's calls, and after a "crash" in it the
 * code would run on with all its connections. Here the code runs on too, since nothing can stop it; but
 * what has died has no line any more: nothing of it reaches a server again, and nobody hears what it says.
 */
import { randomUUID } from 'node:crypto'
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { World } from '../../functions/composition.ts'
import { authyCallback } from '../../functions/handlers/authyCallback.ts'
import { cancelPayment } from '../../functions/handlers/cancelPayment.ts'
import { decideApproval } from '../../functions/handlers/decideApproval.ts'
import { deviceConfirm } from '../../functions/handlers/deviceConfirm.ts'
import { deviceEnrol } from '../../functions/handlers/deviceEnrol.ts'
import { deviceInvite } from '../../functions/handlers/deviceInvite.ts'
import { deviceLeave } from '../../functions/handlers/deviceLeave.ts'
import { devicePush } from '../../functions/handlers/devicePush.ts'
import { deviceRemove } from '../../functions/handlers/deviceRemove.ts'
import { endSessions } from '../../functions/handlers/endSessions.ts'
import { listApprovals } from '../../functions/handlers/listApprovals.ts'
import { listPayments } from '../../functions/handlers/listPayments.ts'
import { paymentStatus } from '../../functions/handlers/paymentStatus.ts'
import { phoneStart } from '../../functions/handlers/phoneStart.ts'
import { phoneVerify } from '../../functions/handlers/phoneVerify.ts'
import { profile } from '../../functions/handlers/profile.ts'
import { sendPayment } from '../../functions/handlers/sendPayment.ts'
import { smsStart } from '../../functions/handlers/smsStart.ts'
import { smsVerify } from '../../functions/handlers/smsVerify.ts'
import { sweepPayments } from '../../functions/handlers/sweepPayments.ts'
import type { LambdaName } from '../../functions/routes.ts'
import { asLambda } from '../../local/database/access.ts'
import { callbackSignature } from '../../local/phone/phoneCallback.ts'
import type { Push } from '../../local/phone/phonePush.ts'
import { API_KEY, type Harness, invoke, type Reply, type Request } from './harness.ts'

/** One call that a Lambda makes. */
export type Step = {
  /** From 1; the same when the SDK sends it again. */
  readonly n: number
  readonly server: 'database' | 'provider'
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly text: string
  /** In words: "UpdateItem payments push_sent". */
  readonly what: string
}
export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}
/** What happens to a step: `next` lets it go on to its server, `die` ends the Lambda's process. */
export type Between = (
  step: Step,
  next: () => Promise<Answer>,
  die: () => typeof HANG_UP,
) => Promise<Answer | typeof HANG_UP> | Answer | typeof HANG_UP

export const HANG_UP = 'hang up'

/** The process ends at its nth call: before anything of it is sent, or when its answer is there. */
export const crashing =
  (at: number, when: 'before' | 'after'): Between =>
  async ({ n }, next, die) => {
    if (n !== at) return next()
    if (when === 'after') await next()
    return die()
  }

/** The nth call is carried out, and its answer never comes. */
export const losing =
  (at: number): Between =>
  async ({ n }, next) => {
    const answer = await next()
    return n === at ? HANG_UP : answer
  }

/** The nth call is refused for ever for want of capacity, however often it is sent. */
export const throttling =
  (at: number): Between =>
  ({ n }, next) =>
    n === at ? refused('ThrottlingException') : next()

/**
 * The nth call is refused once; sent again, it is carried out and its answer lost; and sent once more, it
 * meets what it has done itself.
 */
export const stumbling = (at: number): Between => {
  let tries = 0
  return async ({ n }, next) => {
    if (n !== at) return next()
    tries += 1
    if (tries === 1) return refused('ProvisionedThroughputExceededException')
    const answer = await next()
    return tries === 2 ? HANG_UP : answer
  }
}

/** The database answers so. */
export const answerWith = (body: object, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(JSON.stringify(body)),
})

const refused = (name: string) =>
  answerWith({ __type: `com.amazonaws.dynamodb.v20120810#${name}` }, 400)

/**
 * Hold each of so many Lambdas at its first call that `where` names, until all are there or have ended
 * without coming there; then let the calls go, in this order of their Lambdas.
 */
export function gate(where: (step: Step) => boolean, size: number, order?: readonly number[]) {
  const places = Array.from({ length: size }, () => ({
    hasCome: false,
    comes: Promise.withResolvers<void>(),
    goes: Promise.withResolvers<void>(),
  }))
  const arrive = (place: (typeof places)[number] | undefined) => {
    if (!place || place.hasCome) return
    place.hasCome = true
    place.comes.resolve()
    if (!places.every(({ hasCome }) => hasCome)) return
    // Not before the last one waits too, or it would always be the last.
    queueMicrotask(() => {
      for (const next of order ?? places.keys()) places[next]?.goes.resolve()
    })
  }
  return {
    between:
      (who: number): Between =>
      async (step, next) => {
        const place = places[who]
        if (place && !place.hasCome && where(step)) {
          arrive(place)
          await place.goes.promise
        }
        return next()
      },
    /** This one will not come any more. */
    leave: (who: number) => arrive(places[who]),
    /** When this one is there, or has left. */
    held: async (who: number) => places[who]?.comes.promise,
  }
}

export type Asked = (request: Request) => Promise<Reply>
export type FaultyLambda = Awaited<ReturnType<typeof startLambda>>

/** A Lambda of the harness's world in a process of its own, or whatever else is made for that world. */
export async function startLambda(
  harness: Harness,
  lambda: LambdaName | ((world: World) => Asked),
  between?: Between,
) {
  const steps: Step[] = []
  const numbers = new Map<string, number>()
  const sent: Step[] = []
  const underWay: Promise<Answer>[] = []
  const died = Promise.withResolvers<undefined>()
  let isDead = false
  const die = (): typeof HANG_UP => {
    isDead = true
    for (const line of lines) line.cut()
    // What it had sent beside its last call arrives all the same; then it is over.
    Promise.allSettled(underWay).then(() => died.resolve(undefined))
    return HANG_UP
  }
  const handle = (server: Step['server']) => async (call: Sent, passOn: () => Promise<Answer>) => {
    const known = numbers.get(call.name)
    const step = { n: known ?? numbers.size + 1, server, ...call }
    if (!known) steps.push(step)
    numbers.set(call.name, step.n)
    const next = () => {
      sent.push(step)
      const answer = passOn()
      underWay.push(answer)
      return answer
    }
    return started.between ? started.between(step, next, die) : next()
  }
  const lines = await Promise.all([
    lineTo(harness.engine, handle('database')),
    lineTo(harness.provider.url, handle('provider')),
  ])
  const [database, provider] = lines
  const { env, clock } = harness.world
  const world = {
    clock,
    env: {
      ...env,
      DYNAMODB_ENDPOINT: database.url,
      AUTHY_API_URL: provider.url,
      VERIFY_API_URL: provider.url,
    },
  }
  const ask = typeof lambda === 'string' ? asked(lambda, world) : lambda(world)
  const close = () => {
    for (const line of lines) line.close()
  }
  const started = {
    /** What it called, in order, each once. */
    steps: steps as readonly Step[],
    /** What of it came to its server. */
    sent: sent as readonly Step[],
    /** What happens to its calls; may be set anew. */
    between,
    /** The answer; nothing if it died. */
    async ask(request: Request = {}): Promise<Reply | undefined> {
      const reply = ask(request)
      // A line is kept while there is code that could find another's in its place.
      reply.catch(() => {}).finally(() => isDead && close())
      const heard = await Promise.race([reply.catch((error) => ({ error })), died.promise])
      if (isDead) return died.promise
      if (heard && 'error' in heard) throw heard.error
      return heard ?? undefined
    },
    close,
  }
  return started
}

const makers = {
  authyCallback,
  cancelPayment,
  endSessions,
  decideApproval,
  deviceConfirm,
  deviceEnrol,
  deviceInvite,
  deviceLeave,
  devicePush,
  deviceRemove,
  listApprovals,
  listPayments,
  paymentStatus,
  phoneStart,
  phoneVerify,
  profile,
  sendPayment,
  smsStart,
  smsVerify,
}

/** The sweep is asked like the others, though nobody hears its answer. */
function asked(name: LambdaName, world: World): Asked {
  const own = asLambda(world, name)
  if (name === 'ringDevices') throw new Error('no request calls it')
  if (name !== 'sweepPayments') {
    const handler = makers[name](own)
    return (request) => invoke(handler, name, request)
  }
  const sweep = sweepPayments(own)
  return async () => {
    try {
      return { status: 200, body: await sweep(), headers: {} }
    } catch {
      return { status: 500, body: {}, headers: {} }
    }
  }
}

/** `name`: what the SDK calls it, however often it sends it. */
type Sent = Omit<Step, 'n' | 'server'> & { readonly name: string }

/** A port that leads to a server, as long as it is not cut. */
async function lineTo(
  to: string | Harness['engine'],
  handle: (sent: Sent, next: () => Promise<Answer>) => Promise<Answer | typeof HANG_UP>,
) {
  let isCut = false
  const server = createServer(async (request, response) => {
    try {
      const text = String(await buffer(request))
      if (isCut) return
      const answer = await handle(sentOf(request, text), () => passOn(to, request, text))
      if (answer === HANG_UP || isCut) return void request.socket.destroy()
      response.writeHead(answer.status, answer.headers).end(answer.body)
    } catch {
      // Cut in the middle, or the server itself hung up.
      request.socket.destroy()
    }
  })
  server.on('connection', (socket) => isCut && socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true
      server.closeAllConnections()
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const agent = new Agent({ keepAlive: true })

async function passOn(
  to: string | Harness['engine'],
  { method, url, headers }: IncomingMessage,
  text: string,
) {
  if (typeof to !== 'string') {
    const { status, body } = await to.answer({ headers, body: text })
    return answerWith(body, status)
  }
  const { hostname, port } = new URL(to)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest({ hostname, port, method, path: url, headers, agent }, resolve)
      .on('error', reject)
      .end(text)
  })
  const { 'transfer-encoding': _, ...kept } = answer.headers
  return { status: answer.statusCode ?? 502, headers: kept, body: await buffer(answer) }
}

function sentOf({ method = '', url: path = '', headers }: IncomingMessage, text: string): Sent {
  const operation = String(headers['x-amz-target'] ?? '').replace(/^.*\./, '')
  const name = String(headers['amz-sdk-invocation-id'] ?? randomUUID())
  const what = operation
    ? `${operation} ${inTable(JSON.parse(text))}`
    : `${method} ${path.replace(/\?.*/, '').replace(/[^/]*\d[^/]*/g, '…')}`
  return { name, operation, method, path, text, what }
}

// biome-ignore lint/suspicious/noExplicitAny: a request as it was sent
function inTable({ TableName, IndexName, UpdateExpression, RequestItems, ...rest }: any): string {
  if (RequestItems) return Object.entries<never>(RequestItems).map(keysIn).join(' ')
  const event = rest.ExpressionAttributeValues?.[':event']?.L[0].M.event.S
  const key = String(rest.Key?.user_id?.S ?? '').match(/^limit#[a-z]+/)?.[0]
  const [, set] = /^\w+ ([\w#.]+)/.exec(UpdateExpression ?? '') ?? []
  return [TableName, IndexName, key, event ?? set].filter(Boolean).join(' ')
}

const keysIn = ([table, { Keys }]: [string, { Keys: Record<string, { S: string }>[] }]) =>
  [table, ...Keys.map(({ user_id }) => /^limit#[a-z]+/.exec(user_id?.S ?? '')?.[0])]
    .filter(Boolean)
    .join(' ')

/** The callback that a phone sends for a push when its owner answers so. */
export function callbackOf(
  harness: Harness,
  push: Push,
  status: 'approved' | 'denied',
  hidden = true,
) {
  const seconds = Math.floor(harness.clock.now().getTime() / 1000)
  const { uuid, message, details } = push
  const transaction = {
    uuid,
    status,
    message,
    details: { ...details },
    ...(hidden && { hidden_details: { ...push.hiddenDetails } }),
    device_signing_time: seconds,
  }
  const body = {
    authy_id: push.authyId,
    device_uuid: 1,
    callback_action: 'approval_request_status',
    uuid,
    status,
    approval_request: { transaction },
    signature: 'ZGV2aWNl',
  }
  const nonce = String(seconds)
  const signed = { nonce, method: 'POST', url: harness.callbackUrl, params: body }
  const headers = {
    'X-Authy-Signature': callbackSignature(API_KEY, signed),
    'X-Authy-Signature-Nonce': nonce,
  }
  return { body, headers }
}
