import { globSync, readFileSync } from 'node:fs'
import { App, Stack } from 'aws-cdk-lib'
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions'
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { Function as AwsLambda, Code, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { describe, expect, test } from 'vitest'
import { APPROVALS, metrics, NAMESPACE } from '../../functions/metrics.ts'
import { consumers, lambdas, lambdasOf, providers, triggers } from '../../functions/routes.ts'
import { tables } from '../../functions/tables.ts'
import { METRICS_IN_ALARM_MAX } from '../../lib/monitoring/metrics.ts'
import { anchorOf, Monitoring, type MonitoringProps } from '../../lib/monitoring/monitoring.ts'
import { type Resource, synthesize, withProvider } from './synthesized.ts'

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:alarms'
const runbook = readFileSync('docs/guides/runbook.md', 'utf8')
const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

/** Monitoring alone, without the stage that it looks after. */
function monitoringOf(settings: Partial<MonitoringProps['settings']> = {}) {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Monitoring')
  const lambda = (id: string) =>
    new AwsLambda(stack, id, {
      code: Code.fromInline('x'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
    })
  new Monitoring(stack, 'Monitoring', {
    settings: {
      stage: 'live',
      provider: 'authy',
      keepData: true,
      limits: { textsPerDayForStage: 500 },
      signUp: { policy: 'closed' },
      runbookUrl: 'docs/guides/runbook.md',
      ...settings,
    },
    routed: [lambda('One'), lambda('Two')],
    sweep: lambda('Sweep'),
    ringDevices: lambda('RingDevices'),
    triggers: {
      tokenClaims: lambda('TokenClaims'),
      signUpPolicy: { function: lambda('SignUpPolicy'), log: new LogGroup(stack, 'SignUpLog') },
    },
    tables: [
      {
        table: new Table(stack, 'Table', {
          partitionKey: { name: 'id', type: AttributeType.STRING },
        }),
        indexes: [],
      },
    ],
    accessLog: new LogGroup(stack, 'Log'),
  })
  return { stack, alarms: alarmsOf(Object.entries(Template.fromStack(stack).toJSON().Resources)) }
}

const alarmsOf = (resources: [string, Resource][]) =>
  resources.flatMap(([, { Type, Properties }]) =>
    Type === 'AWS::CloudWatch::Alarm' ? [Properties] : [],
  )

type Stat = { Namespace: string; MetricName: string; Dimensions?: object[] }
/** The metrics that an alarm reads, behind its expressions too. */
const readBy = (alarm: Resource[string]): Stat[] =>
  alarm.Metrics
    ? alarm.Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: Stat } }) =>
        MetricStat ? [MetricStat.Metric] : [],
      )
    : [alarm]

type Queried = {
  readonly Expression?: string
  readonly ReturnData?: boolean
  readonly MetricStat?: { readonly Period: number }
}
/** The periods, in seconds, over which an alarm's metrics are summed up. */
const periodsOf = ({ Metrics }: Resource[string]): number[] => [
  ...new Set<number>(
    Metrics.flatMap(({ MetricStat }: Queried) => (MetricStat ? [MetricStat.Period] : [])),
  ),
]

/** The text of a dashboard; what is known only when it is deployed is left out. */
const bodyOf = ({ Properties }: Resource): string =>
  Properties.DashboardBody['Fn::Join'][1]
    .map((part: unknown) => (typeof part === 'string' ? part : 'x'))
    .join('')

/** The streams that are consumed: one of each table for each consumer. */
const streams = consumers.flatMap((consumer) =>
  Object.keys(tables).map((table) => `${consumer} of ${table}`),
)

/** What nothing can count without a firewall. */
const OF_FIREWALLS = ['OriginSecretMissing', 'OriginSecretUnknown', 'StrangerPastFirewall']
/** What nothing can count without a provider. */
const OF_PROVIDERS = [
  'CallbackForged',
  'CallbackForgedForPayment',
  'CallbackMismatched',
  'CallbackNotUnderstood',
  'CallbackTimeless',
  'CallbackUnsigned',
  'CodeWrong',
  'PhoneVerified',
  'ProviderFault',
  'ProviderMs',
  'PushesDenied',
  'SmsOff',
  'TextAsked',
]

