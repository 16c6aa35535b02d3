import type { PaymentFields } from '../functions/core/action.ts'
import type { PaymentView } from '../functions/core/payment.ts'
import { jsonOf, problemOf } from './answer.ts'
import type { Device, Devices, Invitation } from './deviceApi.ts'
import { restoreLabel } from './deviceFacts.ts'
import type { Notice } from './noticeWords.ts'
import { patienceMs } from './patience.ts'
import type { Presses } from './presses.ts'
import { Problem } from './problem.ts'
import type { ServerClock } from './serverClock.ts'
import { anyOf, timeLimit } from './signals.ts'

/** As the server shows it. */
export type Payment = PaymentView

export type PhoneChannel = 'sms' | 'call'

/** What agrees to a new phone number: a code sent to the old one, a device's yes, or the owner's invitation. */
export type PhoneLeave = 'code' | 'device' | 'invitation'

export type Profile = {
  readonly email: string
  readonly phone: {
    readonly number: string
    readonly verified: boolean
    readonly pending: PendingNumber | null
  } | null
  readonly devices: Devices
  /** Until then no code is texted for a payment or checked, because five in a row were wrong. */
  readonly codesLockedUntil: string | null
  /** Until then no payment can be started, because the payer said that they did not start one. */
  readonly startsLockedUntil: string | null
  /** The newest first. */
  readonly notices?: readonly Notice[]
}

/** A number that is being verified. */
export type PendingNumber = {
  readonly number: string
  readonly channel: PhoneChannel
  readonly verificationId: string
  readonly reference: string
  /** What must agree to it besides its own code; null for the first number. */
  readonly leave: PhoneLeave | null
  readonly hasLeave: boolean
}

export type CodeSent = {
  readonly verificationId: string
  readonly reference: string
  /** The text sent to the verified phone; null if there is none. */
  readonly displayText: string | null
  readonly to: string
  /** The number as it is dialled, if the payer wrote it in another form. */
  readonly dialled: string | null
  readonly sendsLeft: number
  readonly expiresAt: string
  readonly leave: PhoneLeave | null
}

/** What goes with the digits of a new device: a code from a text, an owner's invitation, or nothing. */
export type LeaveProof = { readonly code?: string; readonly invitation?: string }

export type Page = { readonly payments: readonly Payment[]; readonly next: string | null }

export type Api = ReturnType<typeof createApi>

type Request = {
  method?: 'GET' | 'POST'
  path: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  /** The sentence to show later if the page is left before this request is sent. */
  notDone?: string
}

/**
 * Payfriend's HTTP API, called as the signed-in payer.
 *
 * Every refusal and fault is thrown as a `Problem`. If the API refuses a token, it is renewed and the request is
 * sent once more.
 *
 * @param accessToken returns a token, and never the refused one
 * @param signInAnew leads to sign-in, or throws why signing in again would not help
 */
