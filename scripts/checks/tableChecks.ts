/** Checks of the tables: what of a deployment they cannot take, and whether they would be kept as they are now. */
import { DescribeTableCommand, type TableDescription } from '@aws-sdk/client-dynamodb'
import * as z from 'zod'
import type { AwsClients } from './awsClients.ts'
import { type Check, type Finding, known, right, wrong } from './check.ts'
import { ofType, type Plan } from './plan.ts'
import { STANDING } from './stackCheck.ts'

export const tableChecks = (plan: Plan, clients: AwsClients): Check[] => [
  indexes(plan, clients),
  protection(plan, clients),
]

const NEEDS = ['dynamodb:DescribeTable', ...STANDING]

/** Each table of the template that is deployed, by its logical id: as it would be, and as it is. */
async function tablesOf(
  { template, standing }: Plan,
  { dynamoDb }: AwsClients,
  abortSignal: AbortSignal,
): Promise<readonly [id: string, planned: unknown, deployed: TableDescription | undefined][]> {
  const there = (await standing())?.resources ?? []
  const tables: [string, unknown, TableDescription | undefined][] = []
  for (const [id, { Properties }] of ofType(template, 'AWS::DynamoDB::GlobalTable')) {
    const TableName = there.find((one) => one.LogicalResourceId === id)?.PhysicalResourceId
    if (TableName === undefined) continue
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }), { abortSignal })
    tables.push([id, Properties, Table])
  }
  return tables
}

const replicas = z
  .object({
    Replicas: z.array(z.object({ DeletionProtectionEnabled: z.boolean().default(false) })),
  })
  .transform(({ Replicas }) => Replicas.every((one) => one.DeletionProtectionEnabled))

/** A stage that would no longer keep its data: the next `npm run destroy` would delete it. */
const protection = (plan: Plan, clients: AwsClients): Check => ({
  title: 'deletion protection',
  isGuard: true,
  needs: NEEDS,
  async look(abortSignal) {
    const tables = await tablesOf(plan, clients, abortSignal)
    const bare = tables.filter(
      ([, planned, deployed]) => deployed?.DeletionProtectionEnabled && !replicas.parse(planned),
    )
    if (bare.length > 0) {
      return wrong(
        `${bare.map(([id]) => id).join(', ')} would lose it, and be deleted with the stack`,
        'Take `"keepData": false` out of payfriend.json; or deploy all the same, if you mean it and the law lets you.',
      )
    }
    return right(tables.length > 0 ? 'the tables keep what they have of it' : 'the tables are new')
  },
})

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
const indexes = (plan: Plan, clients: AwsClients): Check => ({
  title: 'indexes',
  isGuard: true,
  needs: NEEDS,
  async look(abortSignal) {
    const findings = (await tablesOf(plan, clients, abortSignal)).map(([id, planned, deployed]) =>
      changed(id, table.parse(planned), table.parse(deployed)),
    )
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
