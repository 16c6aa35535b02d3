/** One call of a provider over HTTP: bounded in time and size, never repeated, never sent on. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import https from 'node:https'

/** What was wrong with a call; never holds a code, a key or a number. */
export type ProviderFault = {
  readonly call: string
  readonly status: number | null
  readonly errorCode: string | null
  readonly reason: string
}

/** How an adapter tells its owner of its calls. */
export type Told = {
  /** Told what was wrong with an answer; never given a code, a key or a number. */
  readonly onFault?: (fault: ProviderFault) => void
  /** Told how long a call took, whether an answer came or not. */
  readonly onCall?: (ms: number) => void
}

/** What the payer is asked to try again after, where the provider does not say. */
export const RETRY_AFTER_SECONDS = 20

/** Longer nobody waits: the payer can go on with the other channel, or try again. */
const TIMEOUT_MS = 3000
/** No answer of a provider is anywhere near this long. */
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
 * Ask, and wait for the whole answer for `timeoutMs`; throws whatever prevented it.
 *
 * Not by `fetch`, because Node loads that when it is first called, which is a seventh of a cold start; a
 * plain import of `node:http` would load it too.
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

/** "ECONNREFUSED", "SyntaxError", "TimeoutError": never the error's own words, which may repeat what was sent. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

async function limitedText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length > ANSWER_BYTES_MAX) throw new Error('answer too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
