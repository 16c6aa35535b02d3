import * as z from 'zod'
import type { Command, Outcome } from '../../local/operator.ts'
import { OPERATOR_PATH } from '../../local/ownRequest.ts'
import { CannotLook } from '../checks/cannotLook.ts'

/** Runs the operator's command: in the server on this machine, or at a stage in AWS (`stageOperator.ts`). */
export type Operator = (
  command: Command,
  email: string,
  options: { readonly isNow: boolean },
) => Promise<Outcome>

/** The longest wait for an answer of the server or of CloudFormation. */
export const ANSWER_LIMIT_MS = 30_000

/** The operator of the local server. Its address is sign-in's, which the page's `config.json` names. */
export function laptopOperator(port: number): Operator {
  const page = `http://localhost:${port}`
  return async (command, email, options) => {
    const issuer = await issuerOf(page, ' For a stage in AWS say --stage.')
    const response = await fetch(`${issuer}${OPERATOR_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ command, email, ...options }),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    })
    const answer = (await response.json().catch(() => ({}))) as Outcome & { problem?: string }
    if (response.ok) return answer
    throw new CannotLook(
      `The server at ${page} could not do it: ${answer.problem ?? response.status}`,
    )
  }
}

const config = z.looseObject({ issuer: z.url({ protocol: /^http$/, hostname: /^localhost$/ }) })

/**
 * The address of sign-in, as the page's `config.json` names it.
 *
 * @param hint what else the user may have meant
 */
export async function issuerOf(page: string, hint = ''): Promise<string> {
  const response = await fetch(`${page}/config.json`, {
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  }).catch(() => {
    throw new CannotLook(
      `Nothing answers at ${page}: start it with npm start, or name its port with --port.${hint}`,
    )
  })
  const found = config.safeParse(await response.json().catch(() => undefined))
  if (found.success) return found.data.issuer
  throw new CannotLook(`What answers at ${page} is not Payfriend: name its port with --port.`)
}
