/** What only programs on this machine may ask, and no page of the web that the same person looks at. */
import type { IncomingMessage } from 'node:http'

/** Where `npm run payer` asks, at the sign-in's port. */
export const OPERATOR_PATH = '/operator'

const BODY_BYTES_MAX = 64 * 1024

/**
 * Whether a program asks, and no browser for a page: a browser adds `Origin` and `Sec-Fetch-Site`; under a
 * name of somebody's that points here `Host` is that name; and of this type a page may send nothing to
 * another origin without being let, which nobody is here.
 */
export function asksFromProgram(
  { method, headers }: IncomingMessage,
  contentType: string,
): boolean {
  const { host = '', origin, 'sec-fetch-site': site, 'content-type': type } = headers
  if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)) return false
  return method === 'POST' && origin === undefined && site === undefined && type === contentType
}

/** @throws what is too long, or no JSON */
export async function jsonBodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > BODY_BYTES_MAX) throw new Error('This body is too long.')
  }
  return JSON.parse(text)
}
