/** Each alarm on sample data: those that count one thing here, the others in `alarms.test.ts`. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Series, type Stat, stateOf } from './cloudWatch.ts'
import { synthesize, withProvider } from './synthesized.ts'

/** Stages that have every alarm together; the first has those of the table below. */
const STAGES = [
  withProvider.authy,
  withProvider.twilioVerify,
  withProvider.none,
  { webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/pay/1a2b' },
  { signUp: { policy: 'domains', domains: ['example.com'] } },
]
const idOf = (logicalId: string) => logicalId.replace(/^Monitoring|[0-9A-F]{8}$/g, '')
const alarmsOf = (given: object) =>
  new Map(
    synthesize(given)
      .ofType('AWS::CloudWatch::Alarm')
      .map(([id, { Properties }]) => [idOf(id), Properties]),
  )
const alarms = alarmsOf(STAGES[0] ?? {})

const NO = undefined
const NEVER: Series = [NO, NO, NO, NO, NO]
/** In the newest period alone, and in the two newest. */
const once = (n: number): Series => [NO, NO, NO, NO, n]
const twice = (n: number): Series => [NO, NO, NO, n, n]

/** What each alarm counts, the most that is quiet, and the least that rings. */
const SAMPLES: readonly (readonly [id: string, metric: string, quiet: Series, rings: Series])[] = [
  ['Faults', 'Fault', once(2), once(3)],
  ['FailedLambdas', 'Errors', once(2), once(3)],
  ['FailedLambdas2', 'Errors', once(2), once(3)],
  ['SweepFails', 'Errors', once(3), twice(3)],
  ['PushFault', 'PushFault', once(2), once(3)],
  ['RingFails', 'Errors', once(2), once(3)],
  ['TextSpike', 'TextAsked', once(49), once(50)],
  ['SlowLambdas', 'Duration', twice(19_999), twice(20_000)],
  ['SlowLambdas2', 'Duration', twice(19_999), twice(20_000)],
  ['SmsOff', 'SmsOff', once(0), once(1)],
  ['PaymentsOff', 'PaymentsOff', once(0), once(1)],
  ['ForgedCallbacks', 'CallbackForged', once(99), once(100)],
  ['CallbackForgedForPayment', 'CallbackForgedForPayment', once(0), once(1)],
  ['MismatchedCallbacks', 'CallbackMismatched', once(0), once(1)],
  ['PushesDenied', 'PushesDenied', once(0), once(1)],
  ['NotMe', 'NotMe', once(0), once(1)],
  ['ArchiveFaults', 'ArchiveFault', once(9), twice(1)],
  ['PublishFault', 'PublishFault', once(9), twice(1)],
  ['Behind0', 'IteratorAge', twice(899_999), twice(900_000)],
  ['Behind1', 'IteratorAge', twice(899_999), twice(900_000)],
  ['AuditTrailRewritten', 'AuditTrailRewritten', once(0), once(1)],
  ['AuditTrailRemoved', 'AuditTrailRemoved', once(0), once(1)],
  ['ApiThrottled', 'ApiThrottled', twice(49), twice(50)],
  ['LambdasThrottled', 'Throttles', once(99), twice(5)],
]

describe.each(SAMPLES)('%s, of %s', (id, metric, quiet, rings) => {
  const { Metrics = [], ...alarm } = alarms.get(id) ?? {}
  const read: Stat[] = [
    ...Metrics.map((one: { MetricStat?: { Metric: Stat } }) => one.MetricStat?.Metric),
    alarm,
  ].filter((one) => one?.MetricName !== undefined)
  const whole = Metrics.length > 0 ? { ...alarm, Metrics } : alarm

  test('is quiet below, rings at the threshold by each that it reads, and is quiet where nothing is counted', () => {
    expect(new Set(read.map(({ MetricName }) => MetricName))).toEqual(new Set([metric]))
    const stateAt = (data: Series, counted: Stat) =>
      stateOf(whole, (one) => (isSame(one, counted) ? data : NEVER))
    for (const one of read) {
      expect([NEVER, quiet, rings].map((data) => stateAt(data, one))).toEqual(['OK', 'OK', 'ALARM'])
    }
  })
})

const isSame = (one: Stat, other: Stat) =>
  JSON.stringify(one.Dimensions) === JSON.stringify(other.Dimensions)

test.each([
  ['a fifth of many calls fails', 3, 15, 'ALARM'],
  ['fewer than a fifth fail', 3, 16, 'OK'],
  ['all of two calls fail', 2, 2, 'OK'],
  ['calls cannot even be made', 3, NO, 'ALARM'],
  ['nothing is called', NO, NO, 'OK'],
] as const)('ProviderDown where %s', (_, faults, calls, state) => {
  const data: Record<string, Series> = {
    ProviderFault: [NO, NO, NO, NO, faults],
    ProviderMs: [NO, NO, NO, NO, calls],
  }
  const alarm = alarms.get('ProviderDown') ?? {}
  expect(stateOf(alarm, ({ MetricName }) => data[MetricName] ?? NEVER)).toBe(state)
})

test('no alarm is without a sample of what it rings at', () => {
  const all = new Set(STAGES.flatMap((given) => [...alarmsOf(given).keys()]))
  expect(all.size).toBeGreaterThan(35)
  const others = readFileSync('test/lib/alarms.test.ts', 'utf8')
  const sampled = new Set<string>(['ProviderDown', ...SAMPLES.map(([id]) => id)])
  expect([...all].filter((id) => !sampled.has(id) && !others.includes(`'${id}'`))).toEqual([])
})
