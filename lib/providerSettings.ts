/** The settings of a deployment that depend on its provider. */
import * as z from 'zod'
import type { ProviderSettings } from './lambdas.ts'

const https = z.url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
const SID =
  'must be the SID of a Verify service, VA and 32 of 0-9 a-f, as `npm run setup:verify` prints it'
const serviceSid = z.string(SID).regex(/^VA[0-9a-f]{32}$/, SID)

export const providerFields = {
  /** What carries pushes and codes: `authy` or `twilioVerify`. Default: `authy`. */
  provider: z.enum(['authy', 'twilioVerify'], 'must be "authy" or "twilioVerify"').default('authy'),
  /** The https address of Authy's API; with Authy only. Default: https://api.authy.com. */
  authyApiUrl: https.optional(),
  /** The two services of Twilio Verify; needed with that provider, refused with another. */
  twilioVerify: z
    .strictObject({
      /** The service for payments, in PSD2 mode: VA and 32 of 0-9 a-f. */
      paymentsServiceSid: serviceSid,
      /** The service that proves phones, not in PSD2 mode. */
      phonesServiceSid: serviceSid,
      /** The https address of Verify's API, of another region for instance. Default: https://verify.twilio.com. */
      apiUrl: https.default('https://verify.twilio.com'),
    })
    .optional(),
}

type Given = z.infer<z.ZodObject<typeof providerFields>> & {
  readonly throttling: { readonly authyCallback?: object | undefined }
}

/**
 * The settings of the stage's provider. A setting of another provider is refused, because it would have no effect.
 *
 * @param refuse throws an error whose message ends with what is wrong
 */
export function providerOf(
  { provider, authyApiUrl, twilioVerify, throttling }: Given,
  refuse: (what: string) => never,
): ProviderSettings {
  if (provider === 'authy') {
    if (!twilioVerify) return { provider, authyApiUrl: authyApiUrl ?? 'https://api.authy.com' }
    return refuse('twilioVerify counts only when provider is "twilioVerify", and it is "authy"')
  }
  for (const [name, given] of [
    ['authyApiUrl', authyApiUrl],
    ['throttling.authyCallback', throttling.authyCallback],
  ]) {
    if (given) refuse(`${name} counts only when provider is "authy", and it is "${provider}"`)
  }
  if (!twilioVerify) {
    return refuse(
      'twilioVerify must say paymentsServiceSid and phonesServiceSid when provider is "twilioVerify"; `npm run setup:verify` prints them',
    )
  }
  if (twilioVerify.paymentsServiceSid === twilioVerify.phonesServiceSid) {
    refuse(
      'twilioVerify.paymentsServiceSid and twilioVerify.phonesServiceSid must differ, because a service that binds codes to payments sends no others',
    )
  }
  return { provider, twilioVerify }
}
