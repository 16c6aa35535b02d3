/** The alarms of the Lambdas that consume the tables' streams. */
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { type AlarmRule, AT_ONCE, PERIOD, TEN_MINUTES } from './alarmRule.ts'
import { filled, type StageMetrics } from './metrics.ts'

/** A change becomes a dead letter after two hours; the person on call still has most of that time. */
const BEHIND_MS = 15 * 60_000

/** Archive, events, and whether they keep up with the streams. */
export const consumerRules = (
  own: StageMetrics['own'],
  {
    consumersBehind,
    looks,
    setAside,
  }: Pick<StageMetrics, 'consumersBehind' | 'looks' | 'setAside'>,
): AlarmRule[] => [
  {
    id: 'ArchiveFaults',
    what: 'Entries of the audit trail cannot be written to the archive',
    heading: 'Alarm: archive faults',
    metric: filled(own('ArchiveFault')),
    // Writes are retried, so a fault that is still counted minutes later is no blip.
    threshold: 1,
  },
  {
    id: 'PublishFault',
    what: 'Events of payments and accounts cannot be published',
    heading: 'Alarm: publishing faults',
    metric: filled(own('PublishFault')),
    threshold: 1,
  },
  ...looks.map(({ consumer, of, looks }) => ({
    id: `${consumer}${of}Silent`,
    what: `${consumer} has not looked for changes of ${of.toLowerCase()} for ten minutes`,
    heading: 'Alarm: a consumer is silent',
    metric: filled(looks),
    threshold: 1,
    periods: TEN_MINUTES,
    kind: 'heartbeat' as const,
  })),
  {
    id: 'SetAside',
    what: 'Changes were set aside: they are neither in the archive nor published until you replay them',
    heading: 'Alarm: changes are set aside',
    metric: new MathExpression({
      // Without data where there is nothing, so that nothing that comes later sets the alarm back.
      expression: `IF(SUM([${idsOf(setAside)}]) > 0, SUM([${idsOf(setAside)}]))`,
      usingMetrics: Object.fromEntries(setAside.map((metric, i) => [`m${i}`, metric])),
      label: 'changes set aside',
      period: PERIOD,
    }),
    threshold: 1,
    periods: AT_ONCE,
    kind: 'latch',
  },
  ...consumersBehind.map((metric, i) => ({
    id: `Behind${i}`,
    what: 'A Lambda that consumes the streams of payments and payers is far behind them',
    heading: 'Alarm: far behind the payments',
    metric,
    threshold: BEHIND_MS,
  })),
  ...(['AuditTrailRewritten', 'AuditTrailRemoved'] as const).map((name) => ({
    id: name,
    what: 'A payment or an account was rewritten or removed, and not by Payfriend',
    heading: 'Alarm: a payment’s audit trail was touched',
    metric: filled(own(name)),
    // Payfriend never does this, so even one was done by hand.
    threshold: 1,
    periods: AT_ONCE,
  })),
]

/** The ids in an expression of this many metrics. */
const idsOf = (metrics: readonly IMetric[]) => metrics.map((_, i) => `m${i}`).join(', ')
