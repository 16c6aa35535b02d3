/** Checks of the provider: the route of Authy's callbacks, or Twilio's two services. */
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod'
import { isCarriedBy, type TextProvider } from '../../functions/routes.ts'
import { type Service, TwilioFault, twilioServices } from '../twilioServices.ts'
import { type Check, type Finding, known, right, unclear, wrong } from './check.ts'
import { type DeployedStage, logOf, NAMES } from './deployedStage.ts'
import { fillIn, READS_SECRETS, secretOf, twilioKey } from './keyChecks.ts'
import { parsed, webAnswer } from './webAnswer.ts'

type Clients = { readonly lambda: LambdaClient; readonly secrets: SecretsManagerClient }

export const providerChecks = (stage: DeployedStage, clients: Clients): Check[] => [
  isCarriedBy(stage, 'authy') ? signedCallback(stage) : noCallback(stage),
  ...(isCarriedBy(stage, 'twilioVerify')
    ? [verifyService(stage, clients, 'VERIFY_PAYMENTS_SERVICE')]
    : []),
  // A former provider verifies no phones.
  ...(stage.provider === 'twilioVerify'
    ? [verifyService(stage, clients, 'VERIFY_PHONES_SERVICE')]
    : []),
  ...(stage.formerProvider ? [former(stage.formerProvider)] : []),
]

const former = (provider: TextProvider): Check => ({
  title: 'former provider',
  look: async () =>
    known(
      `${NAMES[provider]} is kept for payments that were started with it`,
      'Ten minutes after the change, when these have ended, take formerProvider out of the settings, and npm run deploy.',
    ),
})

const refusal = z.object({ code: z.string().regex(/^[a-z_]{1,40}$/) })

const signedCallback = (stage: DeployedStage): Check => ({
  title: 'callback',
  async look(signal) {
    const url = stage.output('AuthyCallbackUrl')
    if (!url) return wrong('the stack names no address for it', 'npm run deploy')
    const { status, text } = await webAnswer(url, signal, { method: 'POST', body: '{}' })
    const code = refusal.safeParse(parsed(text)).data?.code
    if (status === 403 && code === 'forged_callback')
      return right('refuses what Authy did not sign')
    if (status === 503)
      return wrong('it has no key to check signatures with (503)', fillIn(stage, 'authy'))
    return wrong(
      `answers ${inWords(status, code)} to what Authy did not sign, and not 403 forged_callback`,
      logOf(stage, 'AuthyCallback'),
    )
  },
})

const noCallback = (stage: DeployedStage): Check => ({
  title: 'callback',
  async look(signal) {
    const name = NAMES[stage.provider]
    const url = `${stage.output('ApiUrl')}/payments/callback`
    const { status, text } = await webAnswer(url, signal, { method: 'POST', body: '{}' })
    if (status === 404) return right(`there is none, as it has to be with ${name}`)
    const code = refusal.safeParse(parsed(text)).data?.code
    return wrong(
      `something answers ${inWords(status, code)} where nothing should be with ${name}`,
      'npm run deploy',
    )
  },
})

const inWords = (status: number, code: string | undefined) => `${status}${code ? ` ${code}` : ''}`

/** The environment of the stage's Lambdas, which may be older than `payfriend.json`. */
const told = z.object({ apiUrl: z.url(), sid: z.string() })
type ServiceName = keyof typeof READ_BY

/** A Lambda that is told each service. */
const READ_BY = {
  VERIFY_PAYMENTS_SERVICE: /SmsStartFunction/,
  VERIFY_PHONES_SERVICE: /PhoneStartFunction/,
} as const

function verifyService(stage: DeployedStage, clients: Clients, name: ServiceName): Check {
  const isForPayments = name === 'VERIFY_PAYMENTS_SERVICE'
  return {
    title: isForPayments ? "Verify, payments' service" : "Verify, phones' service",
    needs: ['lambda:GetFunctionConfiguration', READS_SECRETS],
    async look(signal) {
      const FunctionName = stage.resource('AWS::Lambda::Function', READ_BY[name])
      const { Environment } = await clients.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName }),
        { abortSignal: signal },
      )
      const { VERIFY_API_URL, [name]: service } = Environment?.Variables ?? {}
      const { apiUrl, sid } = told.parse({ apiUrl: VERIFY_API_URL, sid: service })
      const secret = await secretOf(stage, 'twilioVerify', clients.secrets, signal)
      const key = twilioKey.safeParse(typeof secret === 'object' ? secret.value : undefined).data
      if (!key)
        return unclear(
          `${sid} was not checked, because there is no key`,
          fillIn(stage, 'twilioVerify'),
        )
      const twilio = twilioServices({ apiUrl, apiKey: key.apiKey, apiSecret: key.apiKeySecret })
      try {
        return judged(await twilio.read(sid), isForPayments)
      } catch (error) {
        if (error instanceof TwilioFault) return refused(error, sid, stage)
        throw error
      }
    },
  }
}

function judged({ sid, psd2Enabled, codeLength }: Service, isForPayments: boolean): Finding {
  if (psd2Enabled !== isForPayments) {
    return wrong(
      isForPayments
        ? `${sid} is not in PSD2 mode, so its codes are bound to no payment`
        : `${sid} is in PSD2 mode, so it proves no phone (60206)`,
      'npm run setup:verify',
    )
  }
  if (codeLength < CODE_LENGTH_MIN) {
    return wrong(
      `${sid} sends codes of ${codeLength} digits, and fewer than six are refused`,
      'npm run setup:verify',
    )
  }
  return right(`${sid} is ${isForPayments ? 'in PSD2 mode' : 'not in PSD2 mode'}`)
}

const CODE_LENGTH_MIN = 6

function refused({ status }: TwilioFault, sid: string, stage: DeployedStage): Finding {
  if (status === 401) {
    return wrong(
      'Twilio refuses the key in the secret (401)',
      `${fillIn(stage, 'twilioVerify')}   (after a look in Twilio's console: the key is there, of this region, and may use Verify)`,
    )
  }
  if (status === 403) {
    return unclear(
      `the stage's key may not read ${sid}, which a restricted one need not`,
      'With a Standard key in TWILIO_API_KEY and TWILIO_API_SECRET: npm run setup:verify',
    )
  }
  if (status === 404) {
    return wrong(
      `Twilio knows no service ${sid} in the account of this key`,
      'npm run setup:verify, put the lines that it prints into payfriend.json, and npm run deploy',
    )
  }
  return unclear(
    `Twilio gave no clear answer about ${sid}${status ? ` (${status})` : ''}`,
    'Run this again.',
  )
}
