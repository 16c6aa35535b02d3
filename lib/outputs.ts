/** What an operator needs after a deployment: where things are, and the commands to run, with the values in them. */
import { isCarriedBy } from '../functions/routes.ts'
import type { Api } from './api.ts'
import type { AuditTrail } from './auditTrail.ts'
import type { ProviderSecret } from './providerSecret.ts'
import type { SignIn } from './signIn.ts'
import type { Site } from './site.ts'
import type { StageSettings } from './stageSettings.ts'
import type { SwitchesSecret } from './switchesSecret.ts'
import type { Tables } from './tables.ts'

/** Values and commands that the operator needs after a deployment, by name. */
export type Outputs = Readonly<
  Record<string, { readonly description: string; readonly value: string }>
>

type Parts = {
  readonly settings: StageSettings
  readonly region: string
  readonly site: Site
  readonly api: Api
  readonly signIn: SignIn
  readonly auditTrail: AuditTrail
  readonly tables: Tables
  readonly secrets: readonly ProviderSecret[]
  readonly switches: SwitchesSecret
}

/** The outputs of a stage; those that its settings make no use of are left out. */
export function outputsOf(parts: Parts): Outputs {
  const { settings, region, site, api, signIn, auditTrail, tables, secrets, switches } = parts
  return {
    SiteUrl: { description: 'The page', value: site.url },
    ...(settings.domain && {
      SiteTarget: {
        description: `In your DNS point ${settings.domain.name} at this, by a CNAME record, or by ALIAS where it is a zone's own name`,
        value: site.target,
      },
    }),
    ApiUrl: {
      description: 'The API; the page calls it at /api of its own address',
      value: api.url,
    },
    ...(isCarriedBy(settings, 'authy') && {
      AuthyCallbackUrl: {
        description: 'Paste this into the console of Authy as the callback URL (POST)',
        value: `${api.url}/payments/callback`,
      },
    }),
    ArchiveBucket: {
      description: 'The archive: every audit trail entry of every payment and account',
      value: auditTrail.archive.bucketName,
    },
    EventBusName: {
      description: 'The bus on which payments and changes of accounts are published',
      value: auditTrail.eventBus.eventBusName,
    },
    ...(signIn.leftTrigger !== undefined && {
      TokenClaimsArn: {
        description:
          "Set this Lambda as the user pool's pre-token-generation trigger (V2_0), or nobody can pay",
        value: signIn.leftTrigger,
      },
    }),
    Provider: { description: 'What carries pushes and codes', value: settings.provider },
    ...(settings.formerProvider !== undefined && {
      FormerProvider: {
        description:
          'Kept for payments of before the change: take formerProvider out of the settings when they have ended',
        value: settings.formerProvider,
      },
    }),
    ...(settings.codeCache && {
      CodeCache: {
        description: "V8's code cache lies beside each Lambda's bundle",
        value: 'true',
      },
    }),
    PaymentsTableName: { description: 'The table of payments', value: tables.paymentsTableName },
    PayersTableName: { description: 'The table of payers', value: tables.payersTableName },
    InvitePerson: {
      description: 'Run this for each payer, with their address: only a verified one can pay',
      value:
        `aws cognito-idp admin-create-user --region ${region} --user-pool-id ${signIn.poolId}` +
        ' --desired-delivery-mediums EMAIL' +
        ' --username you@example.com --user-attributes Name=email,Value=you@example.com' +
        ' Name=email_verified,Value=true',
    },
    ...Object.fromEntries(
      secrets.map(({ output, holds, arn, shape }) => [
        output,
        {
          description: `Write ${holds} into the file key.json as ${shape}, where only you can read it; run this once, and delete the file`,
          // Not the key itself, which would be in the shell's history and in the list of processes.
          value: putSecret(region, arn, 'file://key.json'),
        },
      ]),
    ),
    TurnSwitches: {
      description:
        'Run this with true to stop texts or payments for all payers, and with false to go on',
      value: putSecret(region, switches.arn, `'{"smsOff":false,"paymentsOff":false}'`),
    },
  }
}

const putSecret = (region: string, arn: string, value: string) =>
  `aws secretsmanager put-secret-value --region ${region} --secret-id ${arn}` +
  ` --secret-string ${value}`
