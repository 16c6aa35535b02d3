/** A month's bill of AWS: what was recorded of each payment, times prices. */
import { OPEN_SHARDS } from '../../functions/adapters/paymentItem.ts'
import { lambdas } from '../../functions/routes.ts'
import {
  ACCESS_LOG_BYTES,
  ANNOUNCEMENT_MS,
  COLD_START_MS,
  DATABASE_MS,
  DAYS_A_MONTH,
  HEADER_BYTES,
  HOURS_A_MONTH,
  LAMBDA_LOG_BYTES,
  MONTHS_KEPT,
  OWN_MS,
  PAGE_OF_RECORD_MS,
  PROVIDER_MS,
} from './assumptions.ts'
import { type Month, missing, newPhonesOf } from './month.ts'
import { type PriceName, priceOf } from './prices.ts'
import type { Journey, Use } from './recording.ts'
import type { Stack } from './stack.ts'
import { readUnits } from './units.ts'

export const SERVICES = [
  'API Gateway',
  'CloudFront',
  'Lambda',
  'DynamoDB',
  'S3',
  'EventBridge',
  'Secrets Manager',
  'CloudWatch logs',
  'CloudWatch metrics, alarms, dashboard',
] as const
export type Service = (typeof SERVICES)[number]

/** What a part of the bill is for. */
export const PARTS = {
  idle: 'there when nobody pays',
  polling: 'the page asking how the payment stands',
  requests: 'all other requests, and the page itself',
  sweep: 'the sweep, for payments that wait',
  record: 'the record: archive and events',
  metrics: 'counting',
  kept: 'what is kept',
} as const
export type Part = keyof typeof PARTS

export type Line = { readonly part: Part; readonly service: Service; readonly usd: number }

/** Every line of a month's bill, without sign-in and texts. */
export function billOf(month: Month): Line[] {
  const { payments, journey, phoneProof, emptySweep, sweeps, stack } = month
  const newPhones = newPhonesOf(payments)
  const warm = { ...month, coldShare: 0 }
  return [
    ...usesOf(emptySweep).flatMap(([name, use]) =>
      callLines(warm, 'idle', name, use).map(times(sweeps)),
    ),
    ...fixedLines(stack),
    line('sweep', 'DynamoDB', 'readUnit', sweeps * crowdReads(month)),
    ...paymentLines(month, journey).map(times(payments)),
    ...usesOf(phoneProof).flatMap(([name, use]) =>
      callLines(month, 'requests', name, use).map(times(newPhones)),
    ),
    line('requests', 'Secrets Manager', 'secretRead', month.environments * HOURS_A_MONTH * 12),
    ...metricLines(month, newPhones),
    ...keptLines(journey, payments * MONTHS_KEPT),
  ]
}

/** What one payment costs while it lives. */
export function paymentLines(month: Month, journey: Journey): Line[] {
  const { page, stack } = month
  const tokenUse = { ...NO_USE, calls: 1 }
  return [
    ...usesOf(journey).flatMap(([name, use]) => callLines(month, partOf(name), name, use)),
    ...callLines(month, 'requests', 'tokenClaims', tokenUse),
    line('requests', 'CloudFront', 'siteRequest', page.files),
    line('requests', 'CloudFront', 'siteGb', (page.bytes + page.files * HEADER_BYTES) / GB),
    ...stack.followers.flatMap((name) => callLines(month, 'record', name, followerUse(journey))),
    ...(stack.followers.includes('archivePayments')
      ? [line('record', 'S3', 's3Put', journey.pages)]
      : []),
    ...(stack.followers.includes('announcePayments')
      ? [line('record', 'EventBridge', 'event', journey.announcements)]
      : []),
  ]
}

/** What all Lambdas together are paid for, for one payment, in milliseconds. */
export const lambdaMs = (month: Month, journey: Journey): number =>
  usesOf(journey).reduce((sum, [name, use]) => sum + msOf(name, use, journey), 0) +
  month.stack.followers.reduce((sum, name) => sum + msOf(name, followerUse(journey), journey), 0)

export const sumOf = (lines: readonly Line[], is: (line: Line) => boolean = () => true): number =>
  lines.reduce((sum, line) => sum + (is(line) ? line.usd : 0), 0)

const GB = 2 ** 30

