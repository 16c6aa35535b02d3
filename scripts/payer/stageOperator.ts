import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { writtenSettings } from '../../bin/settings.ts'
import { operate } from '../../local/operator.ts'
import { awsClients } from '../checks/awsClients.ts'
import { CannotLook } from '../checks/cannotLook.ts'
import { deployedStage } from '../checks/deployedStage.ts'
import { stageRegion } from '../checks/stageRegion.ts'
import { ANSWER_LIMIT_MS, type Operator } from './laptopOperator.ts'

/** The Lambdas whose environments together name all that the command needs: tables, provider, user pool, rules on devices. */
const LAMBDAS = ['CancelPayment', 'EndSessions', 'DeviceInvite']

/** The operator of a stage, with the operator's own credentials and the environments of the stage's Lambdas. */
export function stageOperator(
  said: {
    readonly stage: string | undefined
    readonly stack: string
    readonly region: string | undefined
    readonly profile: string | undefined
  },
  settings = writtenSettings,
): Operator {
  return async (command, email, options) => {
    const clients = awsClients({ ...said, region: stageRegion(said, settings()) })
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
