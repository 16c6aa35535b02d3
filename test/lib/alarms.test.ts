import { describe, expect, test } from 'vitest'
import { type Series, type Stat, stateOf, takes } from './cloudWatch.ts'
import { synthesize, text } from './synthesized.ts'

const { ofType } = synthesize()
const named = (id: string, of = ofType) => {
  const [[, found] = [], ...others] = of('AWS::CloudWatch::Alarm').filter(([logicalId]) =>
    new RegExp(`^Monitoring${id}[0-9A-F]{8}$`).test(logicalId),
  )
  if (!found || others.length > 0) throw new Error(`there is not just one alarm ${id}`)
  return found.Properties
}
/** The metrics that an alarm reads, behind its expression too. */
const readBy = (id: string): Stat[] => {
  const { Metrics, ...plain } = named(id)
  if (!Metrics) return [plain as Stat]
  return Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: Stat } }) =>
    MetricStat ? [MetricStat.Metric] : [],
  )
}

const NO = undefined
const NEVER: Series = [NO, NO, NO, NO, NO]
/** Data by the name of the metric; what is not named was never counted. */
const where =
  (data: Readonly<Record<string, Series>>) =>
  ({ MetricName }: Stat) =>
    data[MetricName] ?? NEVER

/** The names of the alarms of what has to be heard of all the time, and what is counted while it is. */
const HEARTBEATS = [
  ['SweepSilent', 'Invocations'],
  ['ArchiveEntriesPaymentsSilent', 'PolledEventCount'],
  ['ArchiveEntriesUsersSilent', 'PolledEventCount'],
  ['PublishEventsPaymentsSilent', 'PolledEventCount'],
  ['PublishEventsUsersSilent', 'PolledEventCount'],
] as const

describe.each(HEARTBEATS)('%s', (id, metric) => {
  test.each<[string, Series, string]>([
    ['is quiet while it runs', [5, 5, 5, 5, 5], 'OK'],
    ['is quiet at a single silent period', [5, 5, 5, 5, NO], 'OK'],
    ['rings after ten minutes of silence', [5, 5, 5, NO, NO], 'ALARM'],
    ['rings where nothing was ever heard', NEVER, 'ALARM'],
    // Whether CloudWatch fills a metric that it does not know, its guide does not say.
    ['rings where there is no such metric, and nothing to fill', [], 'ALARM'],
    ['is over when it runs again', [NO, NO, NO, NO, 5], 'OK'],
  ])('%s', (_, data, state) => {
    expect(stateOf(named(id), where({ [metric]: data }))).toBe(state)
  })

  test('looks at periods of five minutes', () => {
    expect(JSON.stringify(named(id).Metrics)).toContain('"Period":300')
  })
})

test('a consumer is heard of by each of its looks, also at a stream without changes, and each for itself', () => {
  const mappings = ofType('AWS::Lambda::EventSourceMapping')
  for (const [, { Properties }] of mappings) {
    expect(Properties.MetricsConfig).toEqual({ Metrics: ['EventCount'] })
  }
  const silences = HEARTBEATS.flatMap(([id, metric]) => (metric === 'PolledEventCount' ? [id] : []))
  const read = silences.flatMap(readBy)
  const uuids = read.map(({ Dimensions: [uuid] = [] }) => [uuid?.Name, text(uuid?.Value)])
  expect(uuids.sort()).toEqual(mappings.map(([id]) => ['EventSourceMappingUUID', `<${id}>`]).sort())
  // An idle look counts 0 changes: their sum would be silent.
  for (const id of silences) expect(JSON.stringify(named(id))).toContain('"Stat":"SampleCount"')
})

describe('what is set aside', () => {
  const alarm = named('SetAside')
  const NONE: Series = [0, 0, 0, 0, 0]

  test('rings at the first change, of each consumer and table, also if it could not even become a dead letter', () => {
    const read = readBy('SetAside')
    expect(read).toHaveLength(8)
    for (const one of read) {
      const dataOf = (metric: Stat) => (metric === one ? [NO, NO, NO, NO, 1] : NEVER)
      expect(stateOf(alarm, dataOf)).toBe('ALARM')
    }
    expect(new Set(read.map(({ MetricName }) => MetricName))).toEqual(
      new Set(['OnFailureDestinationDeliveredEventCount', 'DroppedEventCount']),
    )
  })

  test.each([
    ['nothing is counted any more', NEVER],
    ['other changes pass', NONE],
  ])('keeps ringing while %s, until a person sets the alarm back', (_, data) => {
    expect(stateOf(alarm, () => data, 'ALARM')).toBe('ALARM')
    expect(stateOf(alarm, () => data, 'OK')).toBe('OK')
  })
})

