/**
 * `npm run costs` prints the costs of a month in AWS, the table in docs/guides/costs.md: a payment's use times prices.
 *
 * No bill has confirmed them yet. After a change here, put the output into docs/guides/costs.md; a test holds it.
 */
import { type Provider, providers, type TextProvider } from '../functions/routes.ts'

type Use = { readonly [Unit in keyof typeof PRICES]?: number }

/** Dollars per unit, in us-east-1, without free tiers. docs/guides/costs.md has the source and date of each. */
const PRICES = {
  apiRequest: 1e-6,
  siteRequest: 1e-6,
  siteGb: 0.085,
  lambdaCall: 0.2e-6,
  lambdaGbSecond: 0.0000133334,
  tableRead: 0.125e-6,
  tableWrite: 0.625e-6,
  /** Storage and point-in-time recovery. */
  tableGbMonth: 0.25 + 0.2,
  bucketPut: 5e-6,
  bucketGbMonth: 0.023,
  event: 1e-6,
  logGb: 0.5,
  logGbMonth: 0.03,
  metricMonth: 0.3,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  secretMonth: 0.4,
  secretRead: 5e-6,
} as const

/** Cognito's plan Essentials: for each payer who signs in within a month, beyond the free ones. */
export const PAYER_USD = 0.015
/** The payers of a month that cost nothing. */
export const PAYERS_FREE = 10_000
/** How often a payer pays in a month. */
export const PAYMENTS_PER_PAYER = 4

/** Twilio's prices of a successful verification, and of a text of two segments in the US. */
const VERIFICATION_USD = 0.05
const TEXT_USD = 2 * 0.012

/**
 * The use of an average payment, with its page, its audit trail and its share of phone verifications: counted on a
 * laptop on 2026-11-29, and the page's files on 2026-11-30, for the mix of payments in docs/guides/costs.md. Storage is that of twelve months.
 */
const PAYMENT = {
  authy: {
    apiRequest: 15.65,
    siteRequest: 25.82,
    siteGb: 0.0000734,
    lambdaCall: 23.84,
    lambdaGbSecond: 0.756,
    tableRead: 18.86,
    tableWrite: 15.02,
    tableGbMonth: 0.0000407,
    bucketPut: 3.2,
    bucketGbMonth: 0.0000407,
    event: 2,
    logGb: 0.0000168,
    logGbMonth: 0.0000497,
  },
  twilioVerify: {
    apiRequest: 24.17,
    siteRequest: 35.17,
    siteGb: 0.0000848,
    lambdaCall: 38.82,
    lambdaGbSecond: 1.093,
    tableRead: 28.66,
    tableWrite: 22.48,
    tableGbMonth: 0.0000304,
    bucketPut: 4.01,
    bucketGbMonth: 0.0000449,
    event: 2,
    logGb: 0.0000264,
    logGbMonth: 0.0000781,
  },
} as const satisfies Record<TextProvider, Use>

/**
 * The use of a payment that a device approves, reckoned from the row of Authy, where a phone answers too: no callback and
 * no wait of 300 ms for the provider, but the device's page (6 files of 30 KB), which asks five times, 20 ms each, and
 * answers once. A request of it reads three units and writes 680 bytes of logs. What a device writes to the tables is less
 * than what a push does, and is not reckoned lower.
 */
const { authy } = PAYMENT
const DEVICE_REQUESTS = 6
const DEVICE_LOG_GB = (DEVICE_REQUESTS * 680) / 1e9
const LOG_MONTHS = 90 / 30.4
/** Each payment calls the Lambda that rings, for 20 ms, or 200 ms where a device is rung; it reads the payer. */
const RING = { lambdaCall: 1, lambdaGbSecond: 0.02, tableRead: 3 } as const satisfies Use
const RUNG_GB_SECONDS = 0.2
const BY_DEVICE = {
  ...authy,
  apiRequest: authy.apiRequest - 1 + DEVICE_REQUESTS,
  siteRequest: authy.siteRequest + DEVICE_REQUESTS + 6,
  siteGb: authy.siteGb + 30e-6,
  lambdaCall: authy.lambdaCall - 1 + DEVICE_REQUESTS,
  lambdaGbSecond: authy.lambdaGbSecond - 0.3 + DEVICE_REQUESTS * 0.02 + RUNG_GB_SECONDS,
  tableRead: authy.tableRead + DEVICE_REQUESTS * 3,
  logGb: authy.logGb + DEVICE_LOG_GB,
  logGbMonth: authy.logGbMonth + DEVICE_LOG_GB * LOG_MONTHS,
} as const satisfies Use

