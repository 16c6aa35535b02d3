/** The alarms of what rings payers' devices. */
import { Duration } from 'aws-cdk-lib'
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { type AlarmRule, AT_ONCE, FAULTS_MIN, PERIOD, QUARTER, TEN_MINUTES } from './alarmRule.ts'
import { filled, type StageMetrics } from './metrics.ts'

/**
 * For stages in which a payment starts now and then. The ring of an hour's last payment may be counted in the next hour,
 * and that of the newest is not counted yet: two hours can be silent by chance, three of three days hardly.
 */
const THREE_DAYS = { of: 72, alarming: 3 }

/** Push services, the Lambda that rings, and whether anything calls it. */
export const ringRules = (
  own: StageMetrics['own'],
  { ringErrors, ringRuns }: Pick<StageMetrics, 'ringErrors' | 'ringRuns'>,
): AlarmRule[] => {
  const unrung = (period: Duration) =>
    new MathExpression({
      expression: 'IF(FILL(runs, 0) == 0, FILL(started, 0), 0)',
      usingMetrics: { runs: ringRuns, started: own('PaymentStarted') },
      label: 'payments that nothing rang for',
      period,
    })
  return [
    {
      id: 'PushFault',
      what: 'Push services do not accept our key or our requests, so devices do not ring',
      heading: 'Alarm: push faults',
      metric: filled(own('PushFault'), QUARTER),
      // A browser that subscribed with another server's key causes one at each ring of its payer.
      threshold: FAULTS_MIN,
      periods: AT_ONCE,
    },
    {
      id: 'RingFails',
      what: 'The Lambda that rings devices fails, so they do not ring',
      heading: 'Alarm: rings fail',
      metric: ringErrors.with({ period: QUARTER }),
      threshold: FAULTS_MIN,
      periods: AT_ONCE,
    },
    {
      id: 'RingsSilent',
      what: 'In two periods of five minutes, one after the other, payments were started and no device was rung',
      heading: 'Alarm: rings are silent',
      metric: unrung(PERIOD),
      threshold: 1,
      // The call of a payment at a period's end is counted in the next, which is then not silent.
      periods: TEN_MINUTES,
    },
    {
      id: 'RingsSilentForHours',
      what: 'In three hours of the last three days payments were started and no device was rung',
      heading: 'Alarm: rings are silent',
      metric: unrung(Duration.hours(1)),
      threshold: 1,
      periods: THREE_DAYS,
    },
  ]
}
