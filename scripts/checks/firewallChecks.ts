/** Checks of the secret by which the API knows what came through the firewall (docs/adr/0092). */
import * as z from 'zod'
import { hasFirewall } from '../../lib/firewallSettings.ts'
import { type Check, type Finding, right, unclear, wrong } from './check.ts'
import type { DeployedStage } from './deployedStage.ts'
import type { Plan } from './plan.ts'
import { STANDING } from './stackCheck.ts'
import { parsed, webAnswer } from './webAnswer.ts'

/** The logical id of such a secret ends with CDK's hash. */
const SECRET = /^FirewallSecret(\d+)[0-9A-F]{8}$/
const SECRETS = 'AWS::SecretsManager::Secret'
/** A route without an authorizer of API Gateway, so that a Lambda answers; a GET without proof changes nothing. */
const ROUTE = '/approvals'

/** Whether the number of the secret is one that the deployed Lambdas know already. */
export const originSecrets = ({ settings, standing }: Plan): Check[] =>
  hasFirewall(settings)
    ? [
        {
          title: "firewall's secret",
          isGuard: true,
          needs: STANDING,
          async look() {
            const { resources = [] } = (await standing()) ?? {}
            const numbers = resources.flatMap(({ LogicalResourceId = '', ResourceStatus = '' }) => {
              const [, number] = SECRET.exec(LogicalResourceId) ?? []
              return number && !ResourceStatus.startsWith('DELETE') ? [Number(number)] : []
            })
            return judged(settings.originSecretNumber, Math.min(...numbers))
          },
        },
      ]
    : []

/** @param standing the number of the secret that CloudFront sends now; infinite without one */
function judged(planned: number, standing: number): Finding {
  if (standing === Number.POSITIVE_INFINITY)
    return right(`number ${planned}, the first of this stack`)
  if (planned === standing) return right(`number ${planned} stays`)
  if (planned === standing + 1) return right(`it is turned from number ${standing} to ${planned}`)
  return wrong(
    `number ${standing} is deployed, and Lambdas would refuse number ${planned} until each is updated`,
    `Say \`originSecretNumber\` ${standing}, or ${standing + 1} to turn it.`,
  )
}

/** Whether the API answers what came through the firewall, and nothing else; none without a firewall. */
export const walkedAround = (stage: DeployedStage): Check[] =>
  stage.resource(SECRETS, SECRET) === undefined
    ? []
    : [
        {
          title: 'firewall',
          async look(signal) {
            const [site, past] = await Promise.all([
              codeAt(`${stage.output('SiteUrl')}/api`, signal),
              codeAt(`${stage.output('ApiUrl')}`, signal),
            ])
            if (site === 'wrong_address') {
              return wrong(
                'the API refuses what came through it too (wrong_address), so nobody can pay',
                'Raise `originSecretNumber` by one, and npm run deploy: CloudFront sends another secret than the Lambdas take.',
              )
            }
            if (past === 'device_not_trusted') {
              return wrong(
                'the API answers at its own address too, where no firewall stands',
                'npm run deploy; if that says "no changes", look for ORIGIN_SECRETS in the configuration of the Lambda listApprovals',
              )
            }
            if (site === 'device_not_trusted' && past === 'wrong_address') {
              return right('it cannot be walked around, and the API knows what came through it')
            }
            return unclear(
              `the API answers ${site} behind it and ${past} at its own address`,
              'Run this again; if it stays so, look into the log of the API (docs/guides/runbook.md).',
            )
          },
        },
      ]

const refusal = z.object({ code: z.string().regex(/^[a-z_]{1,40}$/) })

async function codeAt(api: string, signal: AbortSignal): Promise<string> {
  const { status, text } = await webAnswer(`${api}${ROUTE}`, signal)
  return refusal.safeParse(parsed(text)).data?.code ?? String(status)
}
