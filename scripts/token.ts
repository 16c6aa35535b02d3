/**
 * `npm run token -- you@example.com`: print an access token of the Payfriend that runs on this machine.
 *
 * Only the token is on stdout, so that `TOKEN=$(npm run -s token -- you@example.com)` takes it; all words are on stderr. The
 * exit code is 0, or 2 if there is no token.
 */
import '../local/environment.ts'
import { parseArgs } from 'node:util'
import { TOKEN_PATH } from '../local/ownRequest.ts'
import type { TokenAnswer } from '../local/tokenServer.ts'
import { CannotLook } from './checks/cannotLook.ts'
import { issuerOf } from './payer/laptopOperator.ts'
import { type Io, terminal } from './terminal.ts'

const USAGE = `npm run -s token -- EMAIL [--port 3000]

Prints an access token for this person, good for five minutes, from the Payfriend that npm start runs on this machine.
An address that is new is registered, and gets a number on the pretend phone, so that the person can pay at once.
There is nothing like it for a stage in AWS: a payer signs in there.`

const ANSWER_LIMIT_MS = 30_000

/** @returns the exit code */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  io: Pick<Io, 'say' | 'complain'>,
): Promise<number> {
  try {
    const { email, port } = options(argv, env)
    const { token, notes } = await tokenAt(`http://localhost:${port}`, email)
    for (const note of notes) io.complain(note)
    io.say(token)
    return 0
  } catch (error) {
    io.complain(error instanceof Error ? error.message : String(error))
    return 2
  }
}

function options(argv: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { port: { type: 'string' }, help: { type: 'boolean' } },
  })
  const [email, ...others] = positionals
  const port = values.port ?? env.PORT ?? '3000'
  if (email === undefined || others.length > 0 || values.help) throw new CannotLook(USAGE)
  if (!/^\d{1,5}$/.test(port)) throw new CannotLook('--port must be a number to 65535.')
  return { email, port }
}

async function tokenAt(page: string, email: string): Promise<TokenAnswer> {
  const issuer = await issuerOf(page)
  const response = await fetch(`${issuer}${TOKEN_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  })
  const answer = (await response.json().catch(() => ({}))) as TokenAnswer & { problem?: string }
  if (response.ok) return answer
  throw new CannotLook(answer.problem ?? `The server at ${page} answered ${response.status}.`)
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), process.env, terminal)