describe.each(providers)('with %s', (provider) => {
  const { ofType, the } = synthesize(withProvider[provider])
  const alarms = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties)
  const body = bodyOf(the('AWS::CloudWatch::Dashboard'))

  test('every metric that an alarm or the dashboard names is one that the Lambdas count, of this stage', () => {
    const alarmed = alarms.flatMap(readBy).filter(({ Namespace }) => Namespace === NAMESPACE)
    for (const { MetricName, Dimensions } of alarmed) {
      expect(Object.keys(metrics)).toContain(MetricName)
      expect(Dimensions).toEqual([{ Name: 'service', Value: 'payfriend-dev' }])
    }
    const drawn = [...body.matchAll(/\["Payfriend","(\w+)","service","payfriend-dev"/g)]
    expect(drawn.length).toBeGreaterThan(20)
    expect(body.match(/"Payfriend"/g)).toHaveLength(drawn.length)
    expect(drawn.map(([, name]) => name).filter((name = '') => !(name in metrics))).toEqual([])
  })

  test('everything that is counted is on the dashboard, and of a provider only where there is one', () => {
    const absent = Object.keys(metrics).filter((name) => !body.includes(`"${name}"`))
    const ofProviders = provider === 'none' ? OF_PROVIDERS : []
    expect(absent.sort()).toEqual([...ofProviders, ...OF_FIREWALLS].sort())
  })

  test('who gets no callbacks has no alarms of them', () => {
    const named = alarms.flatMap(readBy).map(({ MetricName }) => MetricName)
    expect(named.includes('CallbackForged')).toBe(provider === 'authy')
    expect(named.includes('CallbackForgedForPayment')).toBe(provider === 'authy')
    expect(named.includes('CallbackMismatched')).toBe(provider === 'authy')
  })

  test('every alarm says in a sentence what it is and where in the runbook one reads on', () => {
    expect(alarms.length).toBeGreaterThan(10)
    for (const { AlarmDescription } of alarms) {
      const [, anchor] =
        /^[A-Z][^.]+\. docs\/guides\/runbook\.md#(\S+)$/.exec(AlarmDescription) ?? []
      expect(anchors).toContain(anchor)
    }
  })

  test('silence is an alarm where something has to be heard all the time, and one blip only where it is never ordinary', () => {
    const byMissing = Map.groupBy(alarms, ({ TreatMissingData }) => TreatMissingData)
    expect([...byMissing.keys()].sort()).toEqual(['breaching', 'ignore', 'notBreaching'])
    expect(byMissing.get('breaching')).toHaveLength(['sweepPayments', ...streams].length)
    const [setAsideForGood, ...others] = byMissing.get('ignore') ?? []
    expect(setAsideForGood?.AlarmDescription).toMatch(/^Changes were set aside/)
    expect(others).toEqual([])
    for (const alarm of alarms) {
      expect(alarm.ComparisonOperator).toBe(
        alarm.TreatMissingData === 'breaching'
          ? 'LessThanThreshold'
          : 'GreaterThanOrEqualToThreshold',
      )
      expect(alarm.Threshold).toBeGreaterThan(0)
    }
    for (const { DatapointsToAlarm, EvaluationPeriods } of alarms) {
      expect(['1 of 1', '2 of 2', '2 of 3', '3 of 72']).toContain(
        `${DatapointsToAlarm} of ${EvaluationPeriods}`,
      )
    }
    const atOnce = alarms.filter(
      ({ DatapointsToAlarm, Threshold }) => DatapointsToAlarm === 1 && Threshold === 1,
    )
    const names = atOnce.flatMap(readBy).map(({ MetricName }) => MetricName)
    const ofPush = ['CallbackForgedForPayment', 'CallbackMismatched', 'PushesDenied']
    const callbacks = provider === 'authy' ? ofPush : []
    const setAside = ['DroppedEventCount', 'OnFailureDestinationDeliveredEventCount']
    const always = [
      'NotMe',
      'AuditTrailRemoved',
      'AuditTrailRewritten',
      ...streams.flatMap(() => setAside),
    ]
    const switches = provider === 'none' ? ['PaymentsOff'] : ['SmsOff', 'PaymentsOff']
    expect(names.sort()).toEqual([...callbacks, ...switches, ...always].sort())
  })

  test.each([
    ['Fault', 3],
    ['Errors', 3],
    ['ProviderFault', 3],
    ['SmsOff', 1],
    ['PaymentsOff', 1],
  ])('one person who tries again for some minutes is enough to hear of %s', (name, threshold) => {
    const routed = alarms.filter((alarm) => readBy(alarm)[0]?.MetricName === name && alarm.Metrics)
    expect(routed.length > 0).toBe(provider !== 'none' || !OF_PROVIDERS.includes(name))
    for (const alarm of routed) {
      expect(alarm).toMatchObject({ Threshold: threshold, EvaluationPeriods: 1 })
      expect(periodsOf(alarm)).toEqual([900])
    }
  })

  test.each(['Errors', 'Duration'])('the %s of every Lambda with a route are looked at', (name) => {
    const read = alarms.flatMap(readBy).filter(({ MetricName }) => MetricName === name)
    const functions = read.map(({ Dimensions }) => JSON.stringify(Dimensions))
    expect(new Set(functions).size).toBe(functions.length)
    // The sweep, what rings devices, and Cognito's triggers fail by alarms of their own, and nobody waits for them.
    const all = lambdasOf({ provider })
    const routed = all.filter((one) => 'route' in lambdas[one])
    expect(functions).toHaveLength((name === 'Errors' ? [...all, ...triggers] : routed).length)
  })

  test('what is counted seldom is 0 where it is missing, so that an alarm of it ends in time', () => {
    const always = ['Errors', 'IteratorAge']
    for (const alarm of alarms) {
      const [returned] = alarm.Metrics?.filter((one: Queried) => one.ReturnData !== false) ?? []
      if (!returned) expect(always).toContain(alarm.MetricName)
      // A latch stays as it is until a person sets it back.
      else if (alarm.TreatMissingData === 'ignore') expect(returned.Expression).toMatch(/^IF\(SUM/)
      else expect(returned.Expression).toMatch(/^(FILL\(.+, 0\)|MAX\(\[.+\]\)|IF\(FILL\(.+\))$/)
    }
  })

  test('no alarm reads more metrics than CloudWatch takes, or looks back further', () => {
    for (const alarm of alarms) {
      expect(readBy(alarm).length).toBeLessThanOrEqual(METRICS_IN_ALARM_MAX)
      const [seconds = 0] = alarm.Metrics ? periodsOf(alarm) : [alarm.Period]
      // PutMetricAlarm, `Period`: a day, and a week with periods of an hour or more.
      const days = seconds < 3600 ? 1 : 7
      expect(seconds * alarm.EvaluationPeriods).toBeLessThanOrEqual(days * 86_400)
    }
  })

  test('a request that met a ceiling is told from others by the Lambda that was not called', () => {
    const [filter] = ofType('AWS::Logs::MetricFilter').filter(([id]) => /TurnedAway/.test(id))
    const { FilterPattern, LogGroupName, MetricTransformations } = filter?.[1].Properties ?? {}
    expect(FilterPattern).toBe('{ ($.status = "429") && ($.lambdaStatus = "-") }')
    const { Format, DestinationArn } = the('AWS::ApiGatewayV2::Stage').Properties.AccessLogSettings
    expect(DestinationArn['Fn::GetAtt'][0]).toBe(LogGroupName.Ref)
    expect(JSON.parse(Format)).toMatchObject({
      status: '$context.status',
      lambdaStatus: '$context.integrationStatus',
    })
    const [{ MetricNamespace, MetricName }] = MetricTransformations
    expect(alarms.flatMap(readBy)).toContainEqual(
      expect.objectContaining({ Namespace: MetricNamespace, MetricName }),
    )
  })
})

test('every name of the list is counted somewhere', () => {
  const counting = globSync('functions/**/*.ts')
    .filter((file) => !file.endsWith('metrics.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('')
  // An approval's name is made of its channel's.
  expect(counting).toContain("count(outcome.status === 'approved' ? approvedBy(outcome.channel)")
  const named = Object.keys(metrics).filter((name) => !APPROVALS.some((one) => one === name))
  expect(named.filter((name) => !counting.includes(`'${name}'`))).toEqual([])
})

test('the consumers of the streams have alarms where there are any', () => {
  const named = (alarms: Resource[string][]) =>
    alarms.flatMap(readBy).map(({ MetricName }) => MetricName)
  expect(named(monitoringOf().alarms)).not.toContain('IteratorAge')
  const { all } = synthesize()
  const ages = named(alarmsOf(all)).filter((name) => name === 'IteratorAge')
  expect(ages).toHaveLength(consumers.length)
})

test('texts set off an alarm at a tenth of what the stage may send in a day', () => {
  const thresholdOf = (textsPerDayForStage: number) =>
    monitoringOf({ limits: { textsPerDayForStage } }).alarms.find((alarm) =>
      readBy(alarm).some(({ MetricName }) => MetricName === 'TextAsked'),
    )?.Threshold
  expect([500, 501, 1].map(thresholdOf)).toEqual([50, 51, 1])
})

test('a stranger’s forged callbacks set off an alarm when they are many, and one that names a payment at once', () => {
  const thresholdsOf = (name: string) =>
    monitoringOf().alarms.flatMap((alarm) =>
      readBy(alarm)[0]?.MetricName === name
        ? [[alarm.Threshold, alarm.DatapointsToAlarm, ...periodsOf(alarm)]]
        : [],
    )
  expect(thresholdsOf('CallbackForged')).toEqual([[100, 1, 300]])
  expect(thresholdsOf('CallbackForgedForPayment')).toEqual([[1, 1, 900]])
  expect(thresholdsOf('CallbackUnsigned')).toEqual([])
})

test('alarms notify the topic of the settings when they begin and when they are over', () => {
  for (const alarm of monitoringOf({ alarmTopicArn: TOPIC }).alarms) {
    expect(alarm.AlarmActions).toEqual([TOPIC])
    expect(alarm.OKActions).toEqual([TOPIC])
  }
})

test('a stage that keeps its data is told that its alarms notify nobody; one with a topic or nothing to lose is not', () => {
  const warned = (settings: Partial<MonitoringProps['settings']>) => {
    const { stack, alarms } = monitoringOf(settings)
    for (const alarm of alarms) {
      expect('AlarmActions' in alarm).toBe(settings.alarmTopicArn !== undefined)
    }
    const told = Match.stringLikeRegexp('alarmTopicArn')
    return Annotations.fromStack(stack).findWarning('*', told).length
  }
  expect([{}, { alarmTopicArn: TOPIC }, { keepData: false }].map(warned)).toEqual([1, 0, 0])
})

test('the runbook is where the settings say', () => {
  for (const { AlarmDescription } of monitoringOf({ runbookUrl: 'https://example.com/runbook' })
    .alarms) {
    expect(AlarmDescription).toContain('. https://example.com/runbook#alarm-')
  }
})

test('watching gives nobody a right', () => {
  const { stack } = monitoringOf({ alarmTopicArn: TOPIC })
  const template = Template.fromStack(stack)
  expect(template.findResources('AWS::IAM::Policy')).toEqual({})
  expect(template.findResources('AWS::SNS::TopicPolicy')).toEqual({})
})

test('each part of the stage that the runbook’s commands name is there, once', () => {
  const { ofType } = synthesize(withProvider.authy)
  const named = (type: string, start: string) =>
    ofType(type).filter(([id]) => id.startsWith(start)).length
  const logs = [...runbook.matchAll(/\blog ([A-Z][A-Za-z]+)/g)].map(([, start = '']) => start)
  expect(logs.length).toBeGreaterThan(8)
  for (const start of logs) expect([start, named('AWS::Logs::LogGroup', start)]).toEqual([start, 1])
  const parts = [...runbook.matchAll(/\$\(parts (AWS::\w+::\w+) '(\w*)'\)/g)]
  // None that is written in another way, and so not looked for.
  expect(parts).toHaveLength(runbook.split('$(parts ').length - 2)
  for (const [, type = '', start = ''] of parts) {
    expect([type, named(type, start)]).toEqual([type, 1])
  }
})
