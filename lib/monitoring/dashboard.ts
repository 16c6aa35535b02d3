/** A stage's dashboard, for the person on call. */
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { APPROVALS } from '../../functions/metrics.ts'
import { type Carriers, isCarriedBy, textProviders } from '../../functions/routes.ts'
import type { StageMetrics } from './metrics.ts'

/** CloudWatch's grid has 24 columns. */
const WHOLE = 24
const HALF = 12

export function addDashboard(
  scope: Construct,
  { own, ...metrics }: StageMetrics,
  alarms: readonly IAlarm[],
  carriers: Carriers,
): void {
  const hasTexts = textProviders.some((one) => isCarriedBy(carriers, one))
  const graph = (title: string, ...left: IMetric[]) =>
    new GraphWidget({ title, left, width: HALF, leftYAxis: { min: 0, showUnits: false } })
  const refused = [
    ...(metrics.signUp ? [metrics.signUp.refused] : []),
    ...(metrics.cameThrough
      ? [own('OriginSecretMissing'), own('OriginSecretUnknown'), own('StrangerPastFirewall')]
      : []),
  ]
  new Dashboard(scope, 'Dashboard', {
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WHOLE, height: 4 })],
      [
        graph(
          'Payments',
          own('PaymentStarted'),
          ...APPROVALS.map((name) => own(name)),
          own('PaymentDenied'),
          own('PaymentExpired'),
          own('PaymentFailed'),
          own('PaymentCancelled'),
        ),
        graph(
          'Time to decision, seconds',
          own('DecisionSeconds', Stats.p(50)),
          own('DecisionSeconds', Stats.p(95)),
        ),
      ],
      ...(hasTexts
        ? [
            [
              graph(
                'Provider, milliseconds',
                own('ProviderMs', Stats.p(50)),
                own('ProviderMs', Stats.p(95)),
              ),
              graph(
                'Provider, calls and faults',
                own('ProviderMs', 'SampleCount'),
                own('ProviderFault'),
              ),
            ],
          ]
        : []),
      [
        ...(hasTexts
          ? [
              graph(
                'Texts and calls, codes, phones',
                own('TextAsked'),
                own('CodeWrong'),
                own('PhoneVerified'),
              ),
            ]
          : []),
        graph(
          'Devices',
          own('DeviceAdded'),
          own('DeviceRemoved'),
          own('DeviceStopped'),
          own('ApprovalStale'),
          own('CounterFallen'),
          own('NotMe'),
        ),
        graph(
          'Turned away by the switches',
          ...(hasTexts ? [own('SmsOff')] : []),
          own('PaymentsOff'),
        ),
      ],
      [
        ...(hasTexts
          ? [
              graph(
                'Callbacks',
                own('CallbackUnsigned'),
                own('CallbackForged'),
                own('CallbackForgedForPayment'),
                own('CallbackMismatched'),
                own('PushesDenied'),
                own('CallbackNotUnderstood'),
                own('CallbackTimeless'),
              ),
            ]
          : []),
        graph(
          'Faults',
          own('Fault'),
          own('ArchiveFault'),
          own('PublishFault'),
          own('AuditTrailRewritten'),
          own('AuditTrailRemoved'),
          ...metrics.routedErrors,
          metrics.sweepErrors,
          metrics.ringErrors,
          metrics.signInErrors,
          ...(metrics.signUp ? [metrics.signUp.errors] : []),
          metrics.apiUnanswered,
        ),
        graph('Environments that started without their code cache', own('CodeCacheRefused')),
      ],
      ...(refused.length > 0 ? [[graph('Strangers refused', ...refused)]] : []),
      [
        graph('Rings', own('PushTaken'), own('PushGone'), own('PushLost'), own('PushFault')),
        graph(
          'From a payment’s start to the push service, milliseconds',
          own('RingMs', Stats.p(50)),
          own('RingMs', Stats.p(99)),
        ),
      ],
      [
        graph('Slowest Lambda, p99, milliseconds', ...metrics.slowestP99),
        graph(
          'Throttled',
          metrics.apiThrottled,
          metrics.lambdasThrottled,
          ...metrics.tablesThrottled,
        ),
      ],
      ...(metrics.consumersBehind.length > 0
        ? [[graph('Behind the payments, milliseconds', ...metrics.consumersBehind)]]
        : []),
    ],
  })
}
