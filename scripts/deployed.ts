/**
 * `npm run deployed`: go through what only an account can show (docs/guides/deploying.md) at a deployed stage. What can
 * be looked at without changing anything is answered like `npm run doctor` does; the rest is printed to be done by hand
 * (☐), with what to expect.
 *
 * The access token of a test person, in the variable PAYFRIEND_TOKEN, answers some rows more. It is never an argument,
 * which other users of the machine and the shell's history would see, and is never printed.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isCarriedBy } from '../functions/routes.ts'
import { CannotLook } from './checks/cannotLook.ts'
import { byHand, type Check } from './checks/check.ts'
import { type Command, OPTIONS, run } from './checks/command.ts'
import { LOOKED_AT, type World } from './checks/deployedChecks.ts'
import { type DeployedStage, deployedStage, NAMES } from './checks/deployedStage.ts'
import { type Row, rowsOf } from './checks/deployingList.ts'
import { LOOKED_AT_BY_A_PERSON } from './checks/personChecks.ts'
import { placeIn } from './checks/stageRegion.ts'
import { doctorsChecks } from './doctor.ts'
import { terminal } from './terminal.ts'

const GUIDE = resolve(import.meta.dirname, '../docs/guides/deploying.md')

export const deployed = (token = process.env.PAYFRIEND_TOKEN): Command => ({
  usage: `npm run deployed -- --stage dev [--region eu-west-1] [--profile name]
${OPTIONS}

  PAYFRIEND_TOKEN   the access token of a test person, in the environment; some lines need it`,
  async begin({ stage: name, profile, settings }, clients, signal) {
    const stage = await deployedStage(clients.cloudFormation, {
      stack: `Payfriend-${name}`,
      profile,
      signal,
    })
    refuseAnotherAccount(stage, placeIn(settings, name).account)
    const world = { stage, clients, doctor: doctorsChecks(stage, clients) }
    const { stack, account, region, provider } = stage
    return {
      heading: `${stack} in ${region}, account ${account}, with ${NAMES[provider]} and ${token ? 'the' : 'without a'} token of a test person`,
      checks: rowsOf(readFileSync(GUIDE, 'utf8'))
        .filter((row) => concerns(stage, row))
        .map((row) => checkOf(row, world, token)),
    }
  },
})

/** A stack of the same name in another account may be somebody else's, and the token would be sent to its page. */
function refuseAnotherAccount({ stack, account }: DeployedStage, said: string | undefined): void {
  if (said === undefined || said === account) return
  throw new CannotLook(
    `${stack} of these credentials is in account ${account}, and the settings name ${said}: use credentials of that account, or change the setting \`account\`.`,
  )
}

/** Rows of a provider that the stage does not have are left out. */
function concerns(stage: DeployedStage, { what }: Row): boolean {
  if (what.startsWith('Authy:')) return isCarriedBy(stage, 'authy')
  if (what.startsWith('Verify:')) return isCarriedBy(stage, 'twilioVerify')
  return true
}

function checkOf({ what, command, expected }: Row, world: World, token = ''): Check {
  const look =
    LOOKED_AT[what]?.(world) ??
    (token === '' ? undefined : LOOKED_AT_BY_A_PERSON[what]?.(world.stage, token.trim()))
  return {
    look: async () => byHand(`do this by hand: ${command}`, expected),
    ...look,
    title: what,
  }
}

if (import.meta.main) process.exitCode = await run(deployed(), process.argv.slice(2), terminal)
