/**
 * Who asks the servers of this machine. They listen on it alone, but a page of the web that the same person
 * looks at runs on it too: its browser adds `Origin` and `Sec-Fetch-Site`, and under a name of the page's that
 * was made to point here `Host` is that name.
 */
import type { IncomingMessage } from 'node:http'

/** Where `npm run payer` asks, at the sign-in's port. */
export const OPERATOR_PATH = '/operator'

const BODY_BYTES_MAX = 64 * 1024

type Asked = Pick<IncomingMessage, 'headers'>

/** Whether the server is asked by the name of this machine. */
export const asksByOwnName = ({ headers: { host = '' } }: Asked): boolean =>
  /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)

/** Whether no browser asks for a page. */
export const asksForNoPage = (request: Asked): boolean =>
  asksByOwnName(request) &&
  request.headers.origin === undefined &&
  request.headers['sec-fetch-site'] === undefined

/** Whether a program asks, a page of this very server, or the person by the address bar. */
export function asksFromNoOtherPage(request: Asked): boolean {
  const { host, origin, 'sec-fetch-site': site = 'none' } = request.headers
  if (!asksByOwnName(request)) return false
  if (origin !== undefined && origin !== `http://${host}`) return false
  return site === 'none' || site === 'same-origin'
}

/**
 * Whether a program sends this. Of a type that no form has a page may send nothing to another origin without
 * being let, which nobody is here: so it holds for old browsers too, that don't say where a page is from.
 */
export const asksFromProgram = (
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  contentType: string,
): boolean =>
  request.method === 'POST' &&
  asksForNoPage(request) &&
  request.headers['content-type'] === contentType

/** @throws what is too long, or no JSON */
export async function jsonBodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > BODY_BYTES_MAX) throw new Error('This body is too long.')
  }
  return JSON.parse(text)
}
