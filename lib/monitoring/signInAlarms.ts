/** The alarms of the Lambdas that Cognito calls at a sign-in and a sign-up. */
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { type AlarmRule, AT_ONCE, FAULTS_MIN, QUARTER } from './alarmRule.ts'
import { filled, type StageMetrics } from './metrics.ts'

/** Refused sign-ups in a quarter of an hour: where strangers may try, a few are ordinary. */
const SIGN_UPS_REFUSED_MIN = 20

/**
 * Whether tokens and accounts can be made. `tokenClaims` refuses nobody, so that each of its errors is a fault.
 *
 * @param refusesSignUps whether the policy of sign-up refuses strangers; elsewhere it refuses nobody, or Cognito does it
 */
export const signInRules = (
  { signInErrors, signUp }: Pick<StageMetrics, 'signInErrors' | 'signUp'>,
  refusesSignUps: boolean,
): AlarmRule[] => [
  {
    id: 'SignInFails',
    what: 'Nobody can sign in or stay signed in, because the Lambda that adds to the tokens fails',
    heading: 'Alarm: sign-in fails',
    metric: filled(signInErrors, QUARTER),
    threshold: FAULTS_MIN,
    periods: AT_ONCE,
  },
  ...(signUp
    ? [
        {
          id: 'SignUpFails',
          what: 'Sign-ups or invitations fail, because the Lambda that decides on them crashes',
          heading: 'Alarm: sign-up fails',
          metric: new MathExpression({
            // A refusal is an error of the Lambda too. Its line is counted within seconds, and the error minutes after.
            expression: 'FILL(errors, 0) - FILL(refused, 0)',
            usingMetrics: signUp,
            label: 'sign-ups that failed',
            period: QUARTER,
          }),
          threshold: FAULTS_MIN,
          periods: AT_ONCE,
        },
      ]
    : []),
  ...(signUp && refusesSignUps
    ? [
        {
          id: 'SignUpsRefused',
          what: 'Many sign-ups are refused, because their addresses are of other domains',
          heading: 'Alarm: sign-ups refused',
          metric: filled(signUp.refused, QUARTER),
          threshold: SIGN_UPS_REFUSED_MIN,
          periods: AT_ONCE,
        },
      ]
    : []),
]
