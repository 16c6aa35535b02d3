import type { PreSignUpTriggerEvent } from 'aws-lambda'
import { describe, expect, test, vi } from 'vitest'
import { signUpPolicy } from '../../functions/handlers/signUpPolicy.ts'
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

const FIREWALL = {
  webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/pay/1a2b',
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

  const domains = { policy: 'domains', domains: ['example.com'] }
  const signUpState = (id: string, signUp: object, data: Readonly<Record<string, Series>>) =>
    stateOf(named(id, synthesize({ phoneCountries: 'all', signUp }).ofType), where(data))
  const newest = (count: number): Series => [NO, NO, NO, NO, count]

  describe.each([
    ['closed', { policy: 'closed' }],
    ['open', { policy: 'open' }],
    ['for some domains', domains],
  ])('sign-up that is %s', (_, signUp) => {
    test('rings at the third crash, also beside sign-ups that were let in', () => {
      const state = (errors: number) =>
        signUpState('SignUpFails', signUp, { Errors: newest(errors), Invocations: newest(1000) })
      expect([2, 3].map(state)).toEqual(['OK', 'ALARM'])
    })

    test.each([
      ['no refusal was ever counted', []],
      ['no refusal is counted now', [1, 1, NO, NO, NO]],
    ] as [string, Series][])('rings at crashes where %s', (_, SignUpRefused) => {
      expect(signUpState('SignUpFails', signUp, { Errors: newest(3), SignUpRefused })).toBe('ALARM')
    })
  })

  test('refusals, which are errors too, neither ring as crashes nor hide them', () => {
    const state = (errors: number, refused: number) =>
      signUpState('SignUpFails', domains, {
        Errors: newest(errors),
        SignUpRefused: newest(refused),
      })
    expect([state(500, 500), state(502, 500), state(503, 500)]).toEqual(['OK', 'OK', 'ALARM'])
    // A refusal is counted before the Lambda's error is.
    expect(state(0, 500)).toBe('OK')
  })

  test('refusals ring by themselves where they are many, and where the policy refuses at all', () => {
    const state = (refused: number) =>
      signUpState('SignUpsRefused', domains, { SignUpRefused: newest(refused) })
    expect([19, 20].map(state)).toEqual(['OK', 'ALARM'])
    for (const policy of ['closed', 'open']) {
      const { ofType } = synthesize({ phoneCountries: 'all', signUp: { policy } })
      expect(() => named('SignUpsRefused', ofType)).toThrow()
    }
  })

  test.each([
    ['an address of another domain', { SIGN_UP: 'domains', SIGN_UP_DOMAINS: 'example.com' }, 1],
    ['a stranger where accounts are by invitation', { SIGN_UP: 'closed' }, 1],
    ['a setting that is missing, which is a fault', {}, 0],
  ])('one line, which the filter takes, is written at %s', async (_, env, lines) => {
    const written = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const event = { triggerSource: 'PreSignUp_SignUp', request: { userAttributes: {} } }
    await expect(signUpPolicy(env)(event as unknown as PreSignUpTriggerEvent)).rejects.toThrow()
    const [[, filter] = []] = ofType('AWS::Logs::MetricFilter').filter(([id]) => /SignUp/.test(id))
    const { FilterPattern, LogGroupName } = filter?.Properties ?? {}
    const taken = written.mock.calls.filter(([line]) => `"${line}"` === FilterPattern)
    written.mockRestore()
    expect(taken).toHaveLength(lines)
    expect(LogGroupName.Ref).toMatch(/^LambdasSignUpPolicyLogs/)
  })
})

