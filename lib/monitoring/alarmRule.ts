/** What an alarm is, and what the files of alarms share. */
import { Duration } from 'aws-cdk-lib'
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch'

/** An alarm before it is created. */
export type AlarmRule = {
  readonly id: string
  /** One sentence for the person on call. */
  readonly what: string
  /** The heading of its section in docs/guides/runbook.md. */
  readonly heading: string
  readonly metric: IMetric
  /** The alarm is on at this value and above … */
  readonly threshold: number
  /** … in `alarming` of `of` periods. Default: 2 of 3, so that one blip sets off no alarm. */
  readonly periods?: { readonly of: number; readonly alarming: number }
  /**
   * A `heartbeat` is counted as long as all is well: its alarm is on below the threshold, and where there is no data. A
   * `latch` stays on until a person sets it back. Default: `count`, where no data means that nothing happened.
   */
  readonly kind?: 'count' | 'heartbeat' | 'latch'
}

/**
 * Faults in a quarter of an hour. A bug or an outage repeats, one odd request does not; but with ten payments a day
 * the only sign of it may be one payer who tries again.
 */
export const FAULTS_MIN = 3
/** Over which most metrics are summed up. */
export const PERIOD = Duration.minutes(5)
/** A quarter of an hour, which moves on. */
export const QUARTER = Duration.minutes(15)

/** At the first period. */
export const AT_ONCE = { of: 1, alarming: 1 }
/** Ten minutes, one period after the other. */
export const TEN_MINUTES = { of: 2, alarming: 2 }
