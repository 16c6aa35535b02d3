import { Annotations } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { Carriers } from '../../functions/routes.ts'
import { hasFirewall } from '../firewallSettings.ts'
import type { AlarmRule } from './alarmRule.ts'
import { alarmRules } from './alarms.ts'
import { addDashboard } from './dashboard.ts'
import { type MetricsProps, stageMetrics } from './metrics.ts'

export type MonitoringProps = Omit<MetricsProps, 'stage' | 'consumers' | 'hasFirewall'> & {
  readonly settings: Carriers & {
    readonly stage: string
    readonly keepData: boolean
    readonly limits: { readonly textsPerDayForStage: number }
    readonly signUp: { readonly policy: 'open' | 'domains' | 'closed' }
    readonly webAclArn?: string | undefined
    readonly requestsPerAddress?: number | undefined
    /** The owner's SNS topic, in the same region, that notifies the person on call. */
    readonly alarmTopicArn?: string | undefined
    /** The address of the runbook, without an anchor. */
    readonly runbookUrl: string
  }
  readonly consumers?: MetricsProps['consumers']
}

/** The monitoring of a stage: its alarms, and a dashboard for the person on call. */
export class Monitoring extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, consumers = [], ...props }: MonitoringProps,
  ) {
    super(scope, id)
    const { stage, provider, formerProvider, limits, signUp, runbookUrl, alarmTopicArn, keepData } =
      settings
    const all = stageMetrics(this, {
      ...props,
      stage,
      consumers,
      hasFirewall: hasFirewall(settings),
    })
    const rules = alarmRules(all, {
      provider,
      formerProvider,
      textsPerDayForStage: limits.textsPerDayForStage,
      hasConsumers: consumers.length > 0,
      refusesSignUps: signUp.policy === 'domains',
    })
    const alarms = rules.map((rule) => this.create(rule, runbookUrl))
    addDashboard(this, all, alarms, settings)

    if (alarmTopicArn) {
      const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', alarmTopicArn))
      for (const alarm of alarms) {
        alarm.addAlarmAction(action)
        alarm.addOkAction(action)
      }
    } else if (keepData) {
      Annotations.of(this).addWarningV2(
        'payfriend:silentAlarms',
        'The alarms notify nobody: the setting `alarmTopicArn` can name a topic of yours.',
      )
    }
  }

  private create(rule: AlarmRule, runbookUrl: string): Alarm {
    const { id, what, heading, metric, threshold, kind = 'count' } = rule
    const { of, alarming } = rule.periods ?? { of: 3, alarming: 2 }
    return new Alarm(this, id, {
      alarmDescription: `${what}. ${runbookUrl}#${anchorOf(heading)}`,
      metric,
      threshold,
      comparisonOperator:
        kind === 'heartbeat'
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: of,
      datapointsToAlarm: alarming,
      treatMissingData: WITHOUT_DATA[kind],
    })
  }
}

/** What an alarm makes of periods without data. */
const WITHOUT_DATA = {
  // Most metrics are counted only when something happens.
  count: TreatMissingData.NOT_BREACHING,
  heartbeat: TreatMissingData.BREACHING,
  latch: TreatMissingData.IGNORE,
} as const satisfies Record<NonNullable<AlarmRule['kind']>, TreatMissingData>

/** GitHub's anchor of a heading: "Alarm: text spike" → "alarm-text-spike". */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')