describe('rings, where payments are many', () => {
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

describe('rings, where payments are few', () => {
  const alarm = named('RingsSilentForHours')
  /** Three days, and a little more; each value in the hour that is so long ago. */
  const hours = (...values: readonly (readonly [hoursAgo: number, count: number])[]): Series => {
    const byAge = new Map(values)
    return Array.from({ length: 75 }, (_, i) => byAge.get(74 - i))
  }
  const each = (count: number | undefined): Series => Array.from({ length: 75 }, () => count)

  test.each<[string, Series, Series, string]>([
    ['a payment a day rings nobody', hours([0, 1], [25, 1], [50, 1]), each(NO), 'ALARM'],
    [
      'nobody was rung since the third payment ago',
      hours([0, 1], [2, 1], [5, 1], [9, 1]),
      hours([9, 1]),
      'ALARM',
    ],
    ['many payments ring nobody', each(9), each(NO), 'ALARM'],
    [
      'many payments ring nobody for three hours',
      each(9),
      [...each(9).slice(3), NO, NO, NO],
      'ALARM',
    ],
    ['each payment rings', hours([0, 1], [25, 1], [50, 1]), hours([0, 1], [25, 1], [50, 1]), 'OK'],
    [
      'a ring is counted an hour later, and the newest not yet',
      hours([0, 1], [25, 1], [50, 1]),
      hours([24, 1], [50, 1]),
      'OK',
    ],
    ['the silence is more than three days ago', hours([0, 1], [1, 1], [72, 1]), each(NO), 'OK'],
    ['other things ring, and no payment starts', each(NO), each(2), 'OK'],
    ['no payment starts', each(NO), each(NO), 'OK'],
    ['nothing was ever counted', [], [], 'OK'],
  ])('where %s', (_, PaymentStarted, Invocations, state) => {
    expect(stateOf(alarm, where({ PaymentStarted, Invocations }))).toBe(state)
  })

  test('looks at hours, of what is called for rings', () => {
    expect(JSON.stringify(alarm.Metrics)).toContain('"Period":3600')
    const [started, runs] = readBy('RingsSilentForHours').map(({ Dimensions: [name] = [] }) =>
      text(name?.Value),
    )
    expect([started, runs].sort()).toEqual([
      expect.stringMatching(/^<LambdasRingDevices/),
      'payfriend-dev',
    ])
  })
})

describe('a firewall', () => {
  const { ofType: ofWalled } = synthesize(FIREWALL)
  const newest = (count: number): Series => [NO, NO, NO, NO, count]
  const state = (id: string, data: Readonly<Record<string, number>>) =>
    stateOf(
      named(id, ofWalled),
      where(Object.fromEntries(Object.entries(data).map(([name, n]) => [name, newest(n)]))),
    )

  test.each<[string, Record<string, number>, string]>([
    ['CloudFront sends a secret that is not known', { OriginSecretUnknown: 3 }, 'ALARM'],
    ['… also if some Lambdas know it', { OriginSecretUnknown: 3, CameThrough: 500 }, 'ALARM'],
    [
      'CloudFront sends no secret, so that nothing comes through',
      { OriginSecretMissing: 3 },
      'ALARM',
    ],
    ['strangers come past it beside payers', { OriginSecretMissing: 99, CameThrough: 1 }, 'OK'],
    ['one refused request is no sign', { OriginSecretUnknown: 1, OriginSecretMissing: 1 }, 'OK'],
    ['a stranger makes up secrets, by day', { StrangerPastFirewall: 500, CameThrough: 1 }, 'OK'],
    ['a stranger makes up secrets, while nobody pays', { StrangerPastFirewall: 500 }, 'OK'],
    ['all comes through', { CameThrough: 500 }, 'OK'],
    ['nothing is asked', {}, 'OK'],
  ])('tells of a page that its own API refuses: %s', (_, data, expected) => {
    expect(state('PageRefused', data)).toBe(expected)
  })

  test('tells of a flood past it, also while payers come through', () => {
    for (const who of ['OriginSecretMissing', 'StrangerPastFirewall']) {
      const flood = (n: number) => state('FirewallPassed', { [who]: n, CameThrough: 500 })
      expect([who, ...[99, 100].map(flood)]).toEqual([who, 'OK', 'ALARM'])
    }
    const both = { OriginSecretMissing: 50, StrangerPastFirewall: 50 }
    expect(state('FirewallPassed', both)).toBe('ALARM')
  })

  test.each([
    ['an answer to the page', { status: '200', routeKey: 'GET /payments' }, true],
    ['a payment that was started', { status: '201', routeKey: 'POST /payments' }, true],
    ['a refusal', { status: '403', routeKey: 'GET /payments' }, false],
    [
      'a callback, which comes past it rightly',
      { status: '200', routeKey: 'POST /payments/callback' },
      false,
    ],
  ])('counts as come through: %s', (_, line, isCounted) => {
    const [[, filter] = []] = ofWalled('AWS::Logs::MetricFilter').filter(([id]) =>
      /CameThrough/.test(id),
    )
    expect(takes(filter?.Properties.FilterPattern, line)).toBe(isCounted)
  })

  test.each(['PageRefused', 'FirewallPassed'])('%s is no alarm where none stands', (id) => {
    expect(() => named(id)).toThrow()
    expect(ofType('AWS::Logs::MetricFilter').filter(([id]) => /CameThrough/.test(id))).toEqual([])
  })

  test('has what is refused for its address on the dashboard', () => {
    const [[, board] = []] = ofWalled('AWS::CloudWatch::Dashboard')
    for (const name of ['OriginSecretMissing', 'OriginSecretUnknown', 'StrangerPastFirewall']) {
      expect(JSON.stringify(board)).toContain(name)
    }
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
