/**
 * What a stage does in its busiest seconds, and at which size it reaches each limit: the tables in docs/guides/deploying.md,
 * "What to raise, and when". `npm run costs` prints them after the costs. After a change put the output into the guide, which
 * has the source of each limit.
 */
import { OPEN_SHARDS } from '../functions/adapters/dynamodb/paymentItem.ts'
import { COUNT_MAX, DEFAULTS } from '../functions/core/limits.ts'
import { providers } from '../functions/routes.ts'
import { defaultThrottling } from '../lib/throttling.ts'
import { PAYER_USD, PAYERS_FREE, PAYMENTS_PER_PAYER, TEXTS, USES } from './costs.ts'

/** The busiest seconds have so many times the month's mean. */
const PEAK = 5
const DAYS_A_MONTH = 30.4
const SECONDS_A_MONTH = DAYS_A_MONTH * 86_400
const SIZES = [1_000, 100_000, 10_000_000, 100_000_000] as const

type Row = readonly [what: string, of: (payments: number) => string]

/** The largest use of any provider. */
const most = (
  unit: 'apiRequest' | 'lambdaGbSecond' | 'tableWrite' | 'event' | 'bucketPut',
): number => Math.max(...providers.map((provider) => USES[provider][unit]))

const atPeak = (payments: number, each = 1) => rounded((payments * each * PEAK) / SECONDS_A_MONTH)

const ROWS: readonly Row[] = [
  ['payments started a second', (payments) => atPeak(payments)],
  ['requests to the API a second', (payments) => atPeak(payments, most('apiRequest'))],
  // With 1 GB a GB-second is a second.
  ['Lambdas at one time', (payments) => atPeak(payments, most('lambdaGbSecond'))],
  ['units written to tables and indexes a second', (n) => atPeak(n, most('tableWrite'))],
  ['events a second', (payments) => atPeak(payments, most('event'))],
  ['texts a day with Twilio Verify, on average', (n) => rounded((n * TEXTS) / DAYS_A_MONTH)],
  ['payers who sign in in a month', (payments) => rounded(payments / PAYMENTS_PER_PAYER)],
  [
    'Cognito’s price a month for them',
    (payments) =>
      `$${rounded(Math.max(0, payments / PAYMENTS_PER_PAYER - PAYERS_FREE) * PAYER_USD)}`,
  ],
]

/** Two or three digits that count, because no figure here is better. */
const rounded = (value: number): string =>
  value.toLocaleString('en-US', { maximumSignificantDigits: value < 100 ? 2 : 3 })

/** The page's question how its payment stands: four fifths of a payment's requests. */
const POLLS = 0.8 * most('apiRequest')
const DEVICE_POLLS = 5
/** What docs/guides/costs.md assumes of an entry of the archive; those of one shard are written one after the other. */
const ENTRY_SECONDS = 0.03
const ENTRIES = most('bucketPut')
/** A new table that is paid by use has so many partitions, each of which is a shard of its stream. */
const NEW_PARTITIONS = 4
const PARTITION_WRITES = 1000
/** Half of the written units are those of the indexes, and half of these of the index \`open\`. */
const OPEN_WRITES = most('tableWrite') / 4
const { sendPayment, paymentStatus, smsStart, listApprovals } = defaultThrottling

/** Each limit, in a second or a day, and what an average payment takes of it. */
const LIMITS: readonly (readonly [string, number, 'a second' | 'a day', number])[] = [
  ['texts: `limits.textsPerDayForStage`', DEFAULTS.textsPerDayForStage, 'a day', TEXTS],
  ['texts: the most that this setting takes', COUNT_MAX, 'a day', TEXTS],
  ['polls: `throttling.paymentStatus`', paymentStatus.ratePerSecond, 'a second', POLLS],
  ['texts asked for: `throttling.smsStart`', smsStart.ratePerSecond, 'a second', TEXTS],
  ['starts: `throttling.sendPayment`', sendPayment.ratePerSecond, 'a second', 1],
  ['devices: `throttling.listApprovals`', listApprovals.ratePerSecond, 'a second', DEVICE_POLLS],
  ['Lambda: seconds of a new account, 10 at one time', 10, 'a second', most('lambdaGbSecond')],
  ['Lambda: seconds of other accounts, 1,000', 1000, 'a second', most('lambdaGbSecond')],
  ['API Gateway: requests, smaller regions', 2500, 'a second', most('apiRequest')],
  ['API Gateway: requests, other regions', 10_000, 'a second', most('apiRequest')],
  ['Cognito: sign-ins, one a payment', 120, 'a second', 1],
  [
    'DynamoDB: units to a new table',
    PARTITION_WRITES * NEW_PARTITIONS,
    'a second',
    most('tableWrite'),
  ],
  ['DynamoDB: units to the index `open`', PARTITION_WRITES * OPEN_SHARDS, 'a second', OPEN_WRITES],
  [
    'the archive: entries, with a new table’s four shards',
    NEW_PARTITIONS / ENTRY_SECONDS,
    'a second',
    ENTRIES,
  ],
]

/** The limits, and the payments a month at which each is reached; the first first. */
export function limitsTable(): string {
  const rows = LIMITS.map(([what, limit, unit, each]) => {
    const peaks = unit === 'a second' ? SECONDS_A_MONTH / PEAK : DAYS_A_MONTH
    return { what, limit: `${rounded(limit)} ${unit}`, payments: (limit / each) * peaks }
  })
  rows.sort((one, other) => one.payments - other.payments)
  const cells = rows.map(({ what, limit, payments }) => [rounded(payments), what, limit])
  return tableOf(['reached at payments a month', 'what', 'limit'], cells)
}

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')

/** What a stage does in its busiest seconds, by its size. */
export function sizesTable(): string {
  const head = ['payments a month', ...SIZES.map((payments) => payments.toLocaleString('en-US'))]
  const rows = ROWS.map(([what, of]) => [what, ...SIZES.map(of)])
  return tableOf(head, rows)
}

if (import.meta.main) process.stdout.write(`\n${sizesTable()}\n${limitsTable()}`)
