/** Calls of one Twilio Verify service, through the `twilio` package's own resource classes. */
import type { Client } from 'twilio/lib/base/BaseTwilio.js'
import domain from 'twilio/lib/base/Domain.js'
import version from 'twilio/lib/base/Version.js'
import { VerificationListInstance } from 'twilio/lib/rest/verify/v2/service/verification.js'
import { VerificationCheckListInstance } from 'twilio/lib/rest/verify/v2/service/verificationCheck.js'
import * as z from 'zod'
import { Refusal } from '../../core/refusals.ts'
import {
  type Answered,
  askProvider,
  type ProviderFault,
  RETRY_AFTER_SECONDS,
  reasonOf,
  type Told,
} from '../askProvider.ts'

export type TwilioKey = { readonly apiKey: string; readonly apiKeySecret: string }

export type VerifySettings = Told & {
  readonly apiUrl: string
  /** The SID (`VA…`) of the service that creates and checks verifications. */
  readonly serviceSid: string
  /** The API key, read for each call; `fresh` bypasses the cache. Undefined while the owner has not set one. */
  readonly key: (fresh: boolean) => Promise<TwilioKey | undefined>
  /** The timeout of a call until the whole answer has arrived; 3 s by default. */
  readonly timeoutMs?: number
}

/** A parsed verification from Twilio's answer. */
type Verification = z.infer<typeof verification>

/** Twilio's answer: a verification of this service, or an error code. */
export type VerifyAnswer = {
  readonly call: string
  readonly status: number
  readonly verification: Verification | undefined
  readonly errorCode: string | null
  readonly retryAfterSeconds: number | undefined
}

export function verifyService(settings: VerifySettings) {
  const { apiUrl, serviceSid } = settings

  /**
   * One call. It is not repeated, because a second start sends a second text and a second check is a second guess.
   * Exception: if Twilio refused the key, it did nothing, and the key may have been changed.
   */
  async function call(
    name: string,
    ask: Ask,
    timeoutMs = settings.timeoutMs,
  ): Promise<VerifyAnswer> {
    const key = await keyFor(name, false)
    const answer = await callWith(key, name, ask, timeoutMs)
    if (answer.status !== 401) return answer
    const fresh = await keyFor(name, true)
    const isSame = fresh.apiKey === key.apiKey && fresh.apiKeySecret === key.apiKeySecret
    return isSame ? answer : callWith(fresh, name, ask, timeoutMs)
  }

  async function keyFor(name: string, fresh: boolean): Promise<TwilioKey> {
    const key = await settings.key(fresh)
    if (key) return key
    throw unavailable({ call: name, status: null, errorCode: null, reason: 'no API key is set' })
  }

  async function callWith(
    { apiKey, apiKeySecret }: TwilioKey,
    name: string,
    ask: Ask,
    timeoutMs: number | undefined,
  ): Promise<VerifyAnswer> {
    let answered: Answered | undefined
    const basic = Buffer.from(`${apiKey}:${apiKeySecret}`).toString('base64')
    /** The part of the package's client that its resources need; the whole client is thirty times larger. */
    const client = {
      async request({ uri, method, data, headers }: RequestOptions) {
        answered = await askProvider(
          new URL(uri),
          {
            method,
            headers: { ...headers, authorization: `Basic ${basic}` },
            body: new URLSearchParams(data).toString(),
          },
          timeoutMs,
          settings.onCall,
        )
        return { statusCode: answered.status, body: object.parse(JSON.parse(answered.text)) }
      },
    }
    const api = new version.default(new domain.default(client as unknown as Client, apiUrl), 'v2')
    try {
      const resource = await ask(api as V2)
      if (!DONE.has(answered?.status ?? 0)) throw new Error('neither 200 nor 201')
      const found = verification.parse(resource.toJSON())
      if (found.serviceSid !== serviceSid) throw new Error('of another service')
      return answer(name, answered, found, null)
    } catch (error) {
      const refused = twilioError.safeParse(error)
      if (refused.success) return answer(name, answered, undefined, String(refused.data.code))
      const status = answered?.status ?? null
      // An error's code may come from the answer and repeat a part of the request, so only the error's name is logged.
      const reason = answered && error instanceof Error ? error.name : reasonOf(error)
      throw unavailable({ call: name, status, errorCode: null, reason }, retryAfterOf(answered))
    }
  }

  function unavailable(fault: ProviderFault, retryAfterSeconds = RETRY_AFTER_SECONDS): Refusal {
    settings.onFault?.(fault)
    return new Refusal('provider_unavailable', { retryAfterSeconds })
  }

  return {
    start: (params: StartParams) =>
      call('Verifications', (api) => VerificationListInstance(api, serviceSid).create(params)),

    check: (params: CheckParams) =>
      call('VerificationCheck', (api) =>
        VerificationCheckListInstance(api, serviceSid).create(params),
      ),

    /** End a verification early. If that fails, the failure is reported to the owner and not thrown. */
    async end(sid: string): Promise<void> {
      const name = 'Verifications/cancel'
      const cancel: Ask = (api) =>
        VerificationListInstance(api, serviceSid)(sid).update({ status: 'canceled' })
      try {
        const answer = await call(name, cancel, Math.min(settings.timeoutMs ?? END_MS, END_MS))
        if (answer.errorCode !== null && answer.errorCode !== NOT_FOUND) tell(answer, 'not ended')
      } catch (error) {
        // A refusal was reported already; any other error comes from the store of the key.
        if (error instanceof Refusal) return
        settings.onFault?.({ call: name, status: null, errorCode: null, reason: reasonOf(error) })
      }
    },

    /** Report to the owner an answer whose cause only the owner can remove. */
    tell,

    /** The refusal `provider_unavailable` for an unclear answer; the reason is reported to the owner. */
    unclear({ call, status, errorCode, retryAfterSeconds }: VerifyAnswer, reason: string): Refusal {
      return unavailable({ call, status, errorCode, reason }, retryAfterSeconds)
    },
  }

  function tell({ call, status, errorCode }: VerifyAnswer, reason: string): void {
    settings.onFault?.({ call, status, errorCode, reason })
  }
}

