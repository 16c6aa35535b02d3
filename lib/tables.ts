import { Validations } from 'aws-cdk-lib'
import {
  type Attribute,
  AttributeType,
  Billing,
  type CfnGlobalTable,
  ProjectionType,
  StreamViewType,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { type EventSourceMappingOptions, FilterCriteria, FilterRule } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Right } from '../functions/routes.ts'
import { type Key, type TableShape, tables } from '../functions/tables.ts'
import type { Lambda } from './lambda.ts'
import { fixId, logicalIdOf, removalPolicy } from './retention.ts'

type Name = keyof typeof tables

/** Both read the same items, one by one or several at once (`readItem.ts`). */
const READS = ['dynamodb:GetItem', 'dynamodb:BatchGetItem']

/** The tables of payments and payers. If data is kept, they outlive the stack, because they hold evidence. */
export class Tables extends Construct {
  private readonly byName: Record<Name, TableV2>
  private readonly keepData: boolean

  constructor(scope: Construct, id: string, { keepData }: { readonly keepData: boolean }) {
    super(scope, id)
    this.keepData = keepData
    this.byName = {
      payments: this.create('PaymentsTable', tables.payments),
      users: this.create('UsersTable', tables.users),
    }
  }

  /** Each table with the names of its indexes, which have throttles of their own. */
  get all(): readonly { readonly table: TableV2; readonly indexes: readonly string[] }[] {
    return (Object.keys(tables) as Name[]).map((name) => ({
      table: this.byName[name],
      indexes: Object.keys(tables[name].indexes),
    }))
  }

  get paymentsTableName(): string {
    return this.byName.payments.tableName
  }

  get payersTableName(): string {
    return this.byName.users.tableName
  }

  /** Name the tables to a Lambda and grant it these rights and no others, in one step. */
  bind(lambda: Lambda, rights: readonly Right[]): void {
    if (rights.length === 0) return
    lambda.function.addEnvironment('PAYMENTS_TABLE', this.byName.payments.tableName)
    lambda.function.addEnvironment('PAYERS_TABLE', this.byName.users.tableName)
    for (const right of rights) {
      const [target = '', action] = right.split(':')
      const [name, index] = target.split('/')
      const { tableArn } = this.byName[name as Name]
      // Not `table.grant`, which adds every index of a table that has any.
      lambda.role.addToPrincipalPolicy(
        new PolicyStatement({
          actions: action === 'GetItem' ? READS : [`dynamodb:${action}`],
          resources: [index ? `${tableArn}/index/${index}` : tableArn],
        }),
      )
    }
  }

  /**
   * Connect a Lambda to the streams of both tables, filtered for consumers. It may read the streams, but not the
   * tables.
   */
  consume(
    lambda: Lambda,
    how: Omit<EventSourceMappingOptions, 'eventSourceArn' | 'filters'>,
  ): void {
    for (const [name, id] of [
      ['payments', 'Payments'],
      ['users', 'Users'],
    ] as const) {
      const { consumed }: TableShape = tables[name]
      const { tableArn, tableStreamArn } = this.byName[name]
      if (!tableStreamArn) throw new Error(`the table ${name} has no stream`)
      // Not `table.grantStreamRead`, which grants listing the streams of every table.
      for (const statement of [
        {
          actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
          resources: [tableStreamArn],
        },
        { actions: ['dynamodb:ListStreams'], resources: [`${tableArn}/stream/*`] },
      ]) {
        lambda.role.addToPrincipalPolicy(new PolicyStatement(statement))
      }
      lambda.function.addEventSourceMapping(id, {
        eventSourceArn: tableStreamArn,
        ...how,
        ...(consumed && { filters: filtersFor(consumed) }),
      })
      Validations.of(lambda.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${logicalIdOf(this.byName[name])}.Arn>/stream/*]`,
        reason: "Lambda lists this table's streams before it reads the one that exists.",
      })
    }
  }

  private create(logicalId: string, { partitionKey, indexes, ttl, stream }: TableShape): TableV2 {
    // `TableV2`, since a `Table` can never become one, and only a `TableV2` takes replicas in other regions.
    const table = new TableV2(this, logicalId, {
      partitionKey: attribute(partitionKey),
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: this.keepData,
      removalPolicy: removalPolicy(this.keepData),
      ...(ttl && { timeToLiveAttribute: ttl }),
      ...(stream && { dynamoStream: StreamViewType[stream] }),
      globalSecondaryIndexes: Object.entries(indexes).map(
        ([indexName, { partitionKey, sortKey, projection }]) => ({
          indexName,
          partitionKey: attribute(partitionKey),
          ...(sortKey && { sortKey: attribute(sortKey) }),
          projectionType: ProjectionType[projection],
        }),
      ),
    })
    fixId(table.node.defaultChild as CfnGlobalTable, logicalId)
    return table
  }
}

const attribute = ({ name, type }: Key): Attribute => ({
  name,
  type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER,
})

/**
 * Filters for items that have or had the attribute; a record needs to match only one. `exists` works on leaves only,
 * so the attribute's type is named too (Lambda Developer Guide, "Using event filtering with a DynamoDB event source").
 */
const filtersFor = ({ name, type }: Key) =>
  ['NewImage', 'OldImage'].map((image) =>
    FilterCriteria.filter({ dynamodb: { [image]: { [name]: { [type]: FilterRule.exists() } } } }),
  )
