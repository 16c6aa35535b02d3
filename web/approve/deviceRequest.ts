/** A request to Payfriend's HTTP API with a device's proof and no sign-in, by the page and by its worker. */
import { patienceMs } from '../patience.ts'
import { timeLimit } from '../signals.ts'
import { deviceProof, type Signer } from './deviceProof.ts'

/** What a device sends; the path is without `/api`. */
export type Sent = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
}

/**
 * The request for `fetch`, at the path below `/api`; without an answer in time it is aborted.
 *
 * @param now the server's time in milliseconds, as closely as it is known
 */
export async function deviceRequest(
  signer: Signer,
  { method, path, body }: Sent,
  now: number,
): Promise<RequestInit> {
  const text = body === undefined ? '' : JSON.stringify(body)
  const url = `${location.origin}/api${path}`
  const proof = await deviceProof(signer, { method, url, body: text }, now)
  return {
    method,
    headers: {
      'Device-Proof': proof,
      ...(text === '' ? {} : { 'Content-Type': 'application/json' }),
    },
    body: text === '' ? null : text,
    cache: 'no-store',
    credentials: 'omit',
    signal: timeLimit(patienceMs(method)),
  }
}