/** The timeout of ending a verification; one that is not ended expires by itself. */
const END_MS = 1000
/** Twilio's error code for a verification that was used, was cancelled or has expired. */
export const NOT_FOUND = '20404'
/** The longest `Retry-After` that is passed on; no limit of Twilio lasts longer. */
const RETRY_AFTER_MAX_SECONDS = 3600

type Ask = (version: V2) => Promise<{ toJSON(): unknown }>
type V2 = Parameters<typeof VerificationListInstance>[0]
type StartParams = { to: string; channel: 'sms' | 'call'; amount?: string; payee?: string }
type CheckParams = { verificationSid: string; code: string; amount?: string; payee?: string }
type RequestOptions = {
  readonly uri: string
  readonly method: string
  readonly data: Record<string, string>
  readonly headers?: Record<string, string>
}

/** The successful statuses; the package would accept every 2xx. */
const DONE = new Set([200, 201])
const object = z.looseObject({})
/** The error that the package throws for an error answer; only Twilio's own errors have a code. */
const twilioError = z.object({ code: z.int().min(10_000).max(99_999) })
const verification = z.object({
  sid: z.string().regex(/^VE[0-9a-f]{32}$/),
  serviceSid: z.string(),
  to: z.string(),
  channel: z.string(),
  status: z.enum([
    'pending',
    'approved',
    'canceled',
    'max_attempts_reached',
    'deleted',
    'failed',
    'expired',
  ]),
  valid: z.boolean(),
  amount: z.string().nullable(),
  payee: z.string().nullable(),
})

function answer(
  call: string,
  answered: Answered | undefined,
  found: Verification | undefined,
  errorCode: string | null,
): VerifyAnswer {
  const retryAfterSeconds = retryAfterOf(answered)
  return { call, status: answered?.status ?? 0, verification: found, errorCode, retryAfterSeconds }
}

/** The answer's `Retry-After` in seconds; `undefined` if it is a date or cannot be parsed. */
function retryAfterOf(answered: Answered | undefined): number | undefined {
  const said = answered?.headers['retry-after'] ?? ''
  if (!/^[1-9]\d{0,8}$/.test(said)) return undefined
  return Math.min(Number(said), RETRY_AFTER_MAX_SECONDS)
}
