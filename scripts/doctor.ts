/**
 * `npm run doctor`: check a deployed stage where no console shows what is wrong: the provider's key, the switches, the
 * provider's side, and the page and API as a browser gets them. (The consoles show the settings of tables, archive and
 * account; docs/guides/deploying.md has the commands.)
 *
 * It changes nothing. Each line begins with ✓ (right), ! (no fault, but worth knowing), ✗ (wrong) or ? (unknown); the
 * line below it says what to do. The exit code is 0 (nothing is wrong), 1 (a check found a fault) or 2 (a check could
 * not be made).
 */
import { parseArgs } from 'node:util'
import { type AwsClients, awsClients } from './doctor/awsClients.ts'
import { type Check, type Finding, lookWithin } from './doctor/check.ts'
import { CannotLook, type DeployedStage, deployedStage, NAMES } from './doctor/deployedStage.ts'
import { keyChecks } from './doctor/keyChecks.ts'
import { providerChecks } from './doctor/providerChecks.ts'
import { siteChecks } from './doctor/siteChecks.ts'

export const USAGE = `npm run doctor -- --stage prod [--region eu-west-1] [--profile name]

  --stage     which stage; dev if not said
  --region    where it is; AWS_REGION or that of the profile if not said
  --profile   whose credentials; AWS_PROFILE if not said`

/** Where the output goes. */
export type Io = {
  readonly say: (line: string) => void
  readonly complain: (line: string) => void
}

const LOOK_LIMIT_MS = 10_000

/** @returns the exit code */
export async function main(
  argv: readonly string[],
  io: Io,
  limitMs = LOOK_LIMIT_MS,
): Promise<number> {
  const options = optionsOf(argv)
  if (typeof options === 'string') {
    io.complain(options)
    return 2
  }
  if (options.help) {
    io.say(USAGE)
    return 0
  }
  const clients = awsClients({ region: options.region, profile: options.profile })
  try {
    const stage = await deployedStage(clients.cloudFormation, {
      stack: `Payfriend-${options.stage}`,
      profile: options.profile,
      signal: AbortSignal.timeout(limitMs),
    })
    return await tell(stage, clients, io, limitMs)
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error
    io.complain(error.message)
    return 2
  } finally {
    for (const client of Object.values(clients)) client.destroy()
  }
}

function optionsOf(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        stage: { type: 'string', default: 'dev' },
        region: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (!/^[a-z][a-z0-9-]{0,19}$/.test(values.stage)) {
      return '--stage must be the name of a stage: 1 to 20 of a-z 0-9 -, with a letter first.'
    }
    return { region: undefined, profile: undefined, ...values }
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n\n${USAGE}`
  }
}

async function tell(
  stage: DeployedStage,
  clients: AwsClients,
  { say }: Io,
  limitMs: number,
): Promise<number> {
  const { stack, account, region, provider } = stage
  const checks: Check[] = [
    ...keyChecks(stage, clients.secrets),
    ...providerChecks(stage, clients),
    ...siteChecks(stage),
  ]
  say(`${stack} in ${region}, account ${account}, with ${NAMES[provider]}`)
  say('')
  const looks = checks.map((check) => ({ check, finding: lookWithin(limitMs, check) }))
  const findings: Finding[] = []
  for (const { check, finding } of looks) {
    const { mark, found, next } = await finding
    findings.push(await finding)
    say(`${mark} ${check.title}: ${found}`)
    if (next !== undefined) say(`    → ${next}`)
  }
  say('')
  return summedUp(findings, say)
}

function summedUp(findings: readonly Finding[], say: Io['say']): number {
  const count = (mark: Finding['mark']) => findings.filter((one) => one.mark === mark).length
  const [wrong, unclear] = [count('✗'), count('?')]
  if (wrong > 0) {
    say(`${wrong} of ${findings.length} ${wrong === 1 ? 'is' : 'are'} not right.`)
    return 1
  }
  if (unclear > 0) {
    say(`${unclear} of ${findings.length} could not be looked at; nothing else is wrong.`)
    return 2
  }
  say('Nothing is wrong.')
  return 0
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), {
    say: (line) => console.log(line),
    complain: (line) => console.error(line),
  })
}
