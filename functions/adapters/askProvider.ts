/** One HTTP call of a provider: limited in time and size, never repeated, and without following redirects. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import https from 'node:https'

/** A call's failure; it never holds a code, a key or a number. */
export type ProviderFault = {
  readonly call: string
  readonly status: number | null
  readonly errorCode: string | null
  readonly reason: string
}

/** The callbacks by which an adapter reports its calls. */
export type Told = {
  /** Called with each failure; it never receives a code, a key or a number. */
  readonly onFault?: (fault: ProviderFault) => void
  /** Called with the duration of each call, with or without an answer. */
  readonly onCall?: (ms: number) => void
}

/** The `Retry-After` of `provider_unavailable`, if the provider gives none. */
export const RETRY_AFTER_SECONDS = 20

/** The default timeout of a call; afterwards the payer uses the other channel or tries again. */
const TIMEOUT_MS = 3000
/** The limit of an answer's size, far above any real answer. */
const ANSWER_BYTES_MAX = 65_536

type Asked = {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}
export type Answered = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/**
 * Send a request and wait at most `timeoutMs` for the whole answer; throws if it does not arrive.
 *
 * Not with `fetch`: Node loads it at its first call, which takes a seventh of a cold start. A plain import of
 * `node:http` would load it too.
 */
export async function askProvider(
  url: URL,
  { body, method, headers }: Asked,
  timeoutMs = TIMEOUT_MS,
  onCall?: Told['onCall'],
): Promise<Answered> {
  const beganAt = performance.now()
  const signal = AbortSignal.timeout(timeoutMs)
  const { request } = url.protocol === 'http:' ? process.getBuiltinModule('node:http') : https
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { method, headers, signal }, resolve).on('error', reject).end(body)
    })
    const text = await limitedText(response)
    return { status: response.statusCode ?? 0, headers: response.headers, text }
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    onCall?.(Math.round(performance.now() - beganAt))
  }
}

/**
 * The code or the name of an error ("ECONNREFUSED", "SyntaxError"), never its message, which may repeat the request.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

async function limitedText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length > ANSWER_BYTES_MAX) throw new Error(`answer longer than ${ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
