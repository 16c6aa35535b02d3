import { Problem } from './problem.ts'
import type { ServerClock } from './serverClock.ts'

export type Terms = {
  readonly payee: { readonly name: string; readonly id: string }
  readonly amount: { readonly value: string; readonly currency: string }
}

export type Payment = Terms & {
  readonly paymentId: string
  readonly words: string
  /** What tells it from an equal payment. Not every provider can put it into its texts. */
  readonly reference: string
  readonly status: 'pending' | 'approved' | 'denied' | 'expired' | 'failed' | 'cancelled'
  readonly push: 'sending' | 'sent' | 'unavailable'
  /** Where it is unavailable because two were denied in a row: until when none goes out. */
  readonly pushPausedUntil: string | null
  readonly sms: {
    readonly to: string | null
    readonly sentAt: string | null
    readonly sendsLeft: number
    readonly attemptsLeft: number
  }
  readonly createdAt: string
  readonly expiresAt: string
  readonly decidedAt: string | null
  readonly decidedBy: 'push' | 'sms' | null
  /** Of approved and denied: how the answer was learned. */
  readonly decision: {
    readonly channel: 'push' | 'sms'
    readonly proof: 'signed-callback' | 'provider-read' | 'sms-code'
  } | null
}

export type PhoneChannel = 'sms' | 'call'

export type Profile = {
  readonly email: string
  readonly phone: {
    readonly number: string
    readonly verified: boolean
    readonly pending: {
      readonly number: string
      readonly channel: PhoneChannel
      readonly verificationId: string
      readonly reference: string
    } | null
  } | null
  /** The newest first. */
  readonly notices?: readonly Notice[]
}

/** Something that happened to the account, which its owner should know. */
export type Notice = {
  readonly event: string
  readonly at: string
  /** The last three digits of the phone that there is now. */
  readonly ending: string | null
}

export type CodeSent = {
  readonly verificationId: string
  readonly reference: string
  /** What the verified phone is told; null where there is none. */
  readonly words: string | null
  readonly to: string
  /** How the number is dialled, where it was written in another form. */
  readonly dialled: string | null
  readonly sendsLeft: number
  readonly expiresAt: string
}

export type Page = { readonly payments: readonly Payment[]; readonly next: string | null }

export type Api = ReturnType<typeof createApi>

type Request = {
  method?: 'GET' | 'POST'
  path: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** The longest that a function may take behind the gateway, and a little. */
const TIMEOUT_MS = 10_000

/**
 * Payfriend's HTTP API, as the signed-in person.
 *
 * Every no comes as a `Problem`; a token that is refused is renewed and the request sent once more.
 *
 * @param accessToken gives a token, another one than the refused
 * @param signInAnew leads to sign-in, or throws why it would be of no use
 */
export function createApi(
  accessToken: (refused?: string) => Promise<string>,
  signInAnew: () => Promise<never>,
  clock: Pick<ServerClock, 'learn'>,
) {
  async function call<Answer>(request: Request): Promise<Answer> {
    const token = await accessToken()
    let response = await ask(request, token)
    if (response.status === 401) response = await ask(request, await accessToken(token))
    // A token just renewed is refused as well: this sign-in was ended, here or elsewhere.
    if (response.status === 401) return signInAnew()
    if (!response.ok) throw await problemOf(response)
    return (await jsonOf(response)) as Answer
  }

  async function ask(request: Request, token: string): Promise<Response> {
    const { method = 'GET', path, body, headers, signal } = request
    const askedAt = Date.now()
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    try {
      const response = await fetch(`/api${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
        cache: 'no-store',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      clock.learn(response.headers.get('Date'), askedAt, Date.now())
      return response
    } catch {
      throw new Problem({ kind: 'unreachable' })
    }
  }

  const post = <Answer>(path: string, body?: unknown, headers?: Record<string, string>) =>
    call<Answer>({ method: 'POST', path, body, ...(headers ? { headers } : {}) })

  return {
    profile: () => call<Profile>({ path: '/profile' }),

    startPhone: (phoneNumber: string, channel: PhoneChannel) =>
      post<CodeSent>('/phone', { phoneNumber, channel }),

    verifyPhone: (verificationId: string, code: string, currentCode: string | null) =>
      post<Profile>('/phone/verification', {
        verificationId,
        code,
        ...(currentCode === null ? {} : { currentCode }),
      }),

    /** Everywhere that the person is signed in ends, here too. */
    endSessions: () => post<Record<string, never>>('/sessions/end'),

    send: (terms: Terms, idempotencyKey: string) =>
      post<Payment>('/payments', terms, { 'Idempotency-Key': idempotencyKey }),

    payments: (cursor: string | null, signal: AbortSignal) =>
      call<Page>({
        path: cursor === null ? '/payments' : `/payments?cursor=${encodeURIComponent(cursor)}`,
        signal,
      }),

    payment: (id: string, signal: AbortSignal) =>
      call<Payment>({ path: `/payments/${encodeURIComponent(id)}`, signal }),

    cancel: (id: string) => post<Payment>(`/payments/${encodeURIComponent(id)}/cancellation`),

    startSms: (id: string) => post<Payment>(`/payments/${encodeURIComponent(id)}/sms`),

    verifySms: (id: string, code: string) =>
      post<Payment>(`/payments/${encodeURIComponent(id)}/sms/verification`, { code }),
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const retryAfterSeconds = Number(response.headers.get('Retry-After'))
  const answer = await jsonOf(response).catch(() => ({}))
  // API Gateway's own answers have no code; whose fault it was is told by the status alone.
  return new Problem({
    ...(answer as object),
    kind: response.status >= 500 ? 'fault' : 'refusal',
    httpStatus: response.status,
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  })
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    // Cut off on the way, or not ours at all.
    const kind = error instanceof SyntaxError ? 'fault' : 'unreachable'
    throw new Problem({ kind, httpStatus: response.status })
  }
}
