/**
 * What a stage may set, as `payfriend.json` or the construct's user writes it: each setting with its unit, its range
 * and its default. What two settings together must hold is checked by `stageSettings.ts`.
 */
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
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
} from '../functions/core/limits.ts'
import { CURRENCIES, type Currency, LIMIT_PATTERN } from '../functions/core/money.ts'
import { firewallFields } from './firewallSettings.ts'
import { phoneCountries } from './phoneCountries.ts'
import { providerFields } from './providerSettings.ts'
import { regionFault } from './regions.ts'
import { defaultThrottling } from './throttling.ts'

const codes = Object.keys(CURRENCIES) as [Currency, ...Currency[]]
const retentions = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
)

const MAX_AMOUNT = 'must name amounts by their currency, like {"EUR": "10000.00"}'
const mostOfOne = z.string(MAX_AMOUNT).regex(LIMIT_PATTERN, MAX_AMOUNT)
const ACCOUNT = 'must be the twelve digits of an AWS account, in quotes'
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
/** With leap years, so that a lock of years is no day too short. */
export const DAYS_A_YEAR = 365.25
/** The two locks, as a sentence to the operator spells them. */
export const LOCKS = '{"mode": "governance", "years": 5} or {"mode": "compliance", "years": 5}'
const throttle = z.strictObject({ ratePerSecond: count, burst: count })
const { authyCallback: _, ...everyRoute } = defaultThrottling

/**
 * Every setting of a stage. Needed are only `archiveLock` where data is kept, `twilioVerify` with that provider, and
 * `phoneCountries` with open sign-up.
 */
