import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type {
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda'
import type { Accepted } from './gatewayTokens.ts'

export type Event = APIGatewayProxyEventV2WithJWTAuthorizer
export type Result = APIGatewayProxyStructuredResultV2

/** An answer as it is sent. */
export type Answer = {
  status: number
  headers: Record<string, string | string[]>
  body: string | Buffer
}

/** A request's route and, if the route needs one, its accepted token. */
export type Matched = {
  routeKey: string
  rawPath: string
  rawQueryString: string
  pathParameters: Record<string, string> | undefined
  /** None on a public route. */
  accepted: Accepted | undefined
  body: Buffer
  at: Date
}

/** What API Gateway sends a Lambda: payload format 2.0 of an HTTP API with stage `api`. */
export function eventOf(request: IncomingMessage, matched: Matched): Event {
  const { routeKey, rawPath, rawQueryString, pathParameters, accepted, body, at } = matched
  const { headers, cookies } = headersOf(request.rawHeaders)
  const sourceIp = request.socket.remoteAddress ?? ''
  const host = headers.host ?? 'localhost'
  // The caller's own entries stay in front and cannot be trusted.
  const forwarded = headers['x-forwarded-for']
  headers['x-forwarded-for'] = forwarded ? `${forwarded}, ${sourceIp}` : sourceIp

  const event = {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers,
    ...(rawQueryString && { queryStringParameters: queryOf(rawQueryString) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      ...(accepted && {
        authorizer: { jwt: { claims: accepted.claims, scopes: accepted.scopes } },
      }),
      domainName: host.replace(/:\d+$/, ''),
      domainPrefix: 'local',
      http: {
        method: request.method ?? '',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: 'api',
      time: logTime(at),
      timeEpoch: at.getTime(),
    },
    ...(pathParameters && { pathParameters }),
    ...bodyOf(body, headers['content-type']),
  }
  // The type also requires an authorizer on public routes, and two of its fields that no HTTP API sends.
  return event as Event
}

/** The context with which Lambda calls a function. */
export function contextOf(functionName: string, requestId: string, deadlineMs: number): Context {
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: '512',
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    done: unused,
    fail: unused,
    succeed: unused,
  }
}

const unused = () => {
  throw new Error('Callback-style handlers are rejected by the runtime of Node 24')
}

/**
 * API Gateway's answer for a function's result: a result without a status becomes the body of a 200.
 * Undefined if API Gateway would answer with its own 500.
 */
export function answerOf(result: unknown): Answer | undefined {
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const body = typeof result === 'string' ? result : JSON.stringify(result ?? null)
    return { status: 200, headers: { 'content-type': 'application/json' }, body }
  }
  const { statusCode, headers, cookies, body = '', isBase64Encoded } = result as Result
  const status = Number(statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599 || typeof body !== 'string') {
    return undefined
  }
  const answer: Answer = {
    status,
    headers: {},
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  }
  for (const name in headers) answer.headers[name.toLowerCase()] = String(headers[name])
  if (cookies) answer.headers['set-cookie'] = cookies
  if (body) answer.headers['content-type'] ??= 'text/plain;charset=UTF-8'
  return answer
}

/** Lower-case the names, join repeated headers, and put the cookies into a list of their own. */
function headersOf(raw: string[]) {
  const pairs: [string, string][] = []
  let cookies: string[] | undefined
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase()
    const value = String(raw[i + 1])
    if (name !== 'cookie') {
      pairs.push([name, value])
      continue
    }
    cookies ??= []
    cookies.push(...value.split('; '))
  }
  return { headers: joined(pairs), cookies }
}

const queryOf = (raw: string): Record<string, string> => joined(new URLSearchParams(raw))

/** Built from a map, because assigning `__proto__` adds no field, but AWS's event, which is parsed JSON, has one. */
function joined(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of pairs) {
    const before = values.get(name)
    values.set(name, before === undefined ? value : `${before},${value}`)
  }
  return Object.fromEntries(values)
}

/** Content types that AWS passes as text. The list is not documented, but was found by trying; it has no form posts. */
const TEXT = /^(text\/.*|application\/(json|xml|javascript))$/

function bodyOf(body: Buffer, contentType = '') {
  if (!body.length) return { isBase64Encoded: false }
  const [type = ''] = contentType.split(';', 1)
  const isText = TEXT.test(type.trim().toLowerCase())
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText }
}

/** `21/Nov/2026:12:00:00 +0000` */
function logTime(at: Date): string {
  const [, day, month, year, time] = at.toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}
