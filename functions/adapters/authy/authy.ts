/** Authy's API. Any answer that is not clear becomes the refusal `provider_unavailable`. */
import * as z from 'zod'
import { displayText } from '../../core/action.ts'
import type { Codes, PhoneIds, Phones, Push } from '../../core/ports.ts'
import { invalidField, Refusal } from '../../core/refusals.ts'
import {
  askProvider,
  type ProviderFault,
  RETRY_AFTER_SECONDS,
  reasonOf,
  type Told,
} from '../askProvider.ts'

export type AuthySettings = Told & {
  readonly apiUrl: string
  /** The API key, read for each call; `fresh` bypasses the cache. Undefined while the owner has not set one. */
  readonly apiKey: (fresh: boolean) => Promise<string | undefined>
  /** The address of the push's picture, which we serve. */
  readonly logoUrl?: string | undefined
  /** The timeout of a call until the whole answer has arrived; 3 s by default. */
  readonly timeoutMs?: number
}

/** The form of a code in a path; any other text could name another resource. */
const CODE = /^[0-9]{6,10}$/
const VERIFICATION_CODE = /^[0-9]{4,10}$/
const AUTHY_ID = /^[1-9]\d*$/
/** A push's id; a UUID in all captures, but not documented as one. */
const PUSH_ID = /^[A-Za-z0-9_-]{1,100}$/
/** The number of digits of a verification's code. */
const VERIFICATION_CODE_LENGTH = 6

