/**
 * What AWS asks, in dollars, without its free tiers. Each with who read it where and when; AWS's own page of the
 * day is what counts.
 */

export type Price = {
  readonly usd: number
  /** So many of the unit for that. */
  readonly per: number
  readonly unit: string
  readonly source: Source
}

type Source = {
  readonly region: string
  /** The day on which the source says that it read AWS's price; undefined for what is from memory. */
  readonly read: string | undefined
  readonly url: string
}

const MILLION = 1_000_000

/** Rates that AWS's Price List gave for Oregon, where most are those of Virginia. */
const RAT_THINGS = {
  region: 'us-west-2',
  read: '2026-08-09',
  url: 'https://github.com/gpazo/Rat-Things/blob/main/docs/costs.md',
} as const
const CHATTICUS = {
  region: 'us-east-1',
  read: '2026-10-04',
  url: 'https://github.com/AnthusAI/Chatticus/blob/main/docs/PI_HARNESS.md',
} as const
const evangelist = (repository: string, read: string, region = 'us-east-1') => ({
  region,
  read,
  url: `https://github.com/api-evangelist/${repository}/tree/main/plans`,
})
const memory = (page: string) => ({
  region: 'us-east-1',
  read: undefined,
  url: `https://aws.amazon.com/${page}/pricing/`,
})

export const PRICES = {
  apiRequest: {
    usd: 1,
    per: MILLION,
    unit: 'request of an HTTP API, each 512 KB; the first 300 million',
    source: evangelist('amazon-web-services', '2026-09-20', 'US regions'),
  },
  lambdaRequest: { usd: 0.2, per: MILLION, unit: 'call of a Lambda', source: RAT_THINGS },
  lambdaGbSecond: {
    usd: 0.0000133334,
    per: 1,
    unit: 'GB-second of a Lambda on arm64',
    source: RAT_THINGS,
  },
  readUnit: { usd: 0.125, per: MILLION, unit: 'read unit on demand', source: CHATTICUS },
  writeUnit: { usd: 0.625, per: MILLION, unit: 'write unit on demand', source: CHATTICUS },
  tableGbMonth: { usd: 0.25, per: 1, unit: 'GB-month of a table', source: CHATTICUS },
  restoreGbMonth: {
    usd: 0.2,
    per: 1,
    unit: 'GB-month of point-in-time recovery',
    source: memory('dynamodb'),
  },
  s3Put: { usd: 0.005, per: 1000, unit: 'PUT of S3', source: CHATTICUS },
  s3GbMonth: { usd: 0.023, per: 1, unit: 'GB-month of S3 Standard', source: CHATTICUS },
  event: { usd: 1, per: MILLION, unit: 'event on a bus, each 64 KB', source: RAT_THINGS },
  logGb: {
    usd: 0.5,
    per: 1,
    unit: 'GB written to logs',
    source: evangelist('cloudwatch', '2026-05-05'),
  },
  logGbMonth: {
    usd: 0.03,
    per: 1,
    unit: 'GB-month of logs kept',
    source: evangelist('cloudwatch', '2026-05-05'),
  },
  metricMonth: {
    usd: 0.3,
    per: 1,
    unit: 'custom metric a month, for the hours in which it is counted',
    source: evangelist('cloudwatch', '2026-05-05'),
  },
  alarmMonth: {
    usd: 0.1,
    per: 1,
    unit: 'metric of an alarm a month',
    source: evangelist('cloudwatch', '2026-05-05'),
  },
  compositeAlarmMonth: {
    usd: 0.5,
    per: 1,
    unit: 'composite alarm a month',
    source: memory('cloudwatch'),
  },
  dashboardMonth: { usd: 3, per: 1, unit: 'dashboard a month', source: memory('cloudwatch') },
  secretMonth: {
    usd: 0.4,
    per: 1,
    unit: 'secret a month',
    source: evangelist('amazon-secrets-manager', '2026-09-20', 'US regions'),
  },
  secretRead: {
    usd: 0.05,
    per: 10_000,
    unit: 'reading of a secret',
    source: evangelist('amazon-secrets-manager', '2026-09-20', 'US regions'),
  },
  siteRequest: {
    usd: 0.01,
    per: 10_000,
    unit: 'HTTPS request of CloudFront, North America',
    source: memory('cloudfront'),
  },
  siteGb: {
    usd: 0.085,
    per: 1,
    unit: 'GB from CloudFront, North America; the first 10 TB',
    source: memory('cloudfront'),
  },
  keyMonth: { usd: 1, per: 1, unit: 'key of the owner’s own a month', source: RAT_THINGS },
  firewallMonth: { usd: 5, per: 1, unit: 'firewall (web ACL) a month', source: memory('waf') },
  firewallRuleMonth: { usd: 1, per: 1, unit: 'rule of a firewall a month', source: memory('waf') },
  firewallRequest: {
    usd: 0.6,
    per: MILLION,
    unit: 'request looked at by a firewall',
    source: memory('waf'),
  },
  person: {
    usd: 0.015,
    per: 1,
    unit: 'person who signs in in a month, plan Essentials, after the first 10,000',
    source: evangelist('amazon-cognito', '2026-09-20', 'US regions'),
  },
} as const satisfies Record<string, Price>

export type PriceName = keyof typeof PRICES

export const priceOf = (name: PriceName, count: number): number => {
  const { usd, per } = PRICES[name]
  return (usd * count) / per
}

/** Cognito's free tier has no end, and counts here. */
export const PEOPLE_FREE = 10_000

/** Twilio's, with the doubts that README tells beside them. */
export const TWILIO = {
  verificationUsd: 0.05,
  segmentUsd: 0.012,
  /** A text that names payee and amount is often longer than one. */
  segmentsOfText: 2,
} as const
