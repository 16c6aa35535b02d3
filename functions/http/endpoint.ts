/** The pipeline of every route: parse the request, check it with zod, call the handler, report. */
import middy from '@middy/core'
import httpHeaderNormalizer from '@middy/http-header-normalizer'
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda'
import * as z from 'zod'
import type { SignedIn } from '../core/payer.ts'
import { Refusal } from '../core/refusals.ts'
import { startEarlyReads } from '../earlyReads.ts'
import { flush, logger } from '../observe.ts'
import { type Answer, answered, problem, Unauthorized } from './answers.ts'
import { type OriginEnv, originCheck } from './originCheck.ts'
import { bodyText, jsonBody } from './requestBody.ts'

/** A checked request. The token's values are kept apart from the values that a client can set. */
export type Checked<B, Q> = {
  readonly payer: SignedIn
  readonly body: B
  readonly query: Q
  /** A malformed id belongs to no payment, so it is refused with `not_found`. */
  paymentId(): string
  /** The same for a device. */
  deviceId(): string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The caller's IP addresses, the nearest hop last. For records only: a client can forge all but the last. */
  readonly ip: string
  readonly requestId: string
}

type PayerEventName = APIGatewayProxyEventV2WithJWTAuthorizer
export type PayerHandler = (
  event: PayerEventName,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>
export type PublicHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>

/** The schema of a route without a body or query. */
export const nothing = z.strictObject({})

/** What a handler by the page's address is made in. */
type Surroundings = { readonly env: OriginEnv }

/**
 * A handler for a signed-in payer, by the page's address.
 *
 * @param schemas the strict schemas of body and query: an unknown field is refused with `invalid_request`
 */
export function endpoint<B extends z.ZodType, Q extends z.ZodType>(
  world: Surroundings,
  schemas: { readonly body: B; readonly query: Q },
  handle: (request: Checked<z.infer<B>, z.infer<Q>>) => Promise<Answer>,
): PayerHandler {
  return pipeline(originCheck(world.env, 'payers'), async (event: PayerEventName) => {
    const payer = payerOf(event)
    const query = checked(schemas.query, { ...event.queryStringParameters })
    const body = checked(schemas.body, jsonBody(event))
    startEarlyReads(world)
    return handle({
      payer,
      body,
      query,
      paymentId: () => idIn(event, 'paymentId', PAYMENT_ID),
      deviceId: () => idIn(event, 'deviceId', DEVICE_ID),
      headers: event.headers,
      ip: lastHops(event),
      requestId: event.requestContext.requestId,
    })
  })
}

/**
 * A handler without a signed-in payer; the handler itself must verify the caller from the raw body and headers. The
 * provider calls it at the API's own address, where no firewall stands.
 */
export function publicEndpoint(
  handle: (request: {
    readonly text: string
    readonly headers: Readonly<Record<string, string | undefined>>
  }) => Promise<Answer>,
): PublicHandler {
  return pipeline(byAnyAddress, async (event: APIGatewayProxyEventV2) =>
    handle({ text: bodyText(event), headers: event.headers }),
  )
}

/** A request of a device. Nothing of it may be trusted before its proof is verified. */
export type DeviceRequest<B> = {
  /** The header `Device-Proof`, bound to the method, the route as `url`, and the body's `text`. */
  readonly proof: {
    readonly header: string | undefined
    readonly method: string
    readonly url: string
  }
  readonly text: string
  /** Parse the body, after the proof is verified; no route has a query. Refuses `invalid_request`. */
  body(): B
  /** A malformed id is refused with `not_found`. */
  approvalId(): string
  readonly requestId: string
}

/**
 * A handler for a device, by the page's address. It has no session: the handler must verify the proof before all else.
 *
 * @param apiUrl the API's address, from the settings and never from the request
 */
export function deviceEndpoint<B extends z.ZodType>(
  { env }: Surroundings,
  { apiUrl, body }: { readonly apiUrl: string; readonly body: B },
  handle: (request: DeviceRequest<z.infer<B>>) => Promise<Answer>,
): PublicHandler {
  return pipeline(originCheck(env, 'device'), async (event: APIGatewayProxyEventV2) => {
    const [method = '', route = ''] = event.routeKey.split(' ', 2)
    const path = route.replace('{approvalId}', () => idIn(event, 'approvalId', APPROVAL_ID))
    return handle({
      proof: { header: event.headers['device-proof'], method, url: `${apiUrl}${path}` },
      text: bodyText(event),
      body() {
        checked(nothing, { ...event.queryStringParameters })
        return checked(body, jsonBody(event))
      },
      approvalId: () => idIn(event, 'approvalId', APPROVAL_ID),
      requestId: event.requestContext.requestId,
    })
  })
}

const byAnyAddress = () => {}

function pipeline<E extends APIGatewayProxyEventV2 | PayerEventName>(
  checkOrigin: (headers: E['headers']) => void,
  run: (event: E) => Promise<Answer>,
) {
  return middy<E, APIGatewayProxyStructuredResultV2>()
    .use(httpHeaderNormalizer())
    .after((request) => report(request.event, request.response))
    .onError((request) => {
      request.response = problem(request.error, request.event.requestContext.requestId)
      report(request.event, request.response)
    })
    .handler(async (event) => {
      checkOrigin(event.headers)
      return answered(await run(event))
    }) as unknown as (event: E, context: Context) => Promise<APIGatewayProxyStructuredResultV2>
}

/** The claims of a payer. API Gateway has verified the token; whether it is an access token is checked here. */
const claims = z.object({
  token_use: z.literal('access'),
  sub: z.string().min(1).max(128),
  email: z.string().min(1),
  /** When the payer signed in, in seconds since 1970; API Gateway passes each claim as text. */
  auth_time: z.coerce.number().int().optional().catch(undefined),
})

function payerOf(event: PayerEventName): SignedIn {
  const parsed = claims.safeParse(event.requestContext.authorizer?.jwt?.claims)
  if (!parsed.success) throw new Unauthorized()
  const { sub, email, auth_time } = parsed.data
  return { payerId: sub, email, authTime: auth_time }
}

/**
 * "forwarded, peer": the address of API Gateway's peer, and before it the address for which the peer forwards. Behind
 * CloudFront these are the payer and CloudFront. A direct caller of the API can forge the first.
 */
function lastHops({ headers, requestContext }: PayerEventName): string {
  const peer = requestContext.http.sourceIp
  const hops = (headers['x-forwarded-for'] ?? '').split(',').map((hop) => hop.trim())
  const before = hops.at(-1) === peer ? hops.at(-2) : undefined
  return before && /^[0-9a-fA-F.:]{2,45}$/.test(before) ? `${before}, ${peer}` : peer
}

const PAYMENT_ID = /^[A-Za-z0-9_-]{22}$/
const DEVICE_ID = /^[A-Za-z0-9_-]{43}$/
/** What waits for a device's answer: its kind, and the id of the payment, the verification or the device. */
const APPROVAL_ID =
  /^(?:removal|(?:payment|phone)\.[A-Za-z0-9_-]{22}|(?:device|stop)\.[A-Za-z0-9_-]{43})$/

/** An id in the path. Refuses `not_found` if it has not its form. */
function idIn(
  { pathParameters }: Pick<APIGatewayProxyEventV2, 'pathParameters'>,
  name: 'paymentId' | 'deviceId' | 'approvalId',
  form: RegExp,
): string {
  const id = pathParameters?.[name]
  if (!id || !form.test(id)) throw new Refusal('not_found')
  return id
}

function checked<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Refusal('invalid_request', { fields: parsed.error.issues.flatMap(fieldsOf) })
}

function fieldsOf(issue: z.core.$ZodIssue): { path: string; reason: string }[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: issue.path.join('.'), reason: issue.message }]
  }
  return issue.keys.map((key) => ({
    path: [...issue.path, key].join('.'),
    reason: 'This field is not known here.',
  }))
}

function report(
  event: APIGatewayProxyEventV2 | PayerEventName,
  response: APIGatewayProxyStructuredResultV2 | null | undefined,
) {
  const { requestId } = event.requestContext
  const id = event.pathParameters?.paymentId ?? ''
  logger.info('request', {
    requestId,
    route: event.routeKey,
    status: response?.statusCode,
    ...(PAYMENT_ID.test(id) && { paymentId: id }),
  })
  flush()
}
