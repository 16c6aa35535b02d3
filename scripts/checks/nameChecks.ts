/** Checks of the names that one account or region has only once, and of the tables' indexes. */
import {
  ListOriginAccessControlsCommand,
  ListResponseHeadersPoliciesCommand,
} from '@aws-sdk/client-cloudfront'
import { DescribeUserPoolDomainCommand } from '@aws-sdk/client-cognito-identity-provider'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { ListEventBusesCommand } from '@aws-sdk/client-eventbridge'
import * as z from 'zod'
import { type AwsClients, isNamed } from './awsClients.ts'
import { type Check, type Finding, known, right, wrong } from './check.ts'
import { ofType, type Plan, textOf } from './plan.ts'
import { STANDING, standingStack } from './stackCheck.ts'

export const nameChecks = (plan: Plan, clients: AwsClients): Check[] => [
  standingStack(plan),
  ...Object.keys(NAMED).map((type) => nameFree(plan, clients, type as NamedType)),
  indexes(plan, clients),
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

const index = z.object({
  IndexName: z.string(),
  KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })),
  Projection: z.object({ ProjectionType: z.string() }),
})
const table = z.object({
  KeySchema: index.shape.KeySchema,
  GlobalSecondaryIndexes: z.array(index).default([]),
})

/** DynamoDB adds or removes one index of a table at a time, and changes none; with two, the deployment fails. */
const indexes = ({ template, standing }: Plan, { dynamoDb }: AwsClients): Check => ({
  title: 'indexes',
  isGuard: true,
  needs: ['dynamodb:DescribeTable', ...STANDING],
  async look(abortSignal) {
    const there = (await standing())?.resources ?? []
    const findings: Finding[] = []
    for (const [id, { Properties }] of ofType(template, 'AWS::DynamoDB::GlobalTable')) {
      const TableName = there.find((one) => one.LogicalResourceId === id)?.PhysicalResourceId
      if (TableName === undefined) continue
      const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }), {
        abortSignal,
      })
      findings.push(changed(id, table.parse(Properties), table.parse(Table)))
    }
    return (
      findings.find(({ mark }) => mark === '✗') ??
      findings.find(({ mark }) => mark === '!') ??
      right(findings.length > 0 ? 'they are those that are deployed' : 'the tables are new')
    )
  },
})

function changed(
  id: string,
  planned: z.infer<typeof table>,
  deployed: z.infer<typeof table>,
): Finding {
  if (shapeOf(planned) !== shapeOf(deployed)) {
    return wrong(
      `${id} would get another key, so CloudFormation would make a new, empty table`,
      'Leave the key in functions/tables.ts as it is.',
    )
  }
  const [wanted, there] = [planned, deployed].map(
    ({ GlobalSecondaryIndexes: all }) => new Map(all.map((one) => [one.IndexName, shapeOf(one)])),
  ) as [Map<string, string>, Map<string, string>]
  const other = [...wanted].filter(([name, shape]) => (there.get(name) ?? shape) !== shape)
  if (other.length > 0) {
    return wrong(
      `${id}: ${other.map(([name]) => name).join(', ')} would change, which no index can`,
      'Give the new one another name in functions/tables.ts, and take the old one out in a later deployment.',
    )
  }
  const moves = [
    ...[...wanted.keys()].filter((name) => !there.has(name)).map((name) => `+${name}`),
    ...[...there.keys()].filter((name) => !wanted.has(name)).map((name) => `-${name}`),
  ]
  if (moves.length > 1) {
    return wrong(
      `${id}: ${moves.join(', ')}, and DynamoDB makes one such change a deployment`,
      'Deploy versions in between, each with one of them.',
    )
  }
  if (moves.length === 0) return right('')
  return known(`${id}: ${moves[0]}, which takes the longer the larger the table is`)
}

const shapeOf = (one: Pick<z.infer<typeof index>, 'KeySchema'> & { Projection?: unknown }) =>
  JSON.stringify([
    one.KeySchema.map(({ AttributeName, KeyType }) => [KeyType, AttributeName]).sort(),
    z.object({ ProjectionType: z.string() }).safeParse(one.Projection).data?.ProjectionType,
  ])
