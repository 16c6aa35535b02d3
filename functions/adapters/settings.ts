/** The settings in a Lambda's environment; each group is parsed where it is needed. */
import * as z from 'zod'
import {
  COUNT_MAX,
  DEFAULTS,
  DEVICE_WAIT_HOURS_MAX,
  DEVICE_WAIT_HOURS_MIN,
  PAYMENT_TTL_SECONDS_MAX,
  PAYMENT_TTL_SECONDS_MIN,
  PUSH_HOST,
  PUSH_HOSTS,
} from '../core/limits.ts'
import { amountLimits, CURRENCIES, type Currency, LIMIT_PATTERN } from '../core/money.ts'

const KNOWN_CURRENCIES = Object.keys(CURRENCIES) as Currency[]
const areKnown = (codes: unknown) =>
  Array.isArray(codes) && codes.every((code) => Object.hasOwn(CURRENCIES, code))

export type Env = Readonly<Record<string, string | undefined>>

/** The tables' names, and DynamoDB's address if it is not AWS. */
export const tableSettings = once((env) =>
  read(env, {
    PAYMENTS_TABLE: z.string().min(1),
    PAYERS_TABLE: z.string().min(1),
    DYNAMODB_ENDPOINT: z.url().optional(),
  }),
)

export const authySettings = once((env) => {
  const settings = read(env, {
    AUTHY_API_URL: z.url().default('https://api.authy.com'),
    /** The key itself, on a laptop; in AWS the name of the secret that has it. */
    AUTHY_API_KEY: z.string().min(1).optional(),
    AUTHY_SECRET_ID: z.string().min(1).optional(),
    /** The push's picture, at a public address. */
    LOGO_URL: z.url().max(200).optional(),
  })
  if (settings.AUTHY_API_KEY || settings.AUTHY_SECRET_ID) return settings
  throw missing('AUTHY_API_KEY: neither it nor AUTHY_SECRET_ID is set')
})

/** The provider, and for one deployment after a change the former one, if the bundle is not built for them: on a laptop. */
export const providerSettings = once((env) => {
  const settings = read(env, {
    PROVIDER: z
      .enum(['authy', 'twilioVerify', 'none'], 'must be authy, twilioVerify or none')
      .default('authy'),
    FORMER_PROVIDER: z.enum(['authy', 'twilioVerify'], 'must be authy or twilioVerify').optional(),
  })
  if (settings.FORMER_PROVIDER !== settings.PROVIDER) return settings
  throw missing('FORMER_PROVIDER: it must differ from PROVIDER')
})

const SERVICE = z.string().regex(/^VA[0-9a-f]{32}$/, 'must be VA and 32 hexadecimal digits')

/** The service for payments. Phones have another, because a service in PSD2 mode requires an amount and a payee. */
export const verifySettings = (env: Env) => ({
  ...verifyKeySettings(env),
  ...read(env, {
    VERIFY_API_URL: z.url().default('https://verify.twilio.com'),
    VERIFY_PAYMENTS_SERVICE: SERVICE,
  }),
})

/** The service that verifies phones. */
export const verifyPhonesSettings = (env: Env) => read(env, { VERIFY_PHONES_SERVICE: SERVICE })

/** The place of the key. */
function verifyKeySettings(env: Env) {
  const settings = read(env, {
    /** The key itself, on a laptop; in AWS the name of the secret that has it. */
    VERIFY_API_KEY: z.string().min(1).optional(),
    VERIFY_API_SECRET: z.string().min(1).optional(),
    VERIFY_SECRET_ID: z.string().min(1).optional(),
  })
  const { VERIFY_API_KEY: apiKey, VERIFY_API_SECRET: apiKeySecret, VERIFY_SECRET_ID } = settings
  if (VERIFY_SECRET_ID) return { secretId: VERIFY_SECRET_ID }
  if (apiKey && apiKeySecret) return { key: { apiKey, apiKeySecret } }
  throw missing('VERIFY_API_KEY and VERIFY_API_SECRET: neither they nor VERIFY_SECRET_ID is set')
}

/** The owner's switches: in AWS the name of the secret that has them, on a laptop the switches themselves. */
export const switchSettings = (env: Env) =>
  read(env, {
    SWITCHES_SECRET_ID: z.string().min(1).optional(),
    SMS_OFF: flag,
    PAYMENTS_OFF: flag,
  })

/** The address in the signature of callbacks, without the route: `https://…/api`. */
export const publicSettings = (env: Env) =>
  read(env, { PUBLIC_URL: z.url().transform((url) => url.replace(/\/+$/, '')) })

/** The page's address, to which each of a device's signatures is bound: its origin, and its host as WebAuthn's `rpId`. */
export const siteSettings = (env: Env) => {
  const { SITE_URL } = read(env, { SITE_URL: z.url() })
  const { origin, hostname } = new URL(SITE_URL)
  return { apiUrl: `${origin}/api`, site: { origin, rpId: hostname } }
}

/**
 * Who may add the first device without a verified phone, how long a device waits that no other device let in, and
 * whether texts approve payments of a payer who has a device.
 */
export const deviceSettings = (env: Env) =>
  read(env, {
    FIRST_DEVICE: z
      .enum(['invitation', 'sign-in'], 'must be invitation or sign-in')
      .default('invitation'),
    DEVICE_WAIT_HOURS: z.coerce
      .number()
      .int()
      .min(DEVICE_WAIT_HOURS_MIN)
      .max(DEVICE_WAIT_HOURS_MAX)
      .default(DEFAULTS.deviceWaitHours),
    TEXTS_BESIDE_DEVICE: flag,
  })

