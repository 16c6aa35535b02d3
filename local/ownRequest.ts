/**
 * Where a request to the local servers comes from. They listen on this machine only, but a web page that the
 * developer visits can send requests too. The browser then adds `Origin` and `Sec-Fetch-Site`; and if the page's own
 * domain was made to point here (DNS rebinding), `Host` is that domain.
 */
import type { IncomingMessage } from 'node:http'

/** The path on sign-in's port to which `npm run payer` sends its requests. */
export const OPERATOR_PATH = '/operator'

/** The path on sign-in's port to which `npm run token` sends its request. */
export const TOKEN_PATH = '/operator/token'

const BODY_BYTES_MAX = 64 * 1024

type Asked = Pick<IncomingMessage, 'headers'>

/** Whether `Host` is a name of this machine. */
export const asksByOwnName = ({ headers: { host = '' } }: Asked): boolean =>
  /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)

/** Whether no browser sent the request for a page. */
export const asksForNoPage = (request: Asked): boolean =>
  asksByOwnName(request) &&
  request.headers.origin === undefined &&
  request.headers['sec-fetch-site'] === undefined

/** Whether the request comes from a program, from a page of this server, or from the browser's address bar. */
export function asksFromNoOtherPage(request: Asked): boolean {
  const { host, origin, 'sec-fetch-site': site = 'none' } = request.headers
  if (!asksByOwnName(request)) return false
  if (origin !== undefined && origin !== `http://${host}`) return false
  return site === 'none' || site === 'same-origin'
}

/**
 * Whether a program sent the request. Old browsers do not send `Sec-Fetch-Site`; but no browser lets a page send this
 * content type, which no form has, to another origin without CORS, and these servers do not allow CORS.
 */
export const asksFromProgram = (
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  contentType: string,
): boolean =>
  request.method === 'POST' &&
  asksForNoPage(request) &&
  request.headers['content-type'] === contentType

/** @throws an error if the body is too long or not JSON */
export async function jsonBodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > BODY_BYTES_MAX)
      throw new Error(`The body is longer than ${BODY_BYTES_MAX} bytes.`)
  }
  return JSON.parse(text)
}
