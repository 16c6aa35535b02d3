import { lostPressWords } from '#words/lostPressWords.ts'
import {
  type Answer,
  type Asked,
  createClient,
  PayfriendError,
  type Profile as ProfileAnswer,
  type Route,
  type Send,
  type StartPayment,
} from '../client/payfriend.ts'
import type { PaymentFields } from '../functions/core/action.ts'
import type { PaymentView } from '../functions/core/payment.ts'
import { problemOf } from './answer.ts'
import type { Device, Devices } from './deviceApi.ts'
import type { Notice } from './noticeWords.ts'
import { patienceMs } from './patience.ts'
import type { Presses } from './presses.ts'
import { Problem } from './problem.ts'
import type { ServerClock } from './serverClock.ts'
import { anyOf, timeLimit } from './signals.ts'

/** As the server shows it. */
export type Payment = PaymentView

export type Profile = Omit<ProfileAnswer, 'devices' | 'notices'> & {
  readonly devices: Devices
  /** The newest first. */
  readonly notices?: readonly Notice[]
}

/** A number that is being verified. */
export type PendingNumber = NonNullable<NonNullable<Profile['phone']>['pending']>

export type PhoneChannel = PendingNumber['channel']

/** What agrees to a new phone number: a code sent to the old one, a device's yes, or the owner's invitation. */
export type PhoneLeave = NonNullable<PendingNumber['leave']>

/** What goes with the digits of a new device: a code from a text, an owner's invitation, or nothing. */
export type LeaveProof = { readonly code?: string; readonly invitation?: string }

export type Api = ReturnType<typeof createApi>

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
  const client = createClient({ address: '/api', token: accessToken, send })

  async function call<R extends Route>(route: R, asked: Asked<R>): Promise<Answer<R>> {
    try {
      return await client(route, asked)
    } catch (error) {
      // The renewed token is refused too: this sign-in was ended, here or elsewhere.
      if (error instanceof PayfriendError && error.status === 401) return await signInAnew()
      throw problemOf(error)
    }
  }

  /** @param notDone the sentence to show later if the page is left before this request is sent */
  async function press<R extends Route>(
    route: R,
    notDone: string,
    asked: Asked<R>,
  ): Promise<Answer<R>> {
    const press = {}
    const sendPress: Send = async (url, request) => {
      presses.goes(press)
      const answer = send(url, request)
      presses.follow(answer)
      const response = await answer
      // API Gateway checks the token before it calls the Lambda, so a 401 means that nothing was done.
      if (response.status === 401) presses.waits(press, notDone)
      return response
    }
    presses.waits(press, notDone)
    try {
      return await call(route, { ...asked, send: sendPress })
    } finally {
      presses.goes(press)
    }
  }

  async function send(url: string, request: RequestInit): Promise<Response> {
    const { method, signal } = request
    const askedAt = Date.now()
    const timeout = timeLimit(patienceMs(method === 'POST' ? 'POST' : 'GET'))
    try {
      const response = await fetch(url, {
        ...request,
        signal: signal ? anyOf(signal, timeout) : timeout,
      })
      clock.learn(response.headers.get('Date'), askedAt, Date.now())
      return response
    } catch {
      throw new Problem({ kind: 'unreachable' })
    }
  }

  return {
    profile: () => call('GET /profile', {}),

    /** @param invitation the owner's, in place of a device's yes */
    startPhone: (phoneNumber: string, channel: PhoneChannel, invitation: string | null = null) =>
      press('POST /phone', lostPressWords.startPhone, {
        body: { phoneNumber, channel, ...(invitation === null ? {} : { invitation }) },
      }),

    verifyPhone: (verificationId: string, code: string, currentCode: string | null) =>
      press('POST /phone/verification', lostPressWords.verifyPhone, {
        body: { verificationId, code, ...(currentCode === null ? {} : { currentCode }) },
      }),

    /** A new code with which a phone can ask to be added. */
    invite: () => press('POST /devices/invitations', lostPressWords.invite, {}),

    /** Text a code that lets this phone in to the verified number. */
    textLeave: (deviceId: string) =>
      press('POST /devices/{deviceId}/leave', lostPressWords.textLeave, {
        path: { deviceId },
        body: { by: 'text' },
      }),

    confirmDevice: (deviceId: string, digits: string, proof: LeaveProof) =>
      press('POST /devices/{deviceId}/confirmation', lostPressWords.confirmDevice, {
        path: { deviceId },
        body: { digits, ...proof },
      }),

    /** Put back a device that was removed; the API wants a newer sign-in than the removal. */
    restoreDevice: ({ id, name }: Pick<Device, 'id' | 'name'>) =>
      press('POST /devices/{deviceId}/confirmation', lostPressWords.restoreDevice(name), {
        path: { deviceId: id },
        body: { undo: true },
      }),

    removeDevice: (deviceId: string) =>
      press('POST /devices/{deviceId}/removal', lostPressWords.removeDevice, {
        path: { deviceId },
      }),

    /** End every session of the payer, this one too. */
    endSessions: () => press('POST /sessions/end', lostPressWords.endSessions, {}),

    send: (fields: PaymentFields, idempotencyKey: string): Promise<Payment> =>
      press('POST /payments', lostPressWords.send, {
        header: { 'Idempotency-Key': idempotencyKey },
        // The currency is one of those that the server named in config.json.
        body: fields as StartPayment,
      }),

    payments: (cursor: string | null, signal: AbortSignal) =>
      call('GET /payments', { ...(cursor === null ? {} : { query: { cursor } }), signal }),

    payment: (id: string, signal: AbortSignal): Promise<Payment> =>
      call('GET /payments/{paymentId}', { path: { paymentId: id }, signal }),

    cancel: (id: string): Promise<Payment> =>
      press('POST /payments/{paymentId}/cancellation', lostPressWords.cancel, {
        path: { paymentId: id },
      }),

    startSms: (id: string): Promise<Payment> =>
      press('POST /payments/{paymentId}/sms', lostPressWords.startSms, {
        path: { paymentId: id },
      }),

    verifySms: (id: string, code: string): Promise<Payment> =>
      press('POST /payments/{paymentId}/sms/verification', lostPressWords.verifySms, {
        path: { paymentId: id },
        body: { code },
      }),
  }
}