export function authy(settings: AuthySettings): Push & Codes & Phones & PhoneIds {
  /**
   * One call. It is not repeated, because a second `sms` sends a second text and a second `verify` is a second guess.
   * Exception: if Authy refused the key, it did nothing, and the key may have been changed.
   */
  async function call(name: string, path: string, body?: object): Promise<Answer> {
    const key = await keyFor(name, false)
    const answer = await callWith(key, name, path, body)
    if (answer.errorCode !== BAD_KEY) return answer
    const fresh = await keyFor(name, true)
    return fresh === key ? answer : callWith(fresh, name, path, body)
  }

  async function keyFor(name: string, fresh: boolean): Promise<string> {
    const key = await settings.apiKey(fresh)
    if (key !== undefined) return key
    throw unavailable({ call: name, status: null, errorCode: null, reason: 'no API key is set' })
  }

  async function callWith(
    key: string,
    name: string,
    path: string,
    body: object | undefined,
  ): Promise<Answer> {
    try {
      const { status, text } = await askProvider(
        new URL(path, settings.apiUrl),
        {
          method: body ? 'POST' : 'GET',
          headers: {
            'X-Authy-API-Key': key,
            ...(body && { 'content-type': 'application/json' }),
          },
          ...(body && { body: JSON.stringify(body) }),
        },
        settings.timeoutMs,
        settings.onCall,
      )
      const parsed = JSON.parse(text)
      const { error_code } = errorBody.parse(parsed)
      return { name, status, errorCode: error_code ?? null, body: parsed }
    } catch (error) {
      throw unavailable({ call: name, status: null, errorCode: null, reason: reasonOf(error) })
    }
  }

  function unavailable(fault: ProviderFault): Refusal {
    settings.onFault?.(fault)
    return new Refusal('provider_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS })
  }

  /** The parsed answer of a successful call; refuses `provider_unavailable` for any other answer. */
  function expect<S extends z.ZodType>(answer: Answer, schema: S): z.infer<S> {
    const good = answer.status === 200 ? schema.safeParse(answer.body) : undefined
    if (good?.success) return good.data
    throw unclear(answer)
  }

  /** Require that a phone's id is Authy's before it is put into a path; another provider may have given it. */
  function digits(name: string, providerPhoneId: string): string {
    if (AUTHY_ID.test(providerPhoneId)) return providerPhoneId
    throw unavailable({ call: name, status: null, errorCode: null, reason: 'not an id of Authy' })
  }

  const unclear = ({ name, status, errorCode }: Answer) =>
    unavailable({ call: name, status, errorCode, reason: 'unexpected answer' })

  return {
    gave: (providerPhoneId) => AUTHY_ID.test(providerPhoneId),

    async enroll({ email }, { countryCode, national }) {
      const answer = await call('users/new', '/protected/json/users/new', {
        user: { email, cellphone: national, country_code: countryCode },
        send_install_link_via_sms: false,
      })
      return String(expect(answer, newUser).user.id)
    },

    async ask(providerPhoneId, { message, details }, hidden, seconds) {
      const { logoUrl } = settings
      const path = `/onetouch/json/users/${digits('approval_requests', providerPhoneId)}/approval_requests`
      const answer = await call('approval_requests', path, {
        message,
        details,
        hidden_details: hidden,
        ...(logoUrl && { logos: [{ res: 'default', url: logoUrl }] }),
        seconds_to_expire: seconds,
      })
      if (NO_APP.has(answer.errorCode ?? '')) return undefined
      return expect(answer, newPush).approval_request.uuid
    },

    async read(pushId) {
      const path = `/onetouch/json/approval_requests/${segment(pushId)}`
      const { approval_request } = expect(await call('approval_requests/read', path), pushState)
      return {
        status: approval_request.status,
        providerPhoneId: String(approval_request._authy_id),
        pushId: approval_request.uuid,
      }
    },

    byTextId: false,

    async send({ providerPhoneId }, { action, actionId }) {
      const query = new URLSearchParams({
        force: 'true',
        action: actionId,
        action_message: displayText(action),
      })
      const answer = await call(
        'sms',
        `/protected/json/sms/${digits('sms', providerPhoneId)}?${query}`,
      )
      // `ignored` means that no text was sent, although the rest of the answer looks like success.
      expect(answer, sent)
      return undefined
    },

    /** Authy cannot end a code; the code is valid only for this action and expires soon. */
    async end() {},

    async check({ providerPhoneId }, { actionId }, code) {
      if (!CODE.test(code)) return 'wrong'
      const query = new URLSearchParams({ force: 'true', action: actionId })
      const answer = await call(
        'verify',
        `/protected/json/verify/${code}/${digits('verify', providerPhoneId)}?${query}`,
      )
      if (answer.errorCode === '60020') return 'wrong'
      if (answer.errorCode === '60019') return 'over'
      const { device } = expect(answer, rightCode)
      // A code made by the app is bound to no action; only the texted code is bound to this payment.
      return device.os_type === 'sms' ? 'right' : 'wrong'
    },

    evidenceOf: ({ providerPhoneId }, { action, actionId }) => ({
      kind: 'sms-code',
      provider_phone_id: providerPhoneId,
      action: actionId,
      display_text: displayText(action),
    }),

    async startVerification({ countryCode, national }, channel) {
      const answer = await call(
        'phones/verification/start',
        '/protected/json/phones/verification/start',
        {
          phone_number: national,
          country_code: countryCode,
          via: channel,
          code_length: VERIFICATION_CODE_LENGTH,
        },
      )
      if (NOT_A_PHONE.has(answer.errorCode ?? '')) {
        throw invalidField('phoneNumber', 'This number can’t be reached. Please check it.')
      }
      expect(answer, started)
      return undefined
    },

    async endVerification() {},

    async checkVerification({ phone }, code) {
      if (!VERIFICATION_CODE.test(code)) return 'wrong'
      const query = new URLSearchParams({
        phone_number: phone.national,
        country_code: phone.countryCode,
        verification_code: code,
      })
      const answer = await call(
        'phones/verification/check',
        `/protected/json/phones/verification/check?${query}`,
      )
      if (answer.errorCode === '60022') return 'wrong'
      if (answer.errorCode === '60023') return 'over'
      expect(answer, started)
      return 'right'
    },
  }
}

type Answer = {
  readonly name: string
  readonly status: number
  readonly errorCode: string | null
  readonly body: unknown
}

const BAD_KEY = '60001'
/** Unregistered user or device: no app can receive the push. */
const NO_APP = new Set(['60050', '60051'])
/** The phone receives no texts: invalid, a landline, not provisioned, opted out. */
const NOT_A_PHONE = new Set(['60033', '60078', '60082', '60083', '60115'])

/** Authy's error codes have five digits; any other value could repeat a part of the request. */
const errorBody = z.object({
  error_code: z.coerce
    .string()
    .regex(/^\d{5}$/)
    .optional()
    .catch(undefined),
})
const id = z.union([z.int().positive(), z.string().regex(/^[1-9]\d*$/)])
const newUser = z.object({ success: z.literal(true), user: z.object({ id }) })
const newPush = z.object({
  success: z.literal(true),
  approval_request: z.object({ uuid: z.string().regex(PUSH_ID) }),
})
const pushState = z.object({
  success: z.literal(true),
  approval_request: z.object({ uuid: z.string(), status: z.string(), _authy_id: id }),
})
const sent = z.object({ success: z.literal(true), ignored: z.literal(false).optional() })
/**
 * The answer to a right SMS code, from twilio/authy-java's TokensTest: `"device":{"id":null,"os_type":"sms",…}`. An
 * answer without the device is not accepted, because the code could be the app's.
 */
const rightCode = z.object({
  token: z.literal('is valid'),
  device: z.object({ os_type: z.string() }),
})
const started = z.object({ success: z.literal(true) })

/** Require the form of a push's id before it is put into a path, where dots could lead to another resource. */
function segment(pushId: string): string {
  if (!PUSH_ID.test(pushId)) throw new Error('not an id of a push')
  return pushId
}
