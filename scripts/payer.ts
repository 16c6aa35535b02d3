/**
 * `npm run payer`: show a payer's account, invite a phone of theirs, lock it, unlock it, or close it for good.
 *
 * The exit code is 0 (done), 1 (there is no such account, it is locked or closed already, or the operator did not confirm) or 2
 * (the server or AWS failed, or the command was used wrongly).
 */
import '../local/environment.ts'
import { CannotLook, installed } from './checks/cannotLook.ts'
import { invitationText } from './payer/invitationText.ts'
import { laptopOperator } from './payer/laptopOperator.ts'
import { type PayerOptions, payerOptions, USAGE, UsageError } from './payer/payerOptions.ts'
import { payerText } from './payer/payerText.ts'
import { type Io, terminal } from './terminal.ts'

const REFUSALS = {
  nobody:
    'There is no account with this address: write it as it was registered. A closed account is gone too.',
  locked: 'This account is locked: unlock it first, if you know that its payer asks.',
  closed:
    'This account is closed already, for good. If closing it failed half-way, close it again.',
} as const

/** How an account is made, for an invitation of somebody who has none. */
const REGISTERING = {
  laptop: 'It is made by signing in on the page with this address.',
  stage: 'It is made by the command in the output InvitePerson of the stack, with this address.',
} as const

/**
 * @param settings the text of `payfriend.json`, which says where a stage is
 * @returns the exit code
 */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  io: Io,
  settings?: () => string | undefined,
): Promise<number> {
  try {
    const options = payerOptions(argv, env)
    if (options === 'help') {
      io.say(USAGE)
      return 0
    }
    const { command, email, where, isNow } = options
    if (command === 'close' && !(await isMeant(options, io))) {
      io.complain('Nothing was done.')
      return 1
    }
    const isLaptop = 'port' in where
    const operator = isLaptop
      ? laptopOperator(where.port)
      : (await installed(import('./payer/stageOperator.ts'))).stageOperator(where, settings)
    const outcome = await operator(command, email, { isNow })
    if ('refused' in outcome) {
      io.complain(REFUSALS[outcome.refused])
      if (command === 'invite' && outcome.refused === 'nobody') {
        io.complain(REGISTERING[isLaptop ? 'laptop' : 'stage'])
      }
      return 1
    }
    const text =
      'handover' in outcome
        ? invitationText(email, outcome.handover)
        : payerText(email, outcome.account)
    io.say(text)
    return 0
  } catch (error) {
    io.complain(reasonOf(error))
    return 2
  }
}

/** Ask for the address before closing an account, so that a wrong key press does not close it. */
async function isMeant({ email, yes }: PayerOptions, { ask }: Io): Promise<boolean> {
  if (yes) return true
  if (!ask) throw new UsageError('There is no terminal to ask in: say --yes to close the account.')
  const answer = await ask(`This closes the account for good. Type its address to go on: `)
  return answer.trim() === email
}

function reasonOf(error: unknown): string {
  if (error instanceof CannotLook || error instanceof UsageError) return error.message
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return `It was not done, or not to its end: ${name}: ${message}. Every command may be repeated.`
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), process.env, terminal)
