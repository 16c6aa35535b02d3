/**
 * One HTTPS request to an address that came from a client: to public addresses only, without redirects, and over after
 * three seconds and four kilobytes whatever the other side does.
 */
import { lookup as lookUp } from 'node:dns/promises'
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isPublic } from './publicAddress.ts'

/** In all: name, connection, sending, the answer's head and its body. */
const TOTAL_MS = 3_000
/** No more of an answer's body is read. */
const ANSWER_BYTES_MAX = 4_096

export type Outgoing = {
  readonly url: string
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer | null
  /** The one address of a laptop's own push service: by plain HTTP, and on this machine. */
  readonly isStandIn: boolean
  readonly resolve: Resolve
}

/** The answer, or why there is none: `private` was not even dialled. */
export type Posted =
  | { readonly status: number; readonly said: string }
  | { readonly fault: 'private' | 'no answer' }

export type Post = (outgoing: Outgoing) => Promise<Posted>

type Address = { readonly address: string; readonly family: number }
/** The addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>

export const resolveName: Resolve = (hostname) => lookUp(hostname, { all: true })

class PrivateAddress extends Error {}

export function postOnce(
  { url, headers, body, isStandIn, resolve }: Outgoing,
  totalMs = TOTAL_MS,
): Promise<Posted> {
  const signal = AbortSignal.timeout(totalMs)
  return new Promise((done) => {
    const request = (isStandIn ? httpRequest : httpsRequest)(url, {
      method: 'POST',
      headers,
      signal,
      // A new connection each time: one that a frozen Lambda kept would be dead at its next use.
      agent: false,
      ...(!isStandIn && { lookup: onlyPublic(resolve) }),
    })
    let isAnswered = false
    request.once('response', (response) => {
      isAnswered = true
      readSome(response).then((said) => done({ status: response.statusCode ?? 0, said }))
    })
    request.on('error', (error) => {
      // A body that was given up changes nothing of the status before it.
      if (isAnswered) return
      done({ fault: error instanceof PrivateAddress ? 'private' : 'no answer' })
    })
    // Also after what is neither answer nor error, as a change of protocol (101).
    request.on('close', () => {
      if (!isAnswered) done({ fault: 'no answer' })
    })
    request.end(body)
  })
}

/**
 * The name's addresses, if all of them are public. The connection uses these very addresses, so that the name cannot
 * lead elsewhere between check and use.
 */
const onlyPublic =
  (resolve: Resolve): LookupFunction =>
  (hostname, { all }, callback) => {
    resolve(hostname).then(
      (found) => {
        const [first] = found
        if (!first || !found.every(({ address }) => isPublic(address))) {
          callback(new PrivateAddress(`${hostname} leads to no public address`), '', 4)
        } else if (all) callback(null, [...found])
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 4),
    )
  }

/** The beginning of an answer's body, printable; the rest is not read. */
async function readSome(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= ANSWER_BYTES_MAX) break
    }
  } catch {
    // Its status has arrived, which is all that counts.
  }
  response.destroy()
  const text = Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString()
  return text.replaceAll(/[^ -~]/g, ' ')
}
