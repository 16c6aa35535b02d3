/** Checks of what the settings name outside the stack: the mails' identity, the page's name, the topic, the firewall. */
import { GetAccountCommand, GetEmailIdentityCommand, type SESv2Client } from '@aws-sdk/client-sesv2'
import { GetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns'
import { GetWebACLCommand, type WAFV2Client } from '@aws-sdk/client-wafv2'
import { archiveLock } from './archiveLock.ts'
import { type AwsClients, isNamed } from './awsClients.ts'
import { type Check, type Finding, known, right, wrong } from './check.ts'
import { domainChecks } from './domainChecks.ts'
import { originSecrets } from './firewallChecks.ts'
import { otherAccount, type Plan } from './plan.ts'

export const settingChecks = (plan: Plan, clients: AwsClients): Check[] => [
  mails(plan, clients.mail),
  ...domainChecks(plan, clients),
  topic(plan, clients.topics),
  ...(plan.settings.webAclArn ? [firewall(plan.settings.webAclArn, plan, clients.firewall)] : []),
  ...originSecrets(plan),
  archiveLock(plan, clients.buckets),
]

const mails = ({ settings: { sesIdentity }, region, aws }: Plan, client: SESv2Client): Check => ({
  title: 'mails',
  needs: ['ses:GetAccount', 'ses:GetEmailIdentity'],
  async look(abortSignal) {
    if (sesIdentity === undefined) return known(...COGNITOS_MAILER)
    const account = await sending(client, abortSignal)
    if (account.mark !== '✓') return account
    const command = new GetEmailIdentityCommand({ EmailIdentity: sesIdentity })
    try {
      const { VerifiedForSendingStatus } = await client.send(command, { abortSignal })
      if (VerifiedForSendingStatus) return right(`SES sends as ${sesIdentity}`)
      return wrong(
        `SES has not verified ${sesIdentity} yet, and the user pool would not come up`,
        aws(`sesv2 get-email-identity --email-identity ${sesIdentity}`),
      )
    } catch (error) {
      if (!isNamed(error, 'NotFoundException')) throw error
      return wrong(
        `SES knows no ${sesIdentity} in ${region}, and the user pool would not come up`,
        aws(`sesv2 create-email-identity --email-identity ${sesIdentity}`),
      )
    }
  },
})

/** What holds without the setting `sesIdentity`. */
export const COGNITOS_MAILER = [
  "Cognito's own mailer sends them, 50 a day",
  'The setting `sesIdentity` in payfriend.json has Amazon SES send them.',
] as const

/** Whether SES sends to everybody, and not only to addresses that it has verified. */
export async function sending(client: SESv2Client, abortSignal: AbortSignal): Promise<Finding> {
  const found = await client.send(new GetAccountCommand(), { abortSignal })
  if (!found.ProductionAccessEnabled) {
    return wrong(
      'SES is in its sandbox, and sends only to addresses that it has verified',
      'Ask for production access in the console of SES, in this region; it takes a day.',
    )
  }
  if (found.SendingEnabled) return right('SES sends to all addresses')
  return wrong(
    'SES has paused all sending of this account',
    'Look into the console of SES, under Reputation, why.',
  )
}

const topic = (plan: Plan, client: SNSClient): Check => ({
  title: 'alarm topic',
  needs: ['sns:GetTopicAttributes'],
  async look(abortSignal) {
    const { settings, account, region, aws } = plan
    const { alarmTopicArn } = settings
    if (alarmTopicArn === undefined) {
      return known(
        'none is named, so alarms only show in CloudWatch',
        'The setting `alarmTopicArn` in payfriend.json has them notify somebody.',
      )
    }
    const place = alarmTopicArn.split(':')[3]
    if (place !== region) {
      return wrong(
        `it is in ${place}, and the stage in ${region}`,
        `Make one in ${region}: ${aws('sns create-topic --name alarms')}`,
      )
    }
    const other = otherAccount(alarmTopicArn, plan)
    if (other) {
      return known(
        `it is of ${other}, and its policy must let the alarms of ${account} publish; that is not seen here`,
        'After the deployment set an alarm off by hand: the last table of docs/guides/deploying.md says how.',
      )
    }
    const command = new GetTopicAttributesCommand({ TopicArn: alarmTopicArn })
    try {
      const { Attributes = {} } = await client.send(command, { abortSignal })
      if (Attributes.KmsMasterKeyId?.endsWith('alias/aws/sns')) {
        return wrong(
          "it is encrypted with AWS's own key, which CloudWatch may not use",
          'Encrypt it with a key of yours that lets cloudwatch.amazonaws.com use it, or not at all.',
        )
      }
      if (Attributes.SubscriptionsConfirmed === '0') {
        return known(
          'it is there, and nobody is subscribed to it',
          aws(
            `sns subscribe --topic-arn ${alarmTopicArn} --protocol email --notification-endpoint …`,
          ),
        )
      }
      return right('it is there, and somebody is subscribed to it')
    } catch (error) {
      if (!isNamed(error, 'NotFoundException')) throw error
      return wrong('there is none of that ARN', aws('sns create-topic --name alarms'))
    }
  },
})

/** `arn:aws:wafv2:us-east-1:123456789012:global/webacl/NAME/ID`; the settings take only one for CloudFront. */
const firewall = (arn: string, plan: Plan, client: WAFV2Client): Check => ({
  title: 'firewall',
  needs: ['wafv2:GetWebACL'],
  async look(abortSignal) {
    const other = otherAccount(arn, plan)
    if (other) return wrong(`it is of ${other}, and CloudFront takes none of another`, MAKE_ONE)
    const [Name, Id] = arn.split('/').slice(-2)
    const command = new GetWebACLCommand({ Scope: 'CLOUDFRONT', Name, Id })
    try {
      const { WebACL } = await client.send(command, { abortSignal })
      return right(`${WebACL?.Name} is there, of the scope CLOUDFRONT`)
    } catch (error) {
      if (!isNamed(error, 'WAFNonexistentItemException')) throw error
      return wrong('there is none of that ARN in this account', MAKE_ONE)
    }
  },
})

const MAKE_ONE =
  'Make one in the console of WAF, for CloudFront (global), and put its ARN into payfriend.json.'