export function createApi(
  accessToken: (refused?: string) => Promise<string>,
  signInAnew: () => Promise<never>,
  clock: Pick<ServerClock, 'learn'>,
  presses: Omit<Presses, 'answered'>,
) {
  async function call<Answer>(request: Request): Promise<Answer> {
    if (request.notDone) presses.waits(request, request.notDone)
    try {
      const token = await accessToken()
      let response = await send(request, token)
      if (response.status === 401) response = await send(request, await accessToken(token))
      // The renewed token is refused too: this sign-in was ended, here or elsewhere.
      if (response.status === 401) return await signInAnew()
      if (!response.ok) throw await problemOf(response)
      return (await jsonOf(response)) as Answer
    } finally {
      presses.goes(request)
    }
  }

  async function send(request: Request, token: string): Promise<Response> {
    const { notDone } = request
    if (!notDone) return ask(request, token)
    presses.goes(request)
    const answer = ask(request, token)
    presses.follow(answer)
    const response = await answer
    // API Gateway checks the token before it calls the Lambda, so a 401 means that nothing was done.
    if (response.status === 401) presses.waits(request, notDone)
    return response
  }

  async function ask(request: Request, token: string): Promise<Response> {
    const { method = 'GET', path, body, headers, signal } = request
    const askedAt = Date.now()
    const timeout = timeLimit(patienceMs(method))
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
        signal: signal ? anyOf(signal, timeout) : timeout,
      })
      clock.learn(response.headers.get('Date'), askedAt, Date.now())
      return response
    } catch {
      throw new Problem({ kind: 'unreachable' })
    }
  }

  const post = <Answer>(
    path: string,
    notDone: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => call<Answer>({ method: 'POST', path, notDone, body, ...(headers ? { headers } : {}) })

  return {
    profile: () => call<Profile>({ path: '/profile' }),

    /** @param invitation the owner's, in place of a device's yes */
    startPhone: (phoneNumber: string, channel: PhoneChannel, invitation: string | null = null) =>
      post<CodeSent>('/phone', 'No code was sent for your phone. Ask for it again.', {
        phoneNumber,
        channel,
        ...(invitation === null ? {} : { invitation }),
      }),

    verifyPhone: (verificationId: string, code: string, currentCode: string | null) =>
      post<Profile>('/phone/verification', 'Your phone was not confirmed. Enter its code again.', {
        verificationId,
        code,
        ...(currentCode === null ? {} : { currentCode }),
      }),

    /** A new code with which a phone can ask to be added. */
    invite: () =>
      post<Invitation>(
        '/devices/invitations',
        'No code for a phone was made. If you still want it, press “Add a phone” again.',
        {},
      ),

    /** Text a code that lets this phone in to the verified number. */
    textLeave: (deviceId: string) =>
      post<Profile>(
        `/devices/${encodeURIComponent(deviceId)}/leave`,
        'No code was sent for your new phone. Ask for it again.',
        { by: 'text' },
      ),

    confirmDevice: (deviceId: string, digits: string, proof: LeaveProof) =>
      post<Profile>(
        `/devices/${encodeURIComponent(deviceId)}/confirmation`,
        'Your new phone was not added. Type its digits again.',
        { digits, ...proof },
      ),

    /** Put back a device that was removed; the API wants a newer sign-in than the removal. */
    restoreDevice: ({ id, name }: Pick<Device, 'id' | 'name'>) =>
      post<Profile>(
        `/devices/${encodeURIComponent(id)}/confirmation`,
        // That sign-in was a step on the way, so nothing has failed.
        `You have signed in again. Press ‘${restoreLabel(name)}’ now.`,
        { undo: true },
      ),

    removeDevice: (deviceId: string) =>
      post<Profile>(
        `/devices/${encodeURIComponent(deviceId)}/removal`,
        'The phone was not removed. If you still want it, press the button again.',
        {},
      ),

    /** End every session of the payer, this one too. */
    endSessions: () =>
      post<Record<string, never>>(
        '/sessions/end',
        'You were not signed out everywhere. If you still want it, press the button again.',
      ),

    send: (body: PaymentFields, idempotencyKey: string) =>
      post<Payment>(
        '/payments',
        'Your payment was not sent. If you still want it, press “Send payment” again.',
        body,
        { 'Idempotency-Key': idempotencyKey },
      ),

    payments: (cursor: string | null, signal: AbortSignal) =>
      call<Page>({
        path: cursor === null ? '/payments' : `/payments?cursor=${encodeURIComponent(cursor)}`,
        signal,
      }),

    payment: (id: string, signal: AbortSignal) =>
      call<Payment>({ path: `/payments/${encodeURIComponent(id)}`, signal }),

    cancel: (id: string) =>
      post<Payment>(
        `/payments/${encodeURIComponent(id)}/cancellation`,
        'The payment was not cancelled. If you still want it, press the button again.',
      ),

    startSms: (id: string) =>
      post<Payment>(
        `/payments/${encodeURIComponent(id)}/sms`,
        'No code by text was asked for. Ask for it again.',
      ),

    verifySms: (id: string, code: string) =>
      post<Payment>(
        `/payments/${encodeURIComponent(id)}/sms/verification`,
        'Your code was not checked, and no attempt was used up. Enter it again.',
        { code },
      ),
  }
}
