/** What can be said about a stage, each with its default; checked here and nowhere else. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import * as z from 'zod'
import {
  COUNT_MAX,
  DEFAULTS,
  PAYMENT_TTL_SECONDS_MAX,
  PAYMENT_TTL_SECONDS_MIN,
} from '../functions/core/limits.ts'
import {
  amountLimits,
  CURRENCIES,
  type Currency,
  currencyForPage,
  LIMIT_PATTERN,
} from '../functions/core/money.ts'
import { providerFields, providerOf } from './providerSettings.ts'
import { defaultThrottling, type Throttling } from './throttling.ts'

/** A sentence for whoever deploys: which setting is wrong, and what it may be. */
export class SettingsError extends Error {}

/** Where nobody has anything to lose, unless they say so. */
export const DEFAULT_STAGE = 'dev'

const codes = Object.keys(CURRENCIES) as [Currency, ...Currency[]]
const retentions = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
)

const MAX_AMOUNT = 'must name amounts by their currency, like {"EUR": "10000.00"}'
const mostOfOne = z.string(MAX_AMOUNT).regex(LIMIT_PATTERN, MAX_AMOUNT)
const COUNTRIES = 'must be "all" or a list of two-letter countries, like ["GB", "IE"]'
const count = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(COUNT_MAX, 'is too large')
const domain = z
  .string()
  .regex(
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
    'must be a domain in lower case, like example.com',
  )
const https = z.url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
const throttle = z.strictObject({ ratePerSecond: count, burst: count })
const { authyCallback: defaultCallback, ...everyRoute } = defaultThrottling

/** The settings of a stage; every one has its default. */
const fields = z.strictObject({
  /** The account and the region to deploy to; of the command line's profile without them. */
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be the twelve digits of an AWS account')
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region, like eu-west-1')
    .optional(),

  /**
   * Whether payments, payers, secrets and the archive outlive the stack, and the archive refuses to give
   * anything up before its time. So by default, but for the stage `dev`.
   */
  keepData: z.boolean('must be true or false').optional(),
  /** For so many years nobody can delete a page of the archive; PSD2 Art. 21 asks for five. */
  archiveYears: z
    .int('must be a whole number of years')
    .min(1, 'must be at least 1')
    // S3 locks for 36,500 days at most, and a hundred years with their leap days are more.
    .max(99, 'must be at most 99')
    .default(5),

  ...providerFields,

  /** What can be sent: ISO 4217, in the order in which the page offers them. */
  currencies: z
    .array(z.enum(codes, `must be one of ${codes.join(', ')}`))
    .min(1, 'must name at least one currency')
    .refine((all) => new Set(all).size === all.length, 'names a currency twice')
    .default([...codes]),
  /** The most that can be sent at once, by currency; the default of those that are not named. */
  maxAmount: z.union([mostOfOne, z.partialRecord(z.enum(codes), mostOfOne)], MAX_AMOUNT).optional(),
  /** How long a payment waits for its payer. */
  paymentTtlSeconds: z
    .int('must be a whole number of seconds')
    .min(PAYMENT_TTL_SECONDS_MIN, `must be at least ${PAYMENT_TTL_SECONDS_MIN}`)
    .max(PAYMENT_TTL_SECONDS_MAX, `must be at most ${PAYMENT_TTL_SECONDS_MAX}`)
    .default(DEFAULTS.paymentTtlSeconds),

  limits: z
    .strictObject({
      /** Codes for payments, and texts that prove a number: each for a payer; the latter for a number too. */
      textsPerHour: count.default(DEFAULTS.textsPerHour),
      textsPerDay: count.default(DEFAULTS.textsPerDay),
      provingTextsPerHour: count.default(DEFAULTS.provingTextsPerHour),
      provingTextsPerDay: count.default(DEFAULTS.provingTextsPerDay),
      /** Half of it is kept for payments. */
      textsPerDayForStage: count
        .refine(
          (texts) => texts >= 4,
          'must be at least 4, because a change of phone takes two texts and may use half',
        )
        .default(DEFAULTS.textsPerDayForStage),
      openPayments: count.default(DEFAULTS.openPayments),
      paymentsPerHour: count.default(DEFAULTS.paymentsPerHour),
    })
    .prefault({}),
  /** Countries (ISO 3166) whose numbers may be verified, because a text abroad can cost much. */
  phoneCountries: z
    .union([z.literal('all'), z.array(z.string())], COUNTRIES)
    .refine(
      (all) => all === 'all' || (all.length > 0 && all.every((code) => /^[A-Z]{2}$/.test(code))),
      COUNTRIES,
    )
    .optional(),
  /** Who may have an account. By default nobody but those whom the owner invites: texts cost money. */
  signUp: z
    .strictObject({
      policy: z.enum(['open', 'domains', 'closed'], 'must be open, domains or closed'),
      domains: z.array(domain).default([]),
    })
    .default({ policy: 'closed', domains: [] }),
  /** An address or domain that Amazon SES may send as. Cognito's own mailer sends 50 a day at most. */
  sesIdentity: z
    .union([z.email(), domain], 'must be an e-mail address or a domain in lower case')
    .optional(),
  /** Where the page sends somebody to change a password; sign-in's own page without it. */
  changePasswordUrl: https.optional(),

  /** The page's own address, whose certificate asks for TLS 1.2 at least; CloudFront's own takes 1.0 too. */
  domain: z
    .strictObject({
      name: domain,
      /** From us-east-1, the region from which CloudFront takes them. */
      certificateArn: z
        .string()
        .regex(
          /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[0-9a-zA-Z-]+$/,
          'must be the ARN of a certificate in us-east-1, like arn:aws:acm:us-east-1:123456789012:certificate/…',
        ),
    })
    .optional(),
  /** A firewall (AWS WAF) before page and API; like certificates they stand in us-east-1 for CloudFront. */
  webAclArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/,
      'must be the ARN of a web ACL for CloudFront, like arn:aws:wafv2:us-east-1:123456789012:global/webacl/…',
    )
    .optional(),

  /** Requests a second that the stage takes on each route, by the Lambda's name. */
  throttling: z
    .strictObject(
      Object.fromEntries(
        Object.entries(everyRoute).map(([name, byDefault]) => [name, throttle.default(byDefault)]),
      ) as Record<keyof typeof everyRoute, z.ZodDefault<typeof throttle>>,
    )
    .extend({ authyCallback: throttle.optional() })
    .prefault({}),
  /** A topic (SNS) of the same region that the alarms tell; without one they are only seen. */
  alarmTopicArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
      'must be the ARN of a topic, like arn:aws:sns:eu-west-1:123456789012:alarms',
    )
    .optional(),
  /** Where the person on call reads RUNBOOK.md; each alarm names its own place in it. */
  runbookUrl: https.default('RUNBOOK.md'),
  /** How long logs are kept; payments are kept for ever. */
  logRetentionDays: z
    .literal(retentions, `must be one of ${retentions.join(', ')}`)
    .default(RetentionDays.THREE_MONTHS),
  logLevel: z
    .enum(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'must be DEBUG, INFO, WARN or ERROR')
    .default('INFO'),
})

