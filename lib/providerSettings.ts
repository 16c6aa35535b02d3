/** The settings of a deployment that depend on its provider. */
import * as z from 'zod'
import { isCarriedBy, providers, textProviders } from '../functions/routes.ts'
import type { ProviderSettings } from './lambdaEnvironment.ts'

const https = z.url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
const origin = https.refine((url) => URL.parse(url)?.href === `${URL.parse(url)?.origin}/`, {
  error:
    'must be an address without a path, like https://verify.twilio.com, because the path is added to it',
})
const SID =
  'must be the SID of a Verify service, VA and 32 of 0-9 a-f, as `npm run setup:verify` prints it'
const serviceSid = z.string(SID).regex(/^VA[0-9a-f]{32}$/, SID)

const NAMES = 'must be "authy", "twilioVerify" or "none"'
const FORMER = 'must be "authy" or "twilioVerify"'

export const providerFields = {
  /**
   * What carries pushes and codes: `authy`, `twilioVerify`, or `none`, with which each payment is approved by the
   * payer's own device. Default: `authy`.
   */
  provider: z.enum(providers, NAMES).default('authy'),
  /**
   * The provider until now, for one deployment after a change: its callback, codes and secret stay, so that open
   * payments end as they were started. Default: none.
   */
  formerProvider: z.enum(textProviders, FORMER).optional(),
  /** The https address of Authy's API; with Authy only. Default: https://api.authy.com. */
  authyApiUrl: origin.optional(),
  /** The two services of Twilio Verify; needed with that provider, refused with another. */
  twilioVerify: z
    .strictObject({
      /** The service for payments, in PSD2 mode: VA and 32 of 0-9 a-f. */
      paymentsServiceSid: serviceSid,
      /** The service that proves phones, not in PSD2 mode. */
      phonesServiceSid: serviceSid,
      /** The https address of Verify's API, of another region for instance. Default: https://verify.twilio.com. */
      apiUrl: origin.default('https://verify.twilio.com'),
    })
    .optional(),
}

type Given = z.infer<z.ZodObject<typeof providerFields>> & {
  readonly throttling: { readonly authyCallback?: object | undefined }
}

/**
 * The settings of the stage's provider and of its former one. A setting of another provider is refused, because it
 * would have no effect.
 *
 * @param refuse throws an error whose message ends with what is wrong
 */
export function providerOf(given: Given, refuse: (what: string) => never): ProviderSettings {
  const { provider, formerProvider, twilioVerify, throttling } = given
  for (const [name, value, of] of [
    ['authyApiUrl', given.authyApiUrl, 'authy'],
    ['throttling.authyCallback', throttling.authyCallback, 'authy'],
    ['twilioVerify', twilioVerify, 'twilioVerify'],
  ] as const) {
    if (value && !isCarriedBy(given, of)) {
      refuse(`${name} counts only when provider is "${of}", and it is "${provider}"`)
    }
  }
  const authyApiUrl = isCarriedBy(given, 'authy') ? (given.authyApiUrl ?? AUTHY_URL) : undefined
  if (isCarriedBy(given, 'twilioVerify') && !twilioVerify) refuse(NO_SERVICES)
  if (twilioVerify && twilioVerify.paymentsServiceSid === twilioVerify.phonesServiceSid) {
    refuse(
      'twilioVerify.paymentsServiceSid and twilioVerify.phonesServiceSid must differ, because a service that binds codes to payments sends no others',
    )
  }
  const same = () => refuse(`formerProvider must be another than provider, which is "${provider}"`)
  switch (provider) {
    case 'authy':
      return {
        provider,
        formerProvider: formerProvider === provider ? same() : formerProvider,
        authyApiUrl: given.authyApiUrl ?? AUTHY_URL,
        twilioVerify,
      }
    case 'twilioVerify':
      return {
        provider,
        formerProvider: formerProvider === provider ? same() : formerProvider,
        authyApiUrl,
        twilioVerify: twilioVerify ?? refuse(NO_SERVICES),
      }
    case 'none':
      return { provider, formerProvider, authyApiUrl, twilioVerify }
  }
}

const AUTHY_URL = 'https://api.authy.com'
const NO_SERVICES =
  'twilioVerify must say paymentsServiceSid and phonesServiceSid when provider is "twilioVerify"; `npm run setup:verify` prints them'
