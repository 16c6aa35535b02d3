/** Checks of the provider's secret, which holds its key, and of the secret of switches. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod'
import type { TextProvider } from '../../functions/routes.ts'
import { type Check, known, right, unclear, wrong } from './check.ts'
import { type DeployedStage, NAMES } from './deployedStage.ts'
import { parsed } from './webAnswer.ts'

const text = z.string().regex(/^\S+$/)
const authyKey = z.object({ apiKey: text })
export const twilioKey = z.object({
  apiKey: z.string().regex(/^SK[0-9a-fA-F]{32}$/),
  apiKeySecret: text,
})

/** Each provider's secret: its logical id, its form, its content in words, and the output with the command that fills it. */
const KEYS = {
  authy: {
    id: /AuthySecret/,
    shape: authyKey,
    output: 'PutAuthyKey',
    holds: "Authy's API key",
  },
  twilioVerify: {
    id: /TwilioVerifySecret/,
    shape: twilioKey,
    output: 'PutTwilioKey',
    holds: 'an API key of Twilio (SK…) and its secret',
  },
} as const

/** The operator can stop these by a secret, without a deployment. */
const SWITCHES = { smsOff: 'texts and calls', paymentsOff: 'new payments' } as const

export function keyChecks(stage: DeployedStage, secrets: SecretsManagerClient): Check[] {
  const { provider, formerProvider } = stage
  return [
    ...(provider === 'none' ? [] : [keyCheck(stage, provider, secrets)]),
    ...(formerProvider ? [keyCheck(stage, formerProvider, secrets)] : []),
    switchesCheck(stage, secrets),
  ]
}

/** The right to read the key itself. */
export const READS_SECRETS = 'secretsmanager:GetSecretValue'
const needs = [READS_SECRETS]

function keyCheck(
  stage: DeployedStage,
  provider: TextProvider,
  secrets: SecretsManagerClient,
): Check {
  const { shape, holds } = KEYS[provider]
  return {
    title: provider === stage.provider ? 'key' : `key of ${NAMES[provider]}`,
    needs,
    async look(signal) {
      const told = await secretOf(stage, provider, secrets, signal)
      if (told === 'none') {
        return wrong("the stack has no secret for the provider's key", 'npm run deploy')
      }
      if (told === 'deleted') {
        return wrong(
          'the secret is marked to be deleted',
          stage.aws(`secretsmanager restore-secret --secret-id ${secretId(stage, provider)}`),
        )
      }
      if (told === 'empty') return wrong('the secret is empty', fillIn(stage, provider))
      if (shape.safeParse(told.value).success) return right(`the secret holds ${holds}`)
      return wrong(
        `the secret does not hold ${holds}, in the form that is asked for`,
        fillIn(stage, provider),
      )
    },
  }
}

function switchesCheck(stage: DeployedStage, secrets: SecretsManagerClient): Check {
  return {
    title: 'switches',
    needs,
    async look(signal) {
      const told = await contentOf(switchesId(stage), secrets, signal)
      if (told === 'none' || told === 'deleted') {
        return unclear('there is no secret to read them in', 'npm run deploy')
      }
      const stopped = told === 'empty' ? [] : stoppedBy(told.value)
      if (stopped.length === 0) return right('nothing is stopped by hand')
      return known(
        `stopped by hand: ${stopped.join(', ')}`,
        `To let them go on: ${stage.output('TurnSwitches') ?? 'npm run deploy'}; it counts within five minutes.`,
      )
    },
  }
}

/** Parsed as in the Lambdas: any value but `false` switches it on, and so does a secret that is no object. */
const flag = z.boolean().default(false).catch(true)
const switches = z.object({ smsOff: flag, paymentsOff: flag })

function stoppedBy(value: unknown): string[] {
  const { data } = switches.safeParse(value)
  return Object.entries(SWITCHES)
    .filter(([name]) => data?.[name as keyof typeof SWITCHES] !== false)
    .map(([name, what]) => `${what} (${name})`)
}

/** The line of the deployment's outputs that fills the secret. */
export const fillIn = (stage: DeployedStage, provider: TextProvider): string =>
  stage.output(KEYS[provider].output) ?? 'npm run deploy'

/** The content of the provider's secret, if there is any; it must never be printed. */
export async function secretOf(
  stage: DeployedStage,
  provider: TextProvider,
  secrets: SecretsManagerClient,
  signal: AbortSignal,
): Promise<Content> {
  return contentOf(secretId(stage, provider), secrets, signal)
}

type Content = 'none' | 'empty' | 'deleted' | { readonly value: unknown }

async function contentOf(
  SecretId: string | undefined,
  secrets: SecretsManagerClient,
  signal: AbortSignal,
): Promise<Content> {
  if (!SecretId) return 'none'
  try {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }), {
      abortSignal: signal,
    })
    return SecretString === '' ? 'empty' : { value: parsed(SecretString) }
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    // For a secret without a value yet, Secrets Manager gives the error of a missing secret.
    if (name === 'ResourceNotFoundException') return 'empty'
    if (name === 'InvalidRequestException') return 'deleted'
    throw error
  }
}

const secretId = ({ resource }: DeployedStage, provider: TextProvider) =>
  resource('AWS::SecretsManager::Secret', KEYS[provider].id)

const switchesId = ({ resource }: DeployedStage) =>
  resource('AWS::SecretsManager::Secret', /SwitchesSecret/)
