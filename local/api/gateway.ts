import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context } from 'aws-lambda'
import { GATEWAY_SECONDS } from '../../functions/core/limits.ts'
import { GATEWAY_ANSWERS, type GatewayStatus } from '../../functions/http/gatewayAnswers.ts'
import { type LambdaName, lambdas } from '../../functions/routes.ts'
import { docsAnswer } from './docs.ts'
import {
  type Answer,
  answerOf,
  contextOf,
  type Event,
  eventOf,
  type Result,
} from './gatewayEvent.ts'
import { siteServer } from './gatewaySite.ts'
import { type Accepted, tokenChecker } from './gatewayTokens.ts'
import type { Site } from './site.ts'

export type Handler = (event: Event, context: Context) => Promise<Result>

/** The handler of each route's Lambda; a route without a handler is answered 404. */
export type Handlers = {
  readonly [Name in LambdaName as (typeof lambdas)[Name] extends { route: object }
    ? Name
    : never]?: Handler
}

export type Parts = {
  handlers: Handlers
  issuer: string
  clientId: string
  scope: string
  site: Site
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>

/** API Gateway's own limits. The handlers' limit of a body is far smaller. */
export const BODY_BYTES_MAX = 10 * 1024 * 1024
export const HANDLER_MS_MAX = GATEWAY_SECONDS * 1000

/**
 * Start the emulator of API Gateway (an HTTP API, stage `api`) and CloudFront: the handlers answer
 * `/api/*`, the page's files everything else. It listens at once, so that a port in use is noticed before
 * anything else is started, and answers 503 until it is opened.
 *
 * `clock` sets the `Date` header, by which the page's countdown runs.
 */
export async function startGateway({ port, clock }: { port: number; clock: () => Date }) {
  let answerTo: ((request: IncomingMessage) => Promise<Answer>) | undefined
  const underWay = new Set<Promise<void>>()

  const server = createServer((request, response) => {
    const answered = respond(request, response)
    underWay.add(answered)
    answered.finally(() => underWay.delete(answered))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = answerTo ? await answerTo(request) : message(503)
      write(response, answer, clock())
    } catch (error) {
      // The client went away. `destroyed` would not tell: it is true after each body that was read whole.
      if (error === request.errored) return
      console.error(error)
      if (!response.headersSent) write(response, message(500), clock())
    }
  }

  const here = () => `http://localhost:${(server.address() as AddressInfo).port}`
  return {
    url: here(),

    open(parts: Parts) {
      const site = siteServer(parts.site, parts.issuer)
      const api = apiServer(parts, clock)
      answerTo = async (request) => {
        const { method, url = '', headers } = request
        const end = url.indexOf('?')
        const path = end < 0 ? url : url.slice(0, end)
        if (path.startsWith('/api/')) return api(request, path, end < 0 ? '' : url.slice(end + 1))
        // Passkeys belong to a name, and an address has none.
        if (headers.host?.startsWith('127.0.0.1')) return redirect(`${here()}${url}`)
        const docs = docsAnswer(method, path)
        if (docs) return docs
        const wantsHtml = headers.accept?.includes('text/html') ?? false
        return site({ method, path, ifNoneMatch: headers['if-none-match'], wantsHtml })
      }
    },

    /** Waits for the requests under way, then frees the port. */
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await Promise.all(underWay)
      server.closeAllConnections()
      await closed
    },
  }
}

/** API Gateway's order: the route, the token, the size, and only then the function. */
function apiServer({ handlers, ...issuer }: Parts, clock: () => Date) {
  const check = tokenChecker(issuer)

  return async (request: IncomingMessage, rawPath: string, rawQueryString: string) => {
    const found = match(request.method, rawPath.slice('/api'.length))
    const handler = found && handlers[found.route.name]
    if (!handler) return message(404)
    const { route, pathParameters } = found

    let accepted: Accepted | undefined
    if (route.open === 'payers') {
      const verdict = await check(request.headers.authorization)
      if (verdict === 401) return message(401, { 'www-authenticate': 'Bearer' })
      if (verdict === 403) return message(403)
      accepted = verdict
    }
    const body = await readBody(request)
    if (!body) return message(413)

    const { routeKey, name } = route
    const event = eventOf(request, {
      routeKey,
      rawPath,
      rawQueryString,
      pathParameters,
      accepted,
      body,
      at: clock(),
    })
    return call(handler, name, event)
  }
}

/** A handler that throws or returns nonsense gives a 500 without details; one that hangs gives a 503. */
async function call(handler: Handler, name: string, event: Event): Promise<Answer> {
  const { requestId } = event.requestContext
  const context = contextOf(name, requestId, Date.now() + HANDLER_MS_MAX)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(message(503)), HANDLER_MS_MAX)
  })
  const answered = (async () => {
    try {
      return answerOf(await handler(event, context)) ?? message(500)
    } catch (error) {
      console.error(error)
      return message(500)
    }
  })()
  const answer = await Promise.race([answered, late])
  clearTimeout(timer)
  answer.headers['apigw-requestid'] = requestId
  return answer
}

const routes = Object.entries(lambdas).flatMap(([name, lambda]) => {
  if (!('route' in lambda)) return []
  const { method, path, open } = lambda.route
  const routeKey = `${method} ${path}`
  return [{ name: name as keyof Handlers, routeKey, method, open, segments: path.split('/') }]
})
type Route = (typeof routes)[number]

/** Routes without parameters take precedence. */
const hasParameters = ({ routeKey }: Route) => routeKey.includes('{')
const fixed = new Map(routes.filter((r) => !hasParameters(r)).map((r) => [r.routeKey, r]))
const templates = routes.filter(hasParameters)

type Found = { route: Route; pathParameters: Record<string, string> | undefined }

function match(method: string | undefined, path: string): Found | undefined {
  const route = fixed.get(`${method} ${path}`)
  if (route) return { route, pathParameters: undefined }
  const segments = path.split('/')
  for (const route of templates) {
    if (route.method !== method || route.segments.length !== segments.length) continue
    const pathParameters = parametersOf(route, segments)
    if (pathParameters) return { route, pathParameters }
  }
  return undefined
}

function parametersOf(route: Route, segments: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {}
  for (const [i, expected] of route.segments.entries()) {
    const segment = segments[i] ?? ''
    if (!expected.startsWith('{')) {
      if (segment !== expected) return undefined
      continue
    }
    const value = decode(segment)
    if (value === undefined) return undefined
    parameters[expected.slice(1, -1)] = value
  }
  return parameters
}

/** Decode one segment of a path; undefined if the result could be more than one segment. */
function decode(segment: string): string | undefined {
  try {
    const value = decodeURIComponent(segment)
    return value === '' || value === '.' || value === '..' || /[/\\]/.test(value)
      ? undefined
      : value
  } catch {
    return undefined
  }
}

const EMPTY = Buffer.alloc(0)

/** The whole body; undefined if it is too large, which is read to its end and not kept. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  if (encoding === undefined && (length === undefined || length === '0')) return EMPTY

  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
  }
  if (bytes > BODY_BYTES_MAX) return undefined
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
}

const redirect = (location: string): Answer => ({ status: 308, headers: { location }, body: '' })

/** API Gateway's own answers. */
function message(status: GatewayStatus, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ message: GATEWAY_ANSWERS[status].message }),
  }
}

function write(response: ServerResponse, { status, headers, body }: Answer, now: Date) {
  response.writeHead(status, {
    ...(status !== 304 && status !== 204 && { 'content-length': Buffer.byteLength(body) }),
    'x-content-type-options': 'nosniff',
    ...headers,
    date: now.toUTCString(),
  })
  response.end(body)
}