/** The use of an average payment with each provider. */
export const USES = { ...PAYMENT, none: BY_DEVICE } as const satisfies Record<Provider, Use>

/** Texts and verifications of a payment with Twilio Verify, with its share of phone verifications. */
export const TEXTS = 1.035
const VERIFICATIONS = 0.925

/** GB-seconds of all Lambdas of a payment if each had a cold start: 400 ms each. */
const COLD_GB_SECONDS = { authy: 7.8, twilioVerify: 12.5, none: 9.8 } as const satisfies Record<
  Provider,
  number
>

/** The use without any payment: the sweep runs each minute, and the alarms read their metrics. */
const IDLE = {
  lambdaCall: 43_800,
  lambdaGbSecond: 1270,
  tableRead: 87_600,
  logGb: 0.0208,
  logGbMonth: 0.0614,
  dashboardMonth: 1,
} as const satisfies Use
/** The metrics that the alarms read. */
export const ALARMS = { authy: 91, twilioVerify: 85, none: 71 } as const satisfies Record<
  Provider,
  number
>
/** Those that a firewall, or a policy of sign-up that refuses strangers, adds to them. */
export const ALARMS_MORE = { firewall: 5, domains: 1 } as const
/** The provider's, that of the switches, and the seed of the push key. */
const SECRETS = { authy: 3, twilioVerify: 3, none: 2 } as const satisfies Record<Provider, number>

/** By payments a month: the share of calls with a cold start, the custom metrics, and the reads of each secret. */
const MONTHS = [
  { payments: 0, coldShare: 0, metricMonth: 0, secretRead: 0 },
  { payments: 1_000, coldShare: 0.5, metricMonth: 4, secretRead: 8_760 },
  { payments: 100_000, coldShare: 0.05, metricMonth: 10, secretRead: 87_600 },
  { payments: 10_000_000, coldShare: 0.002, metricMonth: 11, secretRead: 876_000 },
] as const

const usdOf = (use: Use) =>
  Object.entries(use).reduce((sum, [unit, n]) => sum + n * PRICES[unit as keyof Use], 0)

function awsUsd(provider: Provider, { payments, coldShare, ...counted }: (typeof MONTHS)[number]) {
  const cold = { lambdaGbSecond: COLD_GB_SECONDS[provider] * coldShare }
  const secrets = SECRETS[provider]
  const idle = usdOf({ ...IDLE, alarmMonth: ALARMS[provider], secretMonth: secrets })
  const read = usdOf({ ...counted, secretRead: counted.secretRead * secrets })
  const use = USES[provider]
  return idle + read + payments * (usdOf(use) + usdOf(RING) + usdOf(cold))
}

/** Only small sums are shown with cents. */
function inDollars(usd: number): string {
  const digits = usd < 100 ? 2 : 0
  const places = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return `$${usd.toLocaleString('en-US', places)}`
}

/** What a month costs with each provider while nobody pays. */
export const idleUsd = (): readonly number[] => providers.map((one) => awsUsd(one, MONTHS[0]))

/** The part of it that is for the alarms and the dashboard. */
export const watchUsd = (): readonly number[] =>
  providers.map((one) => usdOf({ dashboardMonth: 1, alarmMonth: ALARMS[one] }))

export function costsTable(): string {
  const rows = MONTHS.map((month) => {
    const payers = Math.max(0, month.payments / PAYMENTS_PER_PAYER - PAYERS_FREE)
    const twilio = month.payments * (TEXTS * TEXT_USD + VERIFICATIONS * VERIFICATION_USD)
    const aws = providers.map((provider) => awsUsd(provider, month))
    const sums = [...aws, payers * PAYER_USD, twilio]
    return [month.payments.toLocaleString('en-US'), ...sums.map(inDollars)]
  })
  const head = [
    'payments a month',
    'AWS, with Authy',
    'AWS, with Twilio Verify',
    'AWS, without a provider',
    'sign-in',
    'texts, with Twilio Verify',
  ]
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')
}

if (import.meta.main) process.stdout.write(costsTable())
