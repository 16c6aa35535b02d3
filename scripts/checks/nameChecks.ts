/** Checks of the stack and of the names that one account or region has only once. */
import {
  ListOriginAccessControlsCommand,
  ListResponseHeadersPoliciesCommand,
} from '@aws-sdk/client-cloudfront'
import { DescribeUserPoolDomainCommand } from '@aws-sdk/client-cognito-identity-provider'
import { ListEventBusesCommand } from '@aws-sdk/client-eventbridge'
import * as z from 'zod'
import { type AwsClients, isNamed } from './awsClients.ts'
import { type Check, right, wrong } from './check.ts'
import { ofType, type Plan, textOf } from './plan.ts'
import { STANDING, standingStack } from './stackCheck.ts'

export const nameChecks = (plan: Plan, clients: AwsClients): Check[] => [
  standingStack(plan),
  ...Object.keys(NAMED).map((type) => nameFree(plan, clients, type as NamedType)),
]

type Named = {
  readonly title: string
  /** The name in the template's properties. */
  readonly name: z.ZodType<unknown>
  /** The physical id of what has this name. */
  readonly holder: (
    name: string,
    clients: AwsClients,
    abortSignal: AbortSignal,
  ) => Promise<string | undefined>
  readonly needs: readonly string[]
  readonly next: string
}
export type NamedType = keyof typeof NAMED

const CLOUDFRONTS =
  'Delete it in the console of CloudFront if nothing uses it; or it is of the same stage in another region or app: give this stage another name.'

/** Every kind of resource that the template names itself, and whose name somebody else may have. */
export const NAMED = {
  'AWS::Cognito::UserPoolDomain': {
    title: "sign-in's address",
    name: z.object({ Domain: z.unknown() }).transform(({ Domain }) => Domain),
    needs: ['cognito-idp:DescribeUserPoolDomain'],
    async holder(Domain, { cognito }, abortSignal) {
      try {
        const command = new DescribeUserPoolDomainCommand({ Domain })
        const { DomainDescription } = await cognito.send(command, { abortSignal })
        // CloudFormation calls a domain by its own name.
        return DomainDescription?.UserPoolId && Domain
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) return undefined
        throw error
      }
    },
    next: 'Delete that domain of an old user pool in the console of Cognito, under Domain.',
  },
  'AWS::CloudFront::ResponseHeadersPolicy': {
    title: 'header policies',
    name: z
      .object({ ResponseHeadersPolicyConfig: z.object({ Name: z.unknown() }) })
      .transform((found) => found.ResponseHeadersPolicyConfig.Name),
    needs: ['cloudfront:ListResponseHeadersPolicies'],
    async holder(name, { cloudFront }, abortSignal) {
      // There may be 20 of them.
      const command = new ListResponseHeadersPoliciesCommand({ Type: 'custom', MaxItems: 100 })
      const { ResponseHeadersPolicyList } = await cloudFront.send(command, { abortSignal })
      return ResponseHeadersPolicyList?.Items?.map((one) => one.ResponseHeadersPolicy).find(
        (one) => one?.ResponseHeadersPolicyConfig?.Name === name,
      )?.Id
    },
    next: CLOUDFRONTS,
  },
  'AWS::CloudFront::OriginAccessControl': {
    title: 'origin access',
    name: z
      .object({ OriginAccessControlConfig: z.object({ Name: z.unknown() }) })
      .transform((found) => found.OriginAccessControlConfig.Name),
    needs: ['cloudfront:ListOriginAccessControls'],
    async holder(name, { cloudFront }, abortSignal) {
      // There may be 100 of them.
      const command = new ListOriginAccessControlsCommand({ MaxItems: 100 })
      const { OriginAccessControlList } = await cloudFront.send(command, { abortSignal })
      return OriginAccessControlList?.Items?.find(({ Name }) => Name === name)?.Id
    },
    next: CLOUDFRONTS,
  },
  'AWS::Events::EventBus': {
    title: 'event bus',
    name: z.object({ Name: z.unknown() }).transform(({ Name }) => Name),
    needs: ['events:ListEventBuses'],
    async holder(name, { events }, abortSignal) {
      const command = new ListEventBusesCommand({ NamePrefix: name })
      const { EventBuses } = await events.send(command, { abortSignal })
      return EventBuses?.find(({ Name }) => Name === name)?.Name
    },
    next: 'Delete that bus in the console of EventBridge if nothing uses it.',
  },
} satisfies Record<string, Named>

function nameFree(plan: Plan, clients: AwsClients, type: NamedType): Check {
  const { title, name, holder, needs, next }: Named = NAMED[type]
  return {
    title,
    needs: [...needs, ...STANDING],
    async look(signal) {
      const names = ofType(plan.template, type).map(([, { Properties }]) =>
        textOf(name.parse(Properties), plan),
      )
      const [holders, standing] = await Promise.all([
        Promise.all(names.map((one) => holder(one, clients, signal))),
        plan.standing(),
      ])
      const ours = (standing?.resources ?? []).map((one) => one.PhysicalResourceId)
      const taken = names.filter((_, i) => holders[i] !== undefined && !ours.includes(holders[i]))
      if (taken.length > 0) return wrong(`the name ${taken.join(', ')} is taken`, next)
      return right(`the name${names.length > 1 ? 's are' : ' is'} free, or the stage's own`)
    },
  }
}