/** A stage's settings after all checks, with every default filled in. */
export type StageSettings = ReturnType<typeof stageSettings>

/**
 * Check what is said about a stage, as `payfriend.json` says it, and fill in what is not.
 *
 * @param stage its name: 1 to 20 of a-z 0-9 -
 * @param given its settings; `{}` has every default
 * @param told how a sentence begins that says what is wrong
 * @throws SettingsError with such a sentence
 */
export function stageSettings(
  stage: string,
  given: z.input<typeof fields>,
  told = `Stage ${stage}`,
) {
  const refuse = (what: string): never => {
    throw new SettingsError(`${told}: ${what}.`)
  }
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage) || stage.endsWith('-')) {
    refuse('its name must be 1 to 20 of a-z 0-9 -, with a letter first and no - at its end')
  }
  // It becomes part of an address that Cognito gives out.
  if (/aws|amazon|cognito/.test(stage)) refuse('its name may not have aws, amazon or cognito in it')

  const { data, error } = fields.safeParse(given)
  if (error) return refuse(error.issues.map(sentence).join('; '))
  const { signUp, phoneCountries } = data
  if (signUp.policy === 'domains' && signUp.domains.length === 0) {
    refuse('signUp.domains must name at least one domain when signUp.policy is "domains"')
  }
  if (signUp.policy !== 'domains' && signUp.domains.length > 0) {
    refuse(
      `signUp.domains counts only when signUp.policy is "domains", and it is "${signUp.policy}"`,
    )
  }
  if (signUp.policy === 'open' && phoneCountries === undefined) {
    refuse(
      'phoneCountries must be said when signUp.policy is "open", because anybody can then have texts sent at your cost; "all" is an answer',
    )
  }
  if (data.sesIdentity && !data.region) {
    refuse('region must be said when sesIdentity is, because an identity belongs to a region')
  }
  const topicRegion = data.alarmTopicArn?.split(':')[3]
  if (topicRegion && data.region && topicRegion !== data.region) {
    refuse(
      `alarmTopicArn must be in ${data.region}, the stage's own region, and is in ${topicRegion}`,
    )
  }
  const maxAmount = amountLimits(data.currencies, data.maxAmount)
  if ('reason' in maxAmount) return refuse(`maxAmount ${maxAmount.reason}`)
  const { authyCallback = defaultCallback, ...routes } = data.throttling
  if (data.provider === 'authy') {
    const highest = authyCallback.ratePerSecond
    for (const [name, { ratePerSecond }] of Object.entries(routes)) {
      if (ratePerSecond > highest) {
        refuse(
          `throttling.${name}.ratePerSecond may not be above that of authyCallback, ${highest}`,
        )
      }
    }
  }
  return {
    ...data,
    ...providerOf(data, refuse),
    stage,
    account: data.account,
    region: data.region,
    sesIdentity: data.sesIdentity,
    changePasswordUrl: data.changePasswordUrl,
    domain: data.domain,
    webAclArn: data.webAclArn,
    alarmTopicArn: data.alarmTopicArn,
    keepData: data.keepData ?? stage !== DEFAULT_STAGE,
    throttling: { ...routes, authyCallback } satisfies Throttling,
    currencies: data.currencies.map(currencyForPage),
    maxAmount: maxAmount.limits,
    phoneCountries: phoneCountries === undefined || phoneCountries === 'all' ? [] : phoneCountries,
    logRetention: data.logRetentionDays,
  }
}

function sentence({ path, message, ...issue }: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [...path, key].join('.'))
    return `${names.join(' and ')} ${names.length > 1 ? 'are no settings' : 'is no setting'}`
  }
  return `${path.join('.') || 'what it says'} ${message.replace(/^Invalid input: expected/, 'must be')}`
}
