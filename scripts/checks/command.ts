/** A command that looks at a stage and changes nothing: its options, its lines and its exit code. */
import { parseArgs } from 'node:util'
import { writtenSettings } from '../../bin/settings.ts'
import type { Io } from '../terminal.ts'
import { type AwsClients, awsClients } from './awsClients.ts'
import { CannotLook } from './cannotLook.ts'
import { type Check, type Finding, lookWithin } from './check.ts'
import { stageRegion } from './stageRegion.ts'

export type Asked = {
  readonly stage: string
  /** That of the option. */
  readonly region: string | undefined
  readonly profile: string | undefined
  /** The text of `payfriend.json`, if there is one: an app of one's own has none. */
  readonly settings: string | undefined
  /** Whether checks that need the right to read secrets are left out; only for a command that takes the option. */
  readonly withoutSecrets: boolean
}

/** What one command alone takes. */
type OwnOption = 'without-secrets' | 'allow-unseen'

export type Command = {
  readonly usage: string
  readonly option?: OwnOption
  /** Read what all checks need. @throws CannotLook */
  readonly begin: (
    asked: Asked,
    clients: AwsClients,
    signal: AbortSignal,
  ) => Promise<{ readonly heading: string; readonly checks: readonly Check[] }>
}

/** The options that all have, for their help. */
export const OPTIONS = `
  --stage     which stage; dev if not said
  --region    where it is; if not said, that of the stage in payfriend.json, AWS_REGION, or that of the profile
  --profile   whose credentials; AWS_PROFILE if not said`

const LOOK_LIMIT_MS = 10_000

type Here = {
  /** How long a check may take. */
  readonly limitMs?: number
  /** The text of `payfriend.json`, if there is one. */
  readonly settings?: () => string | undefined
}

/**
 * Run it with these arguments.
 *
 * @returns the exit code: 0 (nothing is wrong), 1 (a check found a fault), 2 (a check could not be made; with
 * `--allow-unseen` one that is a guard, or none at all)
 */
export async function run(
  { usage, option, begin }: Command,
  argv: readonly string[],
  io: Pick<Io, 'say' | 'complain'>,
  { limitMs = LOOK_LIMIT_MS, settings = writtenSettings }: Here = {},
): Promise<number> {
  const asked = askedOf(argv, usage, option)
  if (typeof asked === 'string') {
    io.complain(asked)
    return 2
  }
  if (asked.help) {
    io.say(usage)
    return 0
  }
  let clients: AwsClients | undefined
  try {
    const text = settings()
    clients = awsClients({ ...asked, region: stageRegion(asked, text) })
    const signal = AbortSignal.timeout(limitMs)
    const { heading, checks } = await begin({ ...asked, settings: text }, clients, signal)
    io.say(heading)
    io.say('')
    const findings = await tell(checks, asked.stage, io.say, limitMs)
    io.say('')
    return summedUp(findings, asked.allowUnseen, io.say)
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error
    io.complain(error.message)
    return 2
  } finally {
    for (const client of Object.values(clients ?? {})) client.destroy()
  }
}

function askedOf(argv: readonly string[], usage: string, option?: OwnOption) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'without-secrets': { type: 'boolean', default: false },
        'allow-unseen': { type: 'boolean', default: false },
        stage: { type: 'string', default: 'dev' },
        region: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (!/^[a-z][a-z0-9-]{0,19}$/.test(values.stage)) {
      return '--stage must be the name of a stage: 1 to 20 of a-z 0-9 -, with a letter first.'
    }
    const { 'without-secrets': withoutSecrets, 'allow-unseen': allowUnseen, ...others } = values
    for (const one of ['without-secrets', 'allow-unseen'] as const) {
      if (values[one] && one !== option) throw new Error(`Unknown option '--${one}'`)
    }
    return { region: undefined, profile: undefined, ...others, withoutSecrets, allowUnseen }
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n\n${usage}`
  }
}

/** Look at all at the same time, and tell what was found in the order of the checks. */
async function tell(
  checks: readonly Check[],
  stage: string,
  say: Io['say'],
  limitMs: number,
): Promise<readonly Looked[]> {
  const looks = checks.map((check) => ({ check, looked: lookWithin(limitMs, check) }))
  const findings: Looked[] = []
  for (const { check, looked } of looks) {
    const finding = await looked
    findings.push({ ...finding, isGuard: check.isGuard ?? false })
    say(`${finding.mark} ${check.title}: ${finding.found}`)
    if (finding.next !== undefined) say(`    → ${namingStack(finding.next, stage)}`)
  }
  return findings
}

type Looked = Finding & { readonly isGuard: boolean }

/** The next step with the stack's name: with several stages in the settings, CDK deploys none that is not named. */
const namingStack = (next: string, stage: string) =>
  next.replaceAll(/npm run deploy\b(?! --)/g, `npm run deploy -- Payfriend-${stage}`)

function summedUp(findings: readonly Looked[], allowUnseen: boolean, say: Io['say']): number {
  const count = (mark: Finding['mark']) => findings.filter((one) => one.mark === mark).length
  const [wrong, unclear, left] = [count('✗'), count('?'), count('☐')]
  const looked = `${findings.length - left} checks`
  const rest = left > 0 ? ` ${left} more to do by hand.` : ''
  if (wrong > 0) {
    const unseen = unclear > 0 ? `, and ${unclear} could not be made (?)` : ''
    say(`${wrong} of ${looked} found something wrong (✗)${unseen}.${rest}`)
    return 1
  }
  if (unclear > 0) {
    say(`${unclear} of ${looked} could not be made (?); the others found nothing wrong.${rest}`)
    return allowUnseen && !findings.some(({ mark, isGuard }) => mark === '?' && isGuard) ? 0 : 2
  }
  say(`Nothing is wrong.${rest}`)
  return 0
}
