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
  /** `VA…`: where verifications are made and checked. */
  readonly serviceSid: string
  /** Asked for each call; `fresh` past any cache. None while the owner has not given one. */
  readonly key: (fresh: boolean) => Promise<TwilioKey | undefined>
  /** Within this an answer must be here, whole; 3 s if not said. */
  readonly timeoutMs?: number
}

/** A verification as Twilio's answers show it, each of them checked. */
type Verification = z.infer<typeof verification>

/** What Twilio answered: a verification of this service, or one of its own error codes. */
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
   * One call, never repeated, because a second start is a second text and a second check a second guess;
   * but for a key that was refused, with which Twilio did nothing, and that may have been changed.
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
    /** As much of the package's client as its resources need; the whole is thirty times their weight. */
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
      // What an answer calls its own code could be something that was sent, given back.
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

    /** End a verification early. That it could not be ended is the owner's to know and nobody's trouble. */
    async end(sid: string): Promise<void> {
      const name = 'Verifications/cancel'
      const cancel: Ask = (api) =>
        VerificationListInstance(api, serviceSid)(sid).update({ status: 'canceled' })
      try {
        const answer = await call(name, cancel, Math.min(settings.timeoutMs ?? END_MS, END_MS))
        if (answer.errorCode !== null && answer.errorCode !== NOT_FOUND) tell(answer, 'not ended')
      } catch (error) {
        // A refusal has been told; what else there is, the key's own store says.
        if (error instanceof Refusal) return
        settings.onFault?.({ call: name, status: null, errorCode: null, reason: reasonOf(error) })
      }
    },

    /** Tell the owner of an answer that is theirs to mend. */
    tell,

    /** What is no clear answer, as a refusal that says so; the owner is told the reason. */
    unclear({ call, status, errorCode, retryAfterSeconds }: VerifyAnswer, reason: string): Refusal {
      return unavailable({ call, status, errorCode, reason }, retryAfterSeconds)
    },
  }

  function tell({ call, status, errorCode }: VerifyAnswer, reason: string): void {
    settings.onFault?.({ call, status, errorCode, reason })
  }
}

/** What ended already waits for nobody: a code that is not ended in this time ends by itself. */
const END_MS = 1000
/** Used, cancelled, expired: Twilio has one code for all of them. */
export const NOT_FOUND = '20404'
/** More than any of Twilio's limits lasts. */
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

/** The package takes any other success for one too. */
const DONE = new Set([200, 201])
const object = z.looseObject({})
/** What the resources throw for an answer that is a no; only Twilio's own have a code. */
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

/** What the answer says of trying again, in seconds; a date, or nonsense, is nothing. */
function retryAfterOf(answered: Answered | undefined): number | undefined {
  const said = answered?.headers['retry-after'] ?? ''
  if (!/^[1-9]\d{0,8}$/.test(said)) return undefined
  return Math.min(Number(said), RETRY_AFTER_MAX_SECONDS)
}
