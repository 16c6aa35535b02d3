/**
 * `npm run doctor`: check a deployed stage where no console shows what is wrong: the provider's key, the switches, the
 * provider's side, and the page and API as a browser gets them. (The consoles show the settings of tables, archive and
 * account; docs/guides/deploying.md has the commands.)
 *
 * It changes nothing. Each line begins with ✓ (right), ! (no fault, but worth knowing), ✗ (wrong) or ? (unknown); the
 * line below it says what to do.
 */
import type { AwsClients } from './checks/awsClients.ts'
import type { Check } from './checks/check.ts'
import { codeCacheCheck } from './checks/codeCacheCheck.ts'
import { type Command, OPTIONS, run } from './checks/command.ts'
import { type DeployedStage, deployedStage, NAMES } from './checks/deployedStage.ts'
import { walkedAround } from './checks/firewallChecks.ts'
import { keyChecks, READS_SECRETS } from './checks/keyChecks.ts'
import { providerChecks } from './checks/providerChecks.ts'
import { siteChecks } from './checks/siteChecks.ts'
import { terminal } from './terminal.ts'

export const doctor: Command = {
  usage: `npm run doctor -- --stage prod [--region eu-west-1] [--profile name] [--without-secrets]
${OPTIONS}

  --without-secrets   leaves out the lines for which secrets have to be read: key, switches, services of Verify`,
  option: 'without-secrets',
  async begin({ stage: name, profile, withoutSecrets }, clients, signal) {
    const stage = await deployedStage(clients.cloudFormation, {
      stack: `Payfriend-${name}`,
      profile,
      signal,
    })
    const { stack, account, region, provider } = stage
    return {
      heading: `${stack} in ${region}, account ${account}, with ${NAMES[provider]}`,
      checks: doctorsChecks(stage, clients).filter(
        ({ needs }) => !(withoutSecrets && needs?.includes(READS_SECRETS)),
      ),
    }
  },
}

/** Its checks of a stage. */
export const doctorsChecks = (stage: DeployedStage, clients: AwsClients): Check[] => [
  ...keyChecks(stage, clients.secrets),
  codeCacheCheck(stage, clients.cloudWatch),
  ...providerChecks(stage, clients),
  ...siteChecks(stage),
  ...walkedAround(stage),
]

if (import.meta.main) process.exitCode = await run(doctor, process.argv.slice(2), terminal)
