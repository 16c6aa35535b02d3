/** The alarms of requests that CloudFront did not send, where a firewall stands in front. */
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { type AlarmRule, AT_ONCE, FAULTS_MIN, PERIOD, QUARTER } from './alarmRule.ts'
import type { StageMetrics } from './metrics.ts'

/** Requests past the firewall in five minutes. Any stranger can send one, and it is refused before all else. */
const PAST_FIREWALL_MIN = 100

/** Whether the page itself is refused, and whether strangers walk around the firewall. */
export const firewallRules = (own: StageMetrics['own'], cameThrough: IMetric): AlarmRule[] => [
  {
    id: 'PageRefused',
    what: 'The API refuses the requests of its own page, so nobody can pay',
    heading: 'Alarm: the page is refused',
    metric: new MathExpression({
      // Both are of payers with a token: a stranger's do not count. A payer's own program may send no secret, so these
      // count only where nothing comes through.
      expression: 'FILL(unknown, 0) + IF(FILL(through, 0) == 0, FILL(missing, 0), 0)',
      usingMetrics: {
        unknown: own('OriginSecretUnknown'),
        missing: own('OriginSecretMissing'),
        through: cameThrough,
      },
      label: 'requests of the page that were refused',
      period: QUARTER,
    }),
    threshold: FAULTS_MIN,
    periods: AT_ONCE,
  },
  {
    id: 'FirewallPassed',
    what: 'Many requests are sent to the API past the firewall; each is refused',
    heading: 'Alarm: requests past the firewall',
    metric: new MathExpression({
      expression: 'FILL(strangers, 0) + FILL(missing, 0)',
      usingMetrics: { strangers: own('StrangerPastFirewall'), missing: own('OriginSecretMissing') },
      label: 'requests past the firewall',
      period: PERIOD,
    }),
    threshold: PAST_FIREWALL_MIN,
    periods: AT_ONCE,
  },
]
