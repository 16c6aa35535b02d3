/** Run the operator's command in the server on this machine, or with the operator's credentials at a stage in AWS. */
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import * as z from 'zod'
import { type Command, type Outcome, operate } from '../../local/operator.ts'
import { OPERATOR_PATH } from '../../local/ownRequest.ts'
import { awsClients } from '../checks/awsClients.ts'
import { CannotLook } from '../checks/cannotLook.ts'
import { deployedStage } from '../checks/deployedStage.ts'

export type Operator = (
  command: Command,
  email: string,
  options: { readonly isNow: boolean },
) => Promise<Outcome>

const ANSWER_LIMIT_MS = 30_000

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

/** The Lambdas whose environments together name all that the command needs: tables, provider, user pool, rules on devices. */
const LAMBDAS = ['CancelPayment', 'EndSessions', 'DeviceInvite']

/** The operator of a stage, with the operator's own credentials and the environments of the stage's Lambdas. */
export function stageOperator(said: {
  readonly stack: string
  readonly region: string | undefined
  readonly profile: string | undefined
}): Operator {
  return async (command, email, options) => {
    const clients = awsClients(said)
    try {
      const { region, provider, formerProvider, resource, output } = await deployedStage(
        clients.cloudFormation,
        {
          stack: said.stack,
          profile: said.profile,
          signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
        },
      )
      const told = await Promise.all(
        LAMBDAS.map(async (name) => {
          const FunctionName = resource('AWS::Lambda::Function', new RegExp(`${name}Function`))
          if (!FunctionName) {
            throw new CannotLook(
              `The stack ${said.stack} has no Lambda ${name}: deploy this version first.`,
            )
          }
          const found = await clients.lambda.send(
            new GetFunctionConfigurationCommand({ FunctionName }),
          )
          return found.Environment?.Variables
        }),
      )
      // As in a Lambda, the adapters read the region from the environment.
      process.env.AWS_REGION = region
      if (said.profile) process.env.AWS_PROFILE = said.profile
      const env = {
        ...Object.assign({}, ...told),
        PROVIDER: provider,
        FORMER_PROVIDER: formerProvider,
        SITE_URL: output('SiteUrl'),
      }
      return await operate({ env, clock: () => new Date() }, command, email, options)
    } finally {
      for (const client of Object.values(clients)) client.destroy()
    }
  }
}