function callLines(month: Month, part: Part, name: string, use: Use): Line[] {
  const memoryGb = (month.stack.memoryMb[name] ?? missing(name)) / 1024
  const isRoute = name in lambdas && 'route' in lambdas[name as keyof typeof lambdas]
  const isPage = isRoute && name !== 'authyCallback'
  const ms = msOf(name, use, month.journey) + use.calls * month.coldShare * COLD_START_MS
  const logBytes = use.logBytes + use.calls * (LAMBDA_LOG_BYTES + (isRoute ? ACCESS_LOG_BYTES : 0))
  return [
    line(part, 'API Gateway', 'apiRequest', isRoute ? use.calls : 0),
    line(part, 'CloudFront', 'siteRequest', isPage ? use.calls : 0),
    line(
      part,
      'CloudFront',
      'siteGb',
      isPage ? (use.responseBytes + use.calls * HEADER_BYTES) / GB : 0,
    ),
    line(part, 'Lambda', 'lambdaRequest', use.calls),
    line(part, 'Lambda', 'lambdaGbSecond', (ms / 1000) * memoryGb),
    line(part, 'DynamoDB', 'readUnit', use.reads),
    line(part, 'DynamoDB', 'writeUnit', use.writes + use.indexWrites),
    line(part, 'CloudWatch logs', 'logGb', logBytes / GB),
    line(
      part,
      'CloudWatch logs',
      'logGbMonth',
      (logBytes / GB) * (month.stack.logDays / DAYS_A_MONTH),
    ),
  ]
}

function msOf(name: string, use: Use, { pages, announcements }: Journey): number {
  const own = use.calls * OWN_MS + use.databaseCalls * DATABASE_MS
  if (name === 'archivePayments') return own + pages * PAGE_OF_RECORD_MS
  if (name === 'announcePayments') return own + announcements * ANNOUNCEMENT_MS
  return own + use.providerCalls * PROVIDER_MS
}

/** What a sweep reads beyond an empty one, where more wait than one unit a shard holds. */
function crowdReads({ payments, journey, emptySweep }: Month): number {
  const { openSeconds, openBytes } = journey
  const waiting = (payments / (HOURS_A_MONTH * 3600)) * openSeconds
  const atLeast = emptySweep.lambdas.sweepPayments?.reads ?? 0
  const bytes = (waiting * openBytes) / OPEN_SHARDS
  return Math.max(0, OPEN_SHARDS * readUnits(bytes, { isConsistent: false }) - atLeast)
}

const fixedLines = (stack: Stack): Line[] => [
  line('idle', 'Secrets Manager', 'secretMonth', stack.secrets),
  line('idle', 'Secrets Manager', 'keyMonth', stack.keys),
  line('idle', 'CloudWatch metrics, alarms, dashboard', 'alarmMonth', stack.alarmMetrics),
  line(
    'idle',
    'CloudWatch metrics, alarms, dashboard',
    'compositeAlarmMonth',
    stack.compositeAlarms,
  ),
  line('idle', 'CloudWatch metrics, alarms, dashboard', 'dashboardMonth', stack.dashboards),
]

/** A metric costs for the hours in which something was counted; what happens by chance leaves some out. */
function metricLines({ payments, journey, phoneProof }: Month, newPhones: number): Line[] {
  const names = new Set([...Object.keys(journey.metrics), ...Object.keys(phoneProof.metrics)])
  return [...names].map((name) => {
    const counted =
      payments * (journey.metrics[name] ?? 0) + newPhones * (phoneProof.metrics[name] ?? 0)
    const share = 1 - Math.exp(-counted / HOURS_A_MONTH)
    return line('metrics', 'CloudWatch metrics, alarms, dashboard', 'metricMonth', share)
  })
}

const keptLines = ({ storedBytes, pageBytes }: Journey, payments: number): Line[] => [
  line('kept', 'DynamoDB', 'tableGbMonth', (storedBytes * payments) / GB),
  line('kept', 'DynamoDB', 'restoreGbMonth', (storedBytes * payments) / GB),
  line('kept', 'S3', 's3GbMonth', (pageBytes * payments) / GB),
]

const line = (part: Part, service: Service, price: PriceName, count: number): Line => ({
  part,
  service,
  usd: priceOf(price, count),
})
const times =
  (n: number) =>
  (one: Line): Line => ({ ...one, usd: one.usd * n })

const partOf = (name: string): Part =>
  name === 'paymentStatus' ? 'polling' : name === 'sweepPayments' ? 'sweep' : 'requests'

const usesOf = ({ lambdas }: Journey) => Object.entries(lambdas) as [string, Use][]
const NO_USE: Use = {
  calls: 0,
  databaseCalls: 0,
  reads: 0,
  writes: 0,
  indexWrites: 0,
  providerCalls: 0,
  logBytes: 0,
  responseBytes: 0,
}
/** As if each change came alone, as it does where little happens. */
const followerUse = ({ changes }: Journey): Use => ({ ...NO_USE, calls: changes })
