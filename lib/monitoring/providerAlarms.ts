/** The alarms of what a provider sends and answers. */
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { type AlarmRule, AT_ONCE, QUARTER } from './alarmRule.ts'
import { filled, type StageMetrics } from './metrics.ts'

/** The provider counts as down if this many calls fail, and a fifth of all: one failure in thousands is ordinary. */
const PROVIDER_FAULTS_MIN = 3
const PROVIDER_FAULTS_SHARE = 0.2
/** The share of the stage's daily limit of texts that is unusual within a quarter of an hour. */
const TEXTS_SHARE = 0.1
/**
 * Callbacks with a wrong signature in five minutes. Any stranger can send one, and it changes nothing. If our own key
 * is wrong, the alarm for callbacks that name a payment comes first.
 */
const FORGED_MIN = 100

/** Only where a provider is asked. */
export const textRules = (own: StageMetrics['own'], textsPerDayForStage: number): AlarmRule[] => [
  {
    id: 'ProviderDown',
    what: 'The provider of texts and pushes fails a good part of its calls',
    heading: 'Alarm: provider down',
    metric: new MathExpression({
      // Calls that could not be made, as without a key, count as faults and have no duration.
      expression: `IF(FILL(faults, 0) >= ${PROVIDER_FAULTS_SHARE} * FILL(calls, 0), FILL(faults, 0), 0)`,
      usingMetrics: {
        faults: own('ProviderFault'),
        calls: own('ProviderMs', Stats.SAMPLE_COUNT),
      },
      label: 'faults of the provider',
      period: QUARTER,
    }),
    threshold: PROVIDER_FAULTS_MIN,
    periods: AT_ONCE,
  },
  {
    id: 'TextSpike',
    what: 'Far more texts and calls are asked for than usual, and each costs',
    heading: 'Alarm: text spike',
    metric: filled(own('TextAsked'), QUARTER),
    threshold: Math.ceil(TEXTS_SHARE * textsPerDayForStage),
    // At once, because each minute costs money.
    periods: AT_ONCE,
  },
]

/** Only where callbacks come in. */
export const callbackRules = (own: StageMetrics['own']): AlarmRule[] => [
  {
    id: 'ForgedCallbacks',
    what: 'Many callbacks without a valid signature name no payment that exists',
    heading: 'Alarm: forged callbacks',
    metric: filled(own('CallbackForged')),
    threshold: FORGED_MIN,
    periods: AT_ONCE,
  },
  {
    id: 'CallbackForgedForPayment',
    what: 'A callback without a valid signature names a payment that exists',
    heading: 'Alarm: a forged callback for a payment',
    metric: filled(own('CallbackForgedForPayment'), QUARTER),
    // No stranger knows a payment's id: it is an attack, or our key is not the one in Authy's console.
    threshold: 1,
    periods: AT_ONCE,
  },
  {
    id: 'MismatchedCallbacks',
    what: 'A callback with a good signature shows another payment than the one stored, or makes no sense',
    heading: 'Alarm: mismatched callbacks',
    metric: filled(own('CallbackMismatched')),
    // It has a valid signature, so even one is never ordinary.
    threshold: 1,
    periods: AT_ONCE,
  },
  {
    id: 'PushesDenied',
    what: 'A payer denied three payments in a row: somebody else may be starting them',
    heading: 'Alarm: pushes denied in a row',
    metric: filled(own('PushesDenied'), QUARTER),
    // Two may be mistakes of the payer; a third means that another person uses the payer's account.
    threshold: 1,
    periods: AT_ONCE,
  },
]
