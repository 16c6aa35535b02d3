/** The clients of both providers that pass one contract: ours, and Twilio's own package whole. */
import twilio from 'twilio'
import type RequestClient from 'twilio/lib/base/RequestClient.js'
import { authy } from '../../functions/adapters/authy/authy.ts'
import { ownPhoneIds } from '../../functions/adapters/twilioVerify/phoneIds.ts'
import { verifyCodes, verifyPhones } from '../../functions/adapters/twilioVerify/twilioVerify.ts'
import { linkOf } from '../../functions/adapters/twilioVerify/verifyLink.ts'
import { international } from '../../functions/core/payer.ts'
import type { Codes, PhoneIds, Phones, Verdict } from '../../functions/core/ports.ts'
import { invalidField, Refusal } from '../../functions/core/refusals.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'

export const AUTHY_KEY = 'contract-authy-key'

export type Connection = {
  readonly url: string
  /** With a key that the provider refuses. */
  readonly isStranger?: boolean
  readonly timeoutMs?: number
}
/** What a code proves is our own adapters' alone. */
export type Client = {
  readonly codes: Omit<Codes, 'evidenceOf'>
  readonly phones: Phones
  readonly ids: PhoneIds
}

export function authyClient({ url, isStranger, timeoutMs = 3000 }: Connection): Client {
  const apiKey = async () => (isStranger ? 'another-key' : AUTHY_KEY)
  const provider = authy({ apiUrl: url, apiKey, timeoutMs })
  return { codes: provider, phones: provider, ids: provider }
}

export function twilioVerifyClient({ url, isStranger, timeoutMs = 3000 }: Connection): Client {
  const { apiKey, apiSecret, paymentsServiceSid, phonesServiceSid } = LOCAL_VERIFY
  const apiKeySecret = isStranger ? 'another-secret' : apiSecret
  const settings = { apiUrl: url, key: async () => ({ apiKey, apiKeySecret }), timeoutMs }
  return {
    codes: verifyCodes({ ...settings, serviceSid: paymentsServiceSid }),
    phones: verifyPhones({ ...settings, serviceSid: phonesServiceSid }),
    ids: ownPhoneIds,
  }
}

/**
 * npm's `twilio`, used as its documents would have it. It checks nothing of what our own adapter
 * checks: it is here to show that the pretend phone speaks as Twilio's own client expects.
 */
export function twilioPackageClient({ url, isStranger, timeoutMs = 3000 }: Connection): Client {
  const { apiKey, apiSecret, paymentsServiceSid, phonesServiceSid } = LOCAL_VERIFY
  const { services } = twilio(apiKey, isStranger ? 'another-secret' : apiSecret, {
    accountSid: `AC${'0'.repeat(32)}`,
    httpClient: new LocalRequests(url, timeoutMs),
  }).verify.v2
  const payments = services(paymentsServiceSid)
  const phones = services(phonesServiceSid)

  const end = (service: typeof payments) => async (sid: string) => {
    await service.verifications(sid).update({ status: 'canceled' })
  }
  async function verdictOn(check: Promise<{ status: string }>): Promise<Verdict> {
    const status = await told(check.then(({ status }) => status)).catch((refused: Refusal) => {
      if (refused.code === 'not_found') return 'over'
      throw refused
    })
    if (status === 'approved') return 'right'
    return status === 'over' ? 'over' : 'wrong'
  }

  return {
    codes: {
      byTextId: true,
      async send({ phone }, bound) {
        const link = linkOf(bound)
        const to = international(phone)
        return (await told(payments.verifications.create({ to, channel: 'sms', ...link }))).sid
      },
      check: async ({ textId }, bound, code) =>
        textId === undefined
          ? 'over'
          : verdictOn(
              payments.verificationChecks.create({
                verificationSid: textId,
                code,
                ...linkOf(bound),
              }),
            ),
      end: end(payments),
    },
    phones: {
      startVerification: async (phone, channel) =>
        (await told(phones.verifications.create({ to: international(phone), channel }))).sid,
      checkVerification: async ({ textId }, code) =>
        textId === undefined
          ? 'over'
          : verdictOn(phones.verificationChecks.create({ verificationSid: textId, code })),
      endVerification: end(phones),
    },
    ids: ownPhoneIds,
  }
}

/** The package asks Twilio over the internet; here it asks the pretend phone. */
class LocalRequests extends twilio.RequestClient {
  private readonly url: string

  constructor(url: string, timeout: number) {
    super({ timeout, keepAlive: false })
    this.url = url
  }

  override request<T>(options: RequestClient.RequestOptions<T>) {
    const uri = options.uri.replace('https://verify.twilio.com', this.url)
    return super.request<T>({ ...options, uri })
  }
}

async function told<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    const { code, status } = error instanceof twilio.RestException ? error : {}
    if (status === 404) throw new Refusal('not_found')
    if (code === 60200 || code === 60205) throw invalidField('phoneNumber', String(code))
    if (code === 60202) throw new Refusal('no_attempts_left')
    if (code === 60203) throw new Refusal('too_many_sms')
    throw new Refusal('provider_unavailable')
  }
}
