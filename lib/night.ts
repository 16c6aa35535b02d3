import { Annotations } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { Provider } from '../functions/routes.ts'
import { type AlarmRule, alarmRules } from './alarms.ts'
import { addDashboard } from './dashboard.ts'
import { type WatchedProps, watched } from './watched.ts'

export type NightProps = Omit<WatchedProps, 'stage' | 'consumers'> & {
  readonly settings: {
    readonly stage: string
    readonly provider: Provider
    readonly keepData: boolean
    readonly limits: { readonly textsPerDayForStage: number }
    /** A topic of the owner's, of the same region, that wakes somebody. */
    readonly alarmTopicArn?: string | undefined
    /** Where RUNBOOK.md can be read, without an anchor. */
    readonly runbookUrl: string
  }
  readonly consumers?: WatchedProps['consumers']
}

/** Who looks after a stage while nobody looks: its alarms, and a dashboard for whoever they wake. */
export class Night extends Construct {
  constructor(scope: Construct, id: string, { settings, consumers = [], ...props }: NightProps) {
    super(scope, id)
    const { stage, provider, limits, runbookUrl, alarmTopicArn, keepData } = settings
    const all = watched(this, { ...props, stage, consumers })
    const rules = alarmRules(all, {
      provider,
      textsPerDayForStage: limits.textsPerDayForStage,
      hasConsumers: consumers.length > 0,
    })
    const alarms = rules.map((rule) => this.create(rule, runbookUrl))
    addDashboard(this, all, alarms)

    if (alarmTopicArn) {
      const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', alarmTopicArn))
      for (const alarm of alarms) {
        alarm.addAlarmAction(action)
        alarm.addOkAction(action)
      }
    } else if (keepData) {
      Annotations.of(this).addWarningV2(
        'payfriend:silentAlarms',
        'The alarms wake nobody: the setting `alarmTopicArn` can name a topic of yours.',
      )
    }
  }

  private create(rule: AlarmRule, runbookUrl: string): Alarm {
    const { id, what, heading, metric, threshold } = rule
    const { of, ringing } = rule.periods ?? { of: 3, ringing: 2 }
    return new Alarm(this, id, {
      alarmDescription: `${what}. ${runbookUrl}#${anchorOf(heading)}`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: of,
      datapointsToAlarm: ringing,
      // Nothing is counted where nothing happens.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
  }
}

/** As GitHub names a heading: "Alarm: text spike" → "alarm-text-spike". */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')