export const stageFields = z.strictObject({
  /** The AWS account to deploy to: twelve digits. Default: that of the command line's profile. */
  account: z
    .string(ACCOUNT)
    .regex(/^\d{12}$/, ACCOUNT)
    .optional(),
  /**
   * The region to deploy to, like `eu-west-1`; none that an account has to enable first, and none in China or for
   * governments. Default: that of the command line's profile.
   */
  region: z
    .string('must be a region of AWS in quotes, like "eu-west-1"')
    .refine((region) => regionFault(region) === undefined, {
      error: ({ input }) => regionFault(String(input)),
    })
    .optional(),

  /**
   * Whether tables, user pool, buckets, secrets and logs outlive the stack. Default: true; false for the stage `dev`.
   */
  keepData: z.boolean('must be true or false').optional(),
  /**
   * Who can delete an entry of the archive before its years (1 to 99) are over. `governance`: only who has the right
   * `s3:BypassGovernanceRetention`. `compliance`: nobody, the AWS account's owner neither. `'none'`: everybody who may
   * delete objects. Must be said where data is kept, and may be nothing but `'none'` elsewhere. PSD2 Art. 21 asks for
   * five years.
   */
  archiveLock: z
    .union(
      [
        z.literal('none'),
        z.strictObject({
          mode: z.enum(['governance', 'compliance']),
          // S3 locks for 36,500 days at most, and a hundred years with their leap days are more.
          years: z
            .int('must be a whole number of years')
            .min(1, 'must be at least 1')
            .max(99, 'must be at most 99'),
        }),
      ],
      `must be "none" or ${LOCKS}`,
    )
    .optional(),

  ...providerFields,

  /**
   * What lets in the first device of a payer who never had a verified phone: the owner's `invitation`, or a `sign-in`
   * not older than five minutes, which proves no more than the password did. `sign-in` only with `provider: 'none'`.
   * Default: `invitation`.
   */
  firstDevice: z
    .enum(['invitation', 'sign-in'], 'must be "invitation" or "sign-in"')
    .default('invitation'),
  /**
   * How many hours a device waits that was let in by less than another device, so that the payer can stop it: 1 to
   * 168. Default: 12.
   */
  deviceWaitHours: z
    .int('must be a whole number of hours')
    .min(DEVICE_WAIT_HOURS_MIN, `must be at least ${DEVICE_WAIT_HOURS_MIN}`)
    .max(DEVICE_WAIT_HOURS_MAX, `must be at most ${DEVICE_WAIT_HOURS_MAX}`)
    .default(DEFAULTS.deviceWaitHours),
  /**
   * Whether a text approves a payment of a payer who has a device; session and phone number then suffice. Only with a
   * provider of texts. Default: false.
   */
  textsBesideDevice: z.boolean('must be true or false').default(false),
  /**
   * The hosts of the push services that may be called to ring a device; `*.` stands for any names before the rest.
   * Default: those of Chrome, Firefox, Safari and Edge.
   */
  pushHosts: z
    .array(z.string().regex(PUSH_HOST, 'must be a name like push.example.com or *.example.com'))
    .min(1, 'must name at least one host')
    .default([...PUSH_HOSTS]),

  /** The currencies that can be sent (ISO 4217), in the order of the page's list. Default: all of `CURRENCIES`. */
  currencies: z
    .array(z.enum(codes, `must be one of ${codes.join(', ')}`))
    .min(1, 'must name at least one currency')
    .refine((all) => new Set(all).size === all.length, 'names a currency twice')
    .default([...codes]),
  /**
   * The most that can be sent at once, in whole units with decimals, by currency: `{ EUR: '500.00' }`. One amount
   * alone is taken only where one currency is on offer. Default of each: about 10,000 euro's worth.
   */
  maxAmount: z.union([mostOfOne, z.partialRecord(z.enum(codes), mostOfOne)], MAX_AMOUNT).optional(),
  /** How long a payment waits for its payer, in seconds: 60 to 600. Default: 300. */
  paymentTtlSeconds: z
    .int('must be a whole number of seconds')
    .min(PAYMENT_TTL_SECONDS_MIN, `must be at least ${PAYMENT_TTL_SECONDS_MIN}`)
    .max(PAYMENT_TTL_SECONDS_MAX, `must be at most ${PAYMENT_TTL_SECONDS_MAX}`)
    .default(DEFAULTS.paymentTtlSeconds),

  /** How many texts and payments there may be: each 1 to 1,000,000. An hour and a day of texts are the clock's (UTC). */
  limits: z
    .strictObject({
      /** Codes by text or call for payments, of one payer in an hour. Default: 10. */
      textsPerHour: count.default(DEFAULTS.textsPerHour),
      /** The same in a day. Default: 20. */
      textsPerDay: count.default(DEFAULTS.textsPerDay),
      /** Texts and calls that prove a number, of one payer and of one number in an hour. Default: 3. */
      provingTextsPerHour: count.default(DEFAULTS.provingTextsPerHour),
      /** The same in a day. Default: 5. */
      provingTextsPerDay: count.default(DEFAULTS.provingTextsPerDay),
      /** Texts and calls of the whole stage in a day, at least 4; half is kept for payments. Default: 500. */
      textsPerDayForStage: count
        .refine(
          (texts) => texts >= 4,
          'must be at least 4, because a change of phone takes two texts and may use half',
        )
        .default(DEFAULTS.textsPerDayForStage),
      /** Payments of one payer that wait at the same time. Default: 5. */
      openPayments: count.default(DEFAULTS.openPayments),
      /** Payments that one payer starts in an hour, cancelled ones too. Default: 20. */
      paymentsPerHour: count.default(DEFAULTS.paymentsPerHour),
    })
    .prefault({}),
  /**
   * The countries (ISO 3166) whose numbers may be verified, or `'all'`; a text abroad can cost much. Needed where
   * anybody can sign up. Default: all.
   */
  phoneCountries: phoneCountries.optional(),
  /**
   * Which accounts may be made: `closed`, only those that the owner invites; `domains`, e-mail addresses of `domains`;
   * `open`, any. Default: closed, because texts cost money.
   */
  signUp: z
    .strictObject(
      {
        policy: z.enum(['open', 'domains', 'closed'], 'must be open, domains or closed'),
        domains: z.array(domain).default([]),
      },
      'must be an object, like {"policy": "closed"}',
    )
    .default({ policy: 'closed', domains: [] }),
  /**
   * The address or domain as which Amazon SES sends sign-in's mail; needs `region`. Default: Cognito's own mailer, 50
   * mails a day at most.
   */
  sesIdentity: z
    .union([z.email(), domain], 'must be an e-mail address or a domain in lower case')
    .optional(),
  /** The https address where the page leads for a new password. Default: sign-in's own page. */
  changePasswordUrl: https.optional(),

  /** Whose service it is, as payers see it on both pages, at sign-in and in mails. Default: Payfriend. */
  brand: z
    .strictObject({
      /** 1 to 30 letters, digits, single spaces and . , & ’ ' + ( ) ! -. */
      name: z.string('must be a text'),
      /**
       * The path of an `.svg` or `.png`, from the folder of `cdk.json`: 50,000 bytes at most, as wide as high or up to
       * four times as wide, a PNG at least 56 pixels high, an SVG without scripts and addresses. Default: Payfriend's.
       */
      logo: z.string('must be a path').optional(),
    })
    .optional(),

  /** The page's own name, with TLS 1.2 at least. Default: CloudFront's name, whose certificate allows 1.0 too. */
  domain: z
    .strictObject(
      {
        /** The name in lower case, like `pay.example.com`. */
        name: domain,
        /** The ARN of a certificate in us-east-1, the region from which CloudFront takes them. */
        certificateArn: z
          .string()
          .regex(
            /^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-zA-Z-]+$/,
            'must be the ARN of a certificate in us-east-1, like arn:aws:acm:us-east-1:123456789012:certificate/…',
          ),
      },
      'must be an object, like {"name": "pay.example.com", "certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/…"}',
    )
    .optional(),

  ...firewallFields,

  /** The requests that the stage accepts on each route, by its Lambda: rate per second and burst. Default: `throttling.ts`. */
  throttling: z
    .strictObject(
      Object.fromEntries(
        Object.entries(everyRoute).map(([name, byDefault]) => [name, throttle.default(byDefault)]),
      ) as Record<keyof typeof everyRoute, z.ZodDefault<typeof throttle>>,
    )
    .extend({ authyCallback: throttle.optional() })
    .prefault({}),
  /** The ARN of a topic (SNS) in the stage's region that alarms notify. Default: none, they only show. */
  alarmTopicArn: z
    .string()
    .regex(
      /^arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
      'must be the ARN of a topic, like arn:aws:sns:eu-west-1:123456789012:alarms',
    )
    .optional(),
  /** The https address of the runbook; each alarm adds the anchor of its section. Default: its path here. */
  runbookUrl: https.default('docs/guides/runbook.md'),
  /** How many days logs are kept: a number that CloudWatch knows, like 30. Default: 90. Payments are kept for ever. */
  logRetentionDays: z
    .literal(retentions, `must be one of ${retentions.join(', ')}`)
    .default(RetentionDays.THREE_MONTHS),
  /**
   * Whether V8's code cache is deployed beside each Lambda's bundle, so that it starts faster. Only the V8 that made it
   * takes it, so the stack must be made by Lambda's own Node, on Linux of arm64. Default: false.
   */
  codeCache: z.boolean().default(false),
  /** The least that Lambdas log. Default: INFO. */
  logLevel: z
    .enum(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'must be DEBUG, INFO, WARN or ERROR')
    .default('INFO'),
})
