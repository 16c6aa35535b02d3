/** How an answer, a refusal and a fault look to a client: status, headers and body. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { REFUSALS, Refusal, SessionEnded } from '../core/refusals.ts'
import { count, logger } from '../observe.ts'
import { GATEWAY_ANSWERS } from './gatewayAnswers.ts'

/** What a handler answers. */
export type Answer = {
  readonly status: number
  readonly body: unknown
  readonly headers?: Record<string, string>
}

/** The token is good to API Gateway, and lacks the claims of a payer. */
export class Unauthorized extends Error {}

/** An answer as API Gateway takes it. */
export const answered = ({ status, body, headers }: Answer) =>
  json(status, 'application/json', body, headers)

/** The answer to a request that was refused, or that failed by a fault of ours, which is logged and counted here. */
export function problem(error: unknown, requestId: string): APIGatewayProxyStructuredResultV2 {
  // The answer of API Gateway's authorizer, here for a token that it accepts: the claims of a payer are missing, or the
  // session was ended.
  if (error instanceof Unauthorized || error instanceof SessionEnded) {
    return asGateway(401, { 'www-authenticate': 'Bearer' })
  }
  if (!(error instanceof Refusal)) {
    count('Fault')
    logger.error('Fault', { requestId, ...harmless(error) })
    return asGateway(500)
  }
  const { code, details } = error
  const { retryAfterSeconds, ...members } = details
  const { status, title } = REFUSALS[code]
  const body = { title, status, code, requestId, ...members }
  const headers = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : undefined
  return json(status, 'application/problem+json', body, headers)
}

const asGateway = (status: 401 | 500, headers?: Record<string, string>) =>
  json(status, 'application/json', { message: GATEWAY_ANSWERS[status].message }, headers)

/** A fault's name and stack without its message, which can hold a number or a code. */
const harmless = (error: unknown) => ({
  fault: error instanceof Error ? error.name : typeof error,
  at: error instanceof Error ? error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) : [],
})

const json = (
  status: number,
  type: string,
  body: unknown,
  headers?: Record<string, string>,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { 'content-type': type, 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
})
