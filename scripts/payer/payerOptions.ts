/** The command line of `npm run payer`. */
import { parseArgs } from 'node:util'
import { COMMANDS, type Command } from '../../local/operator.ts'

export const USAGE = `npm run payer -- (show | invite | lock | unlock | close) EMAIL [--stage prod] [--now] [--yes]

  show        phone and devices, what waits, invitation, locks, sessions, and what happened lately
  invite      prints a link and a code that let one phone in: hand them to the payer yourself; an older invitation ends
  lock        nothing can be paid or changed any more; what waits is cancelled; sessions and an invitation end
  unlock      lifts that, a lock of codes, a lock of new payments, and the limits of the hour and the day
  close       as lock, and for good: sign-in, phone and devices are deleted, payments and the audit trail stay

  --now       of invite: the phone approves at once, even if the payer had one before; the audit trail says so
  --stage     in AWS, of this stage; --stack NAME instead, where Payfriend stands in another stack; without
              either the server that runs on this machine
  --region    where the stage is; if not said, that in payfriend.json, AWS_REGION, or that of the profile
  --profile   whose credentials; AWS_PROFILE if not said
  --port      the page's port on this machine; PORT, or 3000, if not said
  --yes       close without asking`

/** The command was used wrongly; the message has the usage. */
export class UsageError extends Error {}

export type PayerOptions = {
  readonly command: Command
  readonly email: string
  readonly where:
    | { readonly port: number }
    | {
        readonly stage: string | undefined
        readonly stack: string
        readonly region: string | undefined
        readonly profile: string | undefined
      }
  readonly yes: boolean
  /** Of `invite`: without the wait. */
  readonly isNow: boolean
}

/** @throws UsageError */
export function payerOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): PayerOptions | 'help' {
  const { values, positionals } = parsed(argv)
  if (values.help) return 'help'
  const [said, email, ...others] = positionals
  const command = COMMANDS.find((one) => one === said)
  if (!command) refuse(`Say what to do: ${COMMANDS.join(', ')}.`)
  if (email === undefined || others.length > 0 || !/^\S+@\S+$/.test(email)) {
    refuse('Say whose account: one e-mail address, as it was registered.')
  }
  const { stage, stack, region, profile, yes, now: isNow } = values
  if (isNow && command !== 'invite') refuse('--now goes with invite only.')
  if (stage !== undefined && stack !== undefined) refuse('Say --stage or --stack, not both.')
  if (stage !== undefined || stack !== undefined) {
    if (values.port !== undefined) refuse('--port is for this machine, --stage for AWS.')
    if (stage !== undefined && !/^[a-z][a-z0-9-]{0,19}$/.test(stage)) {
      refuse('--stage must be the name of a stage: 1 to 20 of a-z 0-9 -, with a letter first.')
    }
    return {
      command,
      email,
      yes,
      isNow,
      where: { stage, stack: stack ?? `Payfriend-${stage}`, region, profile },
    }
  }
  if (region !== undefined || profile !== undefined)
    refuse('--region and --profile need --stage or --stack.')
  const port = values.port ?? env.PORT ?? '3000'
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) refuse('--port must be a number to 65535.')
  return { command, email, yes, isNow, where: { port: Number(port) } }
}

function refuse(what: string): never {
  throw new UsageError(`${what}\n\n${USAGE}`)
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        stage: { type: 'string' },
        stack: { type: 'string' },
        region: { type: 'string' },
        profile: { type: 'string' },
        port: { type: 'string' },
        yes: { type: 'boolean', default: false },
        now: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}
