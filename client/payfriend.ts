/**
 * Payfriend's HTTP API for a program that acts for a payer, in a browser or on a server: typed by openapi.json, and
 * without dependencies.
 */
import type { Payment, Routes } from './api.ts'
import { answerOf } from './refusal.ts'

export type * from './api.ts'
export { answerOf, PayfriendError, refusalOf } from './refusal.ts'

/** A route that a payer's token may call, for instance `POST /payments`. */
export type Route = keyof Routes

/** What a route gives. */
export type Answer<R extends Route> = Routes[R]['answer']

/** What a route takes, and how it is asked. */
export type Asked<R extends Route> = Omit<Routes[R], 'answer' | 'refusals'> & {
  readonly signal?: AbortSignal | undefined
  /** In place of the client's own `send`, for this request. */
  readonly send?: Send | undefined
}

/** Sends one request, as `fetch` does. */
export type Send = (url: string, request: RequestInit) => Promise<Response>

export type ClientOptions = {
  /** Where the API is, for instance `https://pay.example.com/api`; or the path of your own server that passes requests on. */
  readonly address: string
  /**
   * Gives the payer's access token, and never the one that was refused. Leave it out if your own server adds the token,
   * as the example does.
   */
  readonly token?: ((refused?: string) => Promise<string>) | undefined
  /** Default: `fetch`. */
  readonly send?: Send | undefined
}

export type Call = <R extends Route>(route: R, asked: Asked<R>) => Promise<Answer<R>>

/**
 * Makes the function that calls the API: `await call('GET /payments/{paymentId}', { path: { paymentId } })`.
 *
 * A refusal or a fault is thrown as a `PayfriendError`; if no answer comes at all, what `send` throws. A request whose token is
 * refused is sent once more with a new one, because API Gateway checks the token before anything is done.
 */
export function createClient({ address, token, send = fetchIt }: ClientOptions): Call {
  return async (route, asked) => {
    const { path, query, header, body, signal, send: ownSend = send } = asked as Parts
    const [method = '', template = ''] = route.split(' ')
    const parameters = new URLSearchParams(query).toString()
    const url = `${address}${filled(template, path)}${parameters && `?${parameters}`}`
    const ask = (bearer: string | undefined) =>
      ownSend(url, {
        method,
        headers: {
          ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...header,
        },
        body: body === undefined ? null : JSON.stringify(body),
        cache: 'no-store',
        ...(signal && { signal }),
      })

    const bearer = await token?.()
    let response = await ask(bearer)
    if (response.status === 401 && token) response = await ask(await token(bearer))
    return answerOf(response)
  }
}

type Parts = {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Record<string, string>
  readonly header?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal?: AbortSignal
  readonly send?: Send
}

// Looked up at each request, because a page or a test may replace `fetch` later.
const fetchIt: Send = (url, request) => fetch(url, request)

/** @throws TypeError for an id that would lead to another path */
function filled(template: string, path: Parts['path'] = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name] ?? ''
    if (/^\.{0,2}$/.test(value)) throw new TypeError(`"${value}" cannot be a ${name}.`)
    return encodeURIComponent(value)
  })
}

/** How often a payment is asked for, as openapi.json says. */
const LOOK_EVERY_MS = 3_000
/** So many failed looks in a row end the wait: about a minute. */
const FAILURES_MAX = 20

/**
 * Waits until a payment has ended, and gives it. A look that fails by a fault or the network is tried again; a refusal is
 * thrown, and so is the last of too many failures.
 */
export async function waitForEnd(
  call: Call,
  paymentId: string,
  { signal, everyMs = LOOK_EVERY_MS }: { signal?: AbortSignal; everyMs?: number } = {},
): Promise<Payment> {
  for (let failures = 0; ; ) {
    try {
      const payment = await call('GET /payments/{paymentId}', { path: { paymentId }, signal })
      if (payment.status !== 'pending') return payment
      failures = 0
    } catch (error) {
      failures += 1
      if (signal?.aborted || failures >= FAILURES_MAX || !isTemporary(error)) throw error
    }
    await pause(everyMs, signal)
  }
}

/** The network's errors have no status. */
function isTemporary(error: unknown): boolean {
  const { status = 0 } = error as { status?: number }
  return status === 0 || status === 429 || status >= 500
}

const pause = (ms: number, signal: AbortSignal | undefined) =>
  new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
