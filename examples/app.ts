/** Somebody's shop, in whose stack Payfriend stands, and which pays what was approved. */
import { join } from 'node:path'
import { App, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { FeaturePlan, UserPool } from 'aws-cdk-lib/aws-cognito'
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { Payfriend, type PayfriendProps } from '../lib/payfriend.ts'
import { stageSettings } from '../lib/stageSettings.ts'
import { UNFINISHED } from './executionsTable.ts'

/** An event waits for so long, and is tried so often, before it becomes a dead letter. */
const TRIED_FOR = Duration.hours(24)
const TRIES_MAX = 185

/** The shop: its own people, its own bus, and a Payfriend between them. */
export class ShopStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    props: StackProps & Pick<PayfriendProps, 'lambdas' | 'page'> = {},
  ) {
    const { lambdas, page, ...stack } = props
    super(scope, id, stack)
    const people = new UserPool(this, 'People', {
      signInAliases: { email: true },
      // The plan that puts claims into access tokens.
      featurePlan: FeaturePlan.ESSENTIALS,
    })
    const bus = new EventBus(this, 'Bus')

    const payfriend = new Payfriend(this, 'Payfriend', {
      settings: stageSettings('shop', {
        archiveLock: { mode: 'governance', years: 5 },
        currencies: ['EUR'],
        maxAmount: '500.00',
      }),
      userPool: people,
      // The two types differ only in how they spell an optional member.
      eventBus: bus as IEventBus,
      ...(lambdas !== undefined && { lambdas }),
      ...(page && { page }),
    })
    for (const [name, { description, value }] of Object.entries(payfriend.outputs)) {
      new CfnOutput(this, name, { description, value })
    }

    this.payWhatIsApproved(bus)
  }

  private payWhatIsApproved(bus: EventBus): void {
    const executions = new TableV2(this, 'Executions', {
      partitionKey: { name: 'payment_id', type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: UNFINISHED,
          partitionKey: { name: UNFINISHED, type: AttributeType.STRING },
          sortKey: { name: 'begun_at', type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    })
    const deadLetters = new Queue(this, 'DeadLetters', {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    const execute = new NodejsFunction(this, 'ExecutePayment', {
      entry: join(import.meta.dirname, 'executePayment.ts'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(30),
      environment: { EXECUTIONS_TABLE: executions.tableName },
      bundling: { format: OutputFormat.ESM, bundleAwsSDK: false, minify: true },
      // What was brought here and failed; what could not be brought is the rule's.
      deadLetterQueue: deadLetters,
      retryAttempts: 2,
    })
    // Not `grantWriteData`, by which it could delete what proves that a payment was begun.
    execute.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
        resources: [executions.tableArn],
      }),
    )
    new Rule(this, 'Approved', {
      eventBus: bus,
      description: 'Payments that their payers approved',
      eventPattern: {
        source: ['payfriend'],
        detailType: ['payment.approved'],
        detail: { version: [1] },
      },
      targets: [
        new LambdaFunction(execute, {
          deadLetterQueue: deadLetters,
          maxEventAge: TRIED_FOR,
          retryAttempts: TRIES_MAX,
        }),
      ],
    })
  }
}

if (import.meta.main) new ShopStack(new App({ analyticsReporting: false }), 'Shop')
