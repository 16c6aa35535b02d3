/**
 * `npm run preflight`: before a deployment, what of it would fail, in this account and region and with the settings in
 * `payfriend.json`. It changes nothing; its lines and exit codes are those of `npm run doctor`.
 */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { readSettings } from '../bin/settings.ts'
import { SettingsError, type StageSettings } from '../lib/stageSettings.ts'
import { accountChecks } from './checks/accountChecks.ts'
import type { AwsClients } from './checks/awsClients.ts'
import { CannotLook, whyNot } from './checks/cannotLook.ts'
import { type Asked, type Command, OPTIONS, run } from './checks/command.ts'
import { awsCommand, describedStack, isMissing, resourcesOf } from './checks/deployedStage.ts'
import { nameChecks } from './checks/nameChecks.ts'
import { type Plan, plannedTemplate, type Standing, type Template } from './checks/plan.ts'
import { settingChecks } from './checks/settingChecks.ts'
import { terminal } from './terminal.ts'

/** @param template what would be deployed with these settings */
export const preflight = (
  template: (settings: StageSettings) => Template = plannedTemplate,
): Command => ({
  usage: `npm run preflight -- --stage prod [--region eu-west-1] [--profile name] [--allow-unseen]
${OPTIONS}
  --allow-unseen  end with 0 also where a line could not be seen, but for those that guard what no later
              deployment can take back: for a role of CI`,
  option: 'allow-unseen',
  async begin(asked, clients, signal) {
    const found = settingsOf(asked)
    const [account, region] = await placeOf(clients, asked.profile, signal)
    const stack = `Payfriend-${asked.stage}`
    const plan: Plan = {
      settings: found,
      template: template(found),
      stack,
      account,
      region,
      standing: once(() => standing(clients, stack)),
      aws: awsCommand(region, asked.profile),
    }
    return {
      heading: `${stack}, before a deployment to ${region}, account ${account}`,
      checks: [
        ...accountChecks(plan, clients),
        ...nameChecks(plan, clients),
        ...settingChecks(plan, clients),
      ],
    }
  },
})

function settingsOf({ settings: text, stage, region }: Asked): StageSettings {
  try {
    const [settings] = readSettings(text, stage)
    if (settings?.region && region && settings.region !== region) {
      throw new CannotLook(
        `--region says ${region}, and the settings deploy ${stage} to ${settings.region}: leave --region out, or change the setting \`region\`.`,
      )
    }
    if (settings) return settings
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new CannotLook(error.message)
  }
  throw new CannotLook(`There is no stage ${stage}.`)
}

async function placeOf(
  clients: AwsClients,
  profile: string | undefined,
  signal: AbortSignal,
): Promise<[string, string]> {
  try {
    const region = await clients.cloudFormation.config.region()
    const command = new GetCallerIdentityCommand()
    const { Account = '' } = await clients.identity.send(command, { abortSignal: signal })
    return [Account, region]
  } catch (error) {
    throw whyNot(error, {
      service: 'AWS',
      denied: 'These credentials may not even say whose they are: use others.',
      profile,
      signal,
    })
  }
}

async function standing(
  { cloudFormation }: AwsClients,
  stack: string,
): Promise<Standing | undefined> {
  const signal = AbortSignal.timeout(STANDING_LIMIT_MS)
  try {
    const { StackStatus: status } = await describedStack(cloudFormation, stack, signal)
    return { status, resources: await resourcesOf(cloudFormation, stack, signal) }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const STANDING_LIMIT_MS = 10_000

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask()
    return asked
  }
}

if (import.meta.main) process.exitCode = await run(preflight(), process.argv.slice(2), terminal)
