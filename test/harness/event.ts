/** Test support: requests as API Gateway passes them on. */
import { randomUUID } from 'node:crypto'
import { lambdas, type RouteName } from '../../functions/routes.ts'

export type { RouteName }

/** The page's address. */
export const SITE = { origin: 'https://pay.example', rpId: 'pay.example' }

export type Person = { readonly payerId: string; readonly email: string; readonly number: string }
export type Request = {
  readonly as?: Pick<Person, 'payerId' | 'email'>
  readonly id?: string
  readonly key?: string
  readonly body?: unknown
  /** Instead of `body`: exactly this text. */
  readonly text?: string
  readonly query?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly claims?: Record<string, string>
  /** The body comes in base64, as API Gateway passes on what it takes for binary. */
  readonly base64?: boolean
  /** The gateway's name for the request; another for each if not said. */
  readonly requestId?: string
}

/** A request of a payer whose token API Gateway has checked. */
export function eventOf(name: RouteName, request: Request = {}): unknown {
  const { method, path } = lambdas[name].route
  const { as, id, key, query } = request
  const plain =
    request.text ?? (request.body === undefined ? undefined : JSON.stringify(request.body))
  const text = request.base64 && plain ? Buffer.from(plain).toString('base64') : plain
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: `/api${path}`,
    rawQueryString: '',
    headers: {
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...request.headers,
    },
    ...(query && { queryStringParameters: query }),
    ...(id !== undefined && { pathParameters: { [parameterIn(path)]: id } }),
    ...(text !== undefined && { body: text }),
    isBase64Encoded: request.base64 === true,
    requestContext: {
      requestId: request.requestId ?? randomUUID(),
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'test' },
      authorizer: {
        jwt: {
          claims: {
            token_use: 'access',
            sub: as?.payerId ?? '',
            email: as?.email ?? '',
            // Later than any end of sessions, unless a test says when its payer signed in.
            auth_time: '9999999999',
            ...request.claims,
          },
        },
      },
    },
  }
}

/** The name of the one parameter in a route's path. */
const parameterIn = (path: string): string => /\{(\w+)\}/.exec(path)?.[1] ?? 'none'
