/** How each part of a stage's settings is written into a Lambda's environment. */
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { TextProvider } from '../functions/routes.ts'
import type { Need } from './lambdaNeeds.ts'

/** The two services of Twilio Verify, and its address. */
type VerifyServices = {
  readonly apiUrl: string
  /** The Verify service in PSD2 mode, whose codes are bound to amount and payee. */
  readonly paymentsServiceSid: string
  readonly phonesServiceSid: string
}

/** The provider and the former one, with the settings of each. */
export type ProviderSettings =
  | {
      readonly provider: 'authy'
      readonly authyApiUrl: string
      readonly formerProvider: 'twilioVerify' | undefined
      readonly twilioVerify: VerifyServices | undefined
    }
  | {
      readonly provider: 'twilioVerify'
      readonly twilioVerify: VerifyServices
      readonly formerProvider: 'authy' | undefined
      readonly authyApiUrl: string | undefined
    }
  | {
      readonly provider: 'none'
      readonly formerProvider: TextProvider | undefined
      readonly authyApiUrl: string | undefined
      readonly twilioVerify: VerifyServices | undefined
    }

/** The stage's settings that the Lambdas read. */
export type LambdaSettings = ProviderSettings & {
  readonly stage: string
  readonly currencies: readonly { readonly code: string; readonly digits: number }[]
  /** The largest amount of a payment in each currency, in whole units and decimals ("10000.00"). */
  readonly maxAmount: { readonly [code: string]: string }
  readonly paymentTtlSeconds: number
  readonly limits: {
    readonly textsPerHour: number
    readonly textsPerDay: number
    readonly provingTextsPerHour: number
    readonly provingTextsPerDay: number
    readonly textsPerDayForStage: number
    readonly openPayments: number
    readonly paymentsPerHour: number
  }
  /** ISO 3166; an empty list means all countries. */
  readonly phoneCountries: readonly string[]
  readonly firstDevice: 'invitation' | 'sign-in'
  readonly deviceWaitHours: number
  readonly textsBesideDevice: boolean
  /** The hosts of the push services that may be called. */
  readonly pushHosts: readonly string[]
  readonly signUp: {
    readonly policy: 'open' | 'domains' | 'closed'
    readonly domains: readonly string[]
  }
  readonly logLevel: string
  readonly logRetentionDays: RetentionDays
}

type Stage = {
  readonly settings: LambdaSettings
  /** The API's address: `https://…/api`. */
  readonly apiUrl: string
  readonly siteUrl: string
}

/** The variables of these parts, as `functions/adapters/settings.ts` reads them. */
export const environmentOf = (needs: readonly Need[], stage: Stage): Record<string, string> =>
  Object.assign({}, ...needs.map((need) => variablesOf(need, stage)))

function variablesOf(need: Need, { settings, apiUrl, siteUrl }: Stage): Record<string, string> {
  switch (need) {
    case 'authy':
      return settings.authyApiUrl === undefined ? {} : { AUTHY_API_URL: settings.authyApiUrl }
    case 'twilioVerify':
      return settings.twilioVerify === undefined
        ? {}
        : {
            VERIFY_API_URL: settings.twilioVerify.apiUrl,
            VERIFY_PAYMENTS_SERVICE: settings.twilioVerify.paymentsServiceSid,
          }
    case 'phones':
      return settings.twilioVerify === undefined
        ? {}
        : { VERIFY_PHONES_SERVICE: settings.twilioVerify.phonesServiceSid }
    // `SwitchesSecret.bind` names the secret. The pool is created later, and `bindSessions` names it.
    case 'switches':
    case 'sessions':
      return {}
    case 'devices':
      return {
        FIRST_DEVICE: settings.firstDevice,
        DEVICE_WAIT_HOURS: String(settings.deviceWaitHours),
        TEXTS_BESIDE_DEVICE: String(settings.textsBesideDevice),
      }
    case 'logo':
      return { LOGO_URL: `${siteUrl}/logo.png` }
    case 'callback':
      return { PUBLIC_URL: apiUrl }
    case 'payment':
      return {
        PAYMENT_TTL_SECONDS: String(settings.paymentTtlSeconds),
        MAX_AMOUNT: Object.entries(settings.maxAmount)
          .map(([code, most]) => `${code}:${most}`)
          .join(','),
        CURRENCIES: settings.currencies.map(({ code }) => code).join(','),
      }
    case 'limits':
      return {
        TEXTS_PER_HOUR: String(settings.limits.textsPerHour),
        TEXTS_PER_DAY: String(settings.limits.textsPerDay),
        PROVING_TEXTS_PER_HOUR: String(settings.limits.provingTextsPerHour),
        PROVING_TEXTS_PER_DAY: String(settings.limits.provingTextsPerDay),
        TEXTS_PER_DAY_FOR_STAGE: String(settings.limits.textsPerDayForStage),
        OPEN_PAYMENTS: String(settings.limits.openPayments),
        PAYMENTS_PER_HOUR: String(settings.limits.paymentsPerHour),
      }
    case 'site':
      return { SITE_URL: siteUrl }
    case 'push':
      return { PUSH_HOSTS: settings.pushHosts.join(',') }
    case 'countries':
      return { PHONE_COUNTRIES: settings.phoneCountries.join(',') }
  }
}