describe('sign-in', () => {
  test('rings at the third token that could not be made', () => {
    const state = (errors: number) =>
      stateOf(named('SignInFails'), where({ Errors: [NO, NO, NO, NO, errors] }))
    expect([2, 3].map(state)).toEqual(['OK', 'ALARM'])
    const [{ Dimensions: [name] = [] } = {}] = readBy('SignInFails')
    expect(text(name?.Value)).toMatch(/^<LambdasTokenClaims/)
  })

  test.each([
    ['closed', { policy: 'closed' }, 3],
    ['open', { policy: 'open' }, 3],
    ['for some domains', { policy: 'domains', domains: ['example.com'] }, 20],
  ])('%s: rings at sign-ups of which all fail, and not at one among others', (_, signUp, least) => {
    const { ofType } = synthesize({ phoneCountries: 'all', signUp })
    const state = (errors: number, calls: number) =>
      stateOf(
        named('SignUpFails', ofType),
        where({ Errors: [NO, NO, NO, NO, errors], Invocations: [NO, NO, NO, NO, calls] }),
      )
    expect(state(least - 1, least - 1)).toBe('OK')
    expect(state(least, least)).toBe('ALARM')
    expect(state(least, least + 1)).toBe('OK')
    expect(state(0, 0)).toBe('OK')
  })
})

describe('rings', () => {
  test.each<[string, Series, Series, string]>([
    ['nothing is called while payments start', [1, 2], NEVER, 'ALARM'],
    ['each payment rings', [1, 1], [1, 1], 'OK'],
    ['the ring of a period’s last payment is counted in the next period', [1, 1], [NO, 2], 'OK'],
    ['the newest payment has not rung yet', [NO, 1], NEVER, 'OK'],
    ['no payment starts', NEVER, NEVER, 'OK'],
  ])('where %s', (_, started, runs, state) => {
    const padded = (data: Series): Series => [...NEVER, ...data].slice(-5)
    const data = where({ PaymentStarted: padded(started), Invocations: padded(runs) })
    expect(stateOf(named('RingsSilent'), data)).toBe(state)
  })
})

test('throttles ring of each table and of each index, by reads and by writes', () => {
  const read = readBy('TablesThrottled')
  const dimensions = read.map(({ MetricName, Dimensions = [] }) => [
    MetricName,
    ...Dimensions.map(({ Name, Value }) => `${Name} ${text(Value)}`).sort(),
  ])
  const index = (name: string) => [`GlobalSecondaryIndexName ${name}`, 'TableName <PaymentsTable>']
  const all = [
    ['TableName <PaymentsTable>'],
    ['TableName <UsersTable>'],
    ...['push_id', 'payer', 'open'].map(index),
  ].flatMap((one) => [
    ['ReadThrottleEvents', ...one],
    ['WriteThrottleEvents', ...one],
  ])
  expect(dimensions.sort()).toEqual(all.sort())
  for (const one of read) {
    const dataOf = (metric: Stat) => (metric === one ? [NO, NO, NO, 5, 5] : NEVER)
    expect(stateOf(named('TablesThrottled'), dataOf)).toBe('ALARM')
  }
})

describe('a fault of API Gateway’s own', () => {
  const [filter] = ofType('AWS::Logs::MetricFilter').filter(([id]) => /Unanswered/.test(id))
  const { FilterPattern, MetricTransformations } = filter?.[1].Properties ?? {}
  /** A line as API Gateway would write it where the Lambda's answer was passed on. */
  const answered = { status: '200', lambdaStatus: '200', answerStatus: '200', lambdaError: '-' }

  test.each([
    ['no right to call the Lambda', { status: '500', answerStatus: '-', lambdaError: 'no rights' }],
    ['a Lambda that is cut off', { status: '503', answerStatus: '-' }],
    ['an answer that it cannot read', { status: '500', lambdaError: 'malformed' }],
  ])('is counted: %s', (_, broken) => {
    expect(takes(FilterPattern, { ...answered, ...broken })).toBe(true)
  })

  test.each([
    ['an answer', {}],
    ['a Lambda’s own 503', { status: '503', answerStatus: '503' }],
    ['a refused token', { status: '401', lambdaStatus: '-', answerStatus: '-' }],
    ['a ceiling', { status: '429', lambdaStatus: '-', answerStatus: '-' }],
  ])('is not: %s', (_, broken) => {
    expect(takes(FilterPattern, { ...answered, ...broken })).toBe(false)
  })

  test('rings at the third within a quarter of an hour', () => {
    const [{ MetricName }] = MetricTransformations
    expect(readBy('ApiUnanswered')).toEqual([expect.objectContaining({ MetricName })])
    const state = (count: number) =>
      stateOf(named('ApiUnanswered'), where({ [MetricName]: [NO, NO, NO, NO, count] }))
    expect([2, 3].map(state)).toEqual(['OK', 'ALARM'])
    expect(named('ApiUnanswered').Metrics[1].MetricStat.Period).toBe(900)
  })

  test('has all the fields in the log that the filter looks at', () => {
    const [[, stage] = []] = ofType('AWS::ApiGatewayV2::Stage')
    const fields = Object.keys(JSON.parse(stage?.Properties.AccessLogSettings.Format))
    expect(fields).toEqual(expect.arrayContaining(Object.keys(answered)))
  })
})