/** The push services that may be called; on a laptop also the origin of the pretend phone, which is one. */
export const pushSettings = (env: Env) =>
  read(env, {
    PUSH_HOSTS: z
      .string()
      .transform((list) => list.split(','))
      .pipe(z.array(z.string().regex(PUSH_HOST, 'must be names like push.example.com')))
      .default([...PUSH_HOSTS]),
    PUSH_STAND_IN: z
      .url()
      .transform((url) => new URL(url).origin)
      .optional(),
  })

/** The seed of our push key, on a laptop; in AWS the name of the secret that has it. */
export function pushKeySettings(env: Env) {
  const { PUSH_SEED: seed, PUSH_SECRET_ID: secretId } = read(env, {
    PUSH_SEED: z.string().min(32).optional(),
    PUSH_SECRET_ID: z.string().min(1).optional(),
  })
  if (secretId) return { secretId }
  if (seed) return { seed }
  throw missing('PUSH_SEED: neither it nor PUSH_SECRET_ID is set')
}

export function paymentSettings(env: Env) {
  const { MAX_AMOUNT, ...settings } = read(env, {
    PAYMENT_TTL_SECONDS: z.coerce
      .number()
      .int()
      .min(PAYMENT_TTL_SECONDS_MIN)
      .max(PAYMENT_TTL_SECONDS_MAX)
      .default(DEFAULTS.paymentTtlSeconds),
    /** The offered currencies (ISO 4217), like EUR,GBP; if empty, all that Payfriend supports. */
    CURRENCIES: z
      .string()
      .transform((list) => list.split(','))
      .pipe(z.custom<Currency[]>(areKnown, 'must be codes that Payfriend knows, like EUR,GBP'))
      .default(KNOWN_CURRENCIES),
    /** The limit of one payment by currency, like EUR:500.00,JPY:60000; the others keep their default. */
    MAX_AMOUNT: z
      .string()
      .transform((list) => (LIMIT_PATTERN.test(list) ? list : amountsIn(list)))
      .pipe(z.union([z.string(), z.record(z.string(), z.string())], 'must be like EUR:10000.00'))
      .optional(),
  })
  const checked = amountLimits(settings.CURRENCIES, MAX_AMOUNT)
  if ('reason' in checked) throw missing(`MAX_AMOUNT: ${checked.reason}`)
  return { ...settings, MAX_AMOUNT: checked.limits }
}

/** Limits from "EUR:500.00,JPY:60000", each currency once; undefined if the text has another form. */
function amountsIn(list: string): Record<string, string> | undefined {
  const pairs = list.split(',').map((pair) => pair.split(':'))
  const isWell = ([code, most = '', ...more]: string[]) =>
    /^[A-Z]{3}$/.test(code ?? '') && LIMIT_PATTERN.test(most) && more.length === 0
  const amounts = Object.fromEntries(pairs)
  return pairs.every(isWell) && Object.keys(amounts).length === pairs.length ? amounts : undefined
}

export const limitSettings = (env: Env) =>
  read(env, {
    TEXTS_PER_HOUR: count(DEFAULTS.textsPerHour),
    TEXTS_PER_DAY: count(DEFAULTS.textsPerDay),
    PROVING_TEXTS_PER_HOUR: count(DEFAULTS.provingTextsPerHour),
    PROVING_TEXTS_PER_DAY: count(DEFAULTS.provingTextsPerDay),
    TEXTS_PER_DAY_FOR_STAGE: count(DEFAULTS.textsPerDayForStage),
    OPEN_PAYMENTS: count(DEFAULTS.openPayments),
    PAYMENTS_PER_HOUR: count(DEFAULTS.paymentsPerHour),
  })

/** The countries (ISO 3166) whose numbers may be verified; an empty list means all. */
export const phoneSettings = (env: Env) =>
  read(env, {
    PHONE_COUNTRIES: z
      .string()
      .regex(/^([A-Z]{2}(,[A-Z]{2})*)?$/, 'must be like GB,DE')
      .default('')
      .transform((list) => (list === '' ? [] : list.split(','))),
  })

/** The Cognito pool; on a laptop the address of its stand-in and the key for it. */
export const signInSettings = (env: Env) =>
  read(env, {
    USER_POOL_ID: z.string().min(1),
    USER_POOL_ENDPOINT: z.url().optional(),
    USER_POOL_ACCESS_KEY_ID: z.string().min(1).optional(),
  })

/** The archive's bucket, and its address if it is not AWS. */
export const archiveSettings = (env: Env) =>
  read(env, { ARCHIVE_BUCKET: z.string().min(1), ARCHIVE_ENDPOINT: z.url().optional() })

/** The event bus (name or ARN), and its address if it is not AWS. */
export const eventSettings = (env: Env) =>
  read(env, { EVENT_BUS: z.string().min(1), EVENTS_ENDPOINT: z.url().optional() })

const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((text) => text === 'true')

const count = (byDefault: number) =>
  z.coerce.number().int().min(1).max(COUNT_MAX).default(byDefault)

/** Parse what several parts of a Lambda need once for each environment: that takes time at a cold start. */
function once<T>(parse: (env: Env) => T): (env: Env) => T {
  const known = new WeakMap<Env, { readonly settings: T }>()
  return (env) => {
    const kept = known.get(env) ?? { settings: parse(env) }
    known.set(env, kept)
    return kept.settings
  }
}

function read<S extends z.ZodRawShape>(env: Env, shape: S): z.infer<z.ZodObject<S>> {
  const parsed = z.object(shape).safeParse(env)
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw missing(wrong.join('; '))
}

const missing = (what: string) => new Error(`This setting is missing or wrong: ${what}`)
