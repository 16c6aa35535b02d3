import { Duration, Validations } from 'aws-cdk-lib'
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events'
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { StartingPosition } from 'aws-cdk-lib/aws-lambda'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { type IBucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { NAMESPACE, serviceOf } from '../functions/metrics.ts'
import type { ConsumerName } from '../functions/routes.ts'
import { Lambda } from './lambda.ts'
import { privateBucket } from './privateBucket.ts'
import { removalPolicy } from './retention.ts'
import type { Tables } from './tables.ts'

export type AuditTrailProps = {
  readonly settings: {
    readonly stage: string
    readonly keepData: boolean
    /** Counts where data is kept. */
    readonly archiveYears: number
    readonly logLevel: string
    readonly logRetention: RetentionDays
  }
  /** Holds `<name>/index.mjs` for each Lambda that consumes the streams of the tables. */
  readonly folder: string
  readonly tables: Tables
  /** Where payments and changes of accounts are published; a bus of Payfriend's own without it. */
  readonly eventBus?: IEventBus
}

const MEMORY_MB = 512
/** A batch at its slowest, with each call tried three times, may take longer: then it is halved. */
const TIMEOUT_SECONDS = 120
const BATCH_SIZE = 25
/**
 * For so long a change is tried again: longer than most of AWS's troubles, and short enough that one item
 * which somebody spoilt by hand does not hold up the others' for a day. Then it becomes a dead letter, whole.
 */
const TRIED_FOR = Duration.hours(2)
const TRIES_MAX = 200
/** Time enough to look at a dead letter; it holds what payments and payers have, so it does not stay. */
const DEAD_LETTER_DAYS = 30
const DAYS_A_YEAR = 365.25

/**
 * The record of payments and accounts: whatever changes one becomes an entry of an archive, and whoever listens
 * to the bus is told how a payment ended and what happened to an account. It consumes the streams of the tables, so nothing
 * waits for it.
 */
export class AuditTrail extends Construct {
  readonly archive: IBucket
  readonly eventBus: IEventBus
  readonly lambdas: Readonly<Record<ConsumerName, Lambda>>
  private readonly props: AuditTrailProps
  private readonly deadLetters: IBucket

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id)
    this.props = props
    this.archive = this.archiveBucket()
    this.deadLetters = this.deadLetterBucket()
    // The two types differ only in how they spell an optional member.
    this.eventBus =
      props.eventBus ??
      (new EventBus(this, 'Bus', { description: this.title('events') }) as IEventBus)
    this.lambdas = {
      archiveEntries: this.archiver(),
      publishEvents: this.publisher(),
    }
  }

  private archiver(): Lambda {
    const lambda = this.consumer('archiveEntries', { ARCHIVE_BUCKET: this.archive.bucketName })
    lambda.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:PutObject'],
        resources: [this.archive.arnForObjects('*')],
      }),
    )
    Validations.of(lambda.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::<ArchiveBucket.Arn>/*]',
      reason: 'Each entry has a key of its own; it may write new ones, and read and delete none.',
    })
    return lambda
  }

  private publisher(): Lambda {
    const { eventBusArn } = this.eventBus
    const lambda = this.consumer('publishEvents', { EVENT_BUS: eventBusArn })
    lambda.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [eventBusArn] }),
    )
    return lambda
  }

  /** A Lambda that consumes the streams of both tables, each change in its order, again and again until it is taken. */
  private consumer(name: ConsumerName, environment: Record<string, string>): Lambda {
    const { settings, folder, tables } = this.props
    const lambda = new Lambda(this, `${name.charAt(0).toUpperCase()}${name.slice(1)}`, {
      folder,
      name,
      description: this.title(`${name}, at each change of a payment or an account`),
      memoryMb: MEMORY_MB,
      timeoutSeconds: TIMEOUT_SECONDS,
      environment: {
        POWERTOOLS_SERVICE_NAME: serviceOf(settings.stage),
        POWERTOOLS_METRICS_NAMESPACE: NAMESPACE,
        POWERTOOLS_LOG_LEVEL: settings.logLevel,
        ...environment,
      },
      logRetention: settings.logRetention,
    })
    // Lambda itself does this, in the name of the function that could not.
    for (const statement of [
      { actions: ['s3:PutObject'], resources: [this.deadLetters.arnForObjects('*')] },
      { actions: ['s3:ListBucket'], resources: [this.deadLetters.bucketArn] },
    ]) {
      lambda.role.addToPrincipalPolicy(new PolicyStatement(statement))
    }
    tables.consume(lambda, {
      // A new consumer begins with whatever the stream still has.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: TRIES_MAX,
      maxRecordAge: TRIED_FOR,
      supportS3OnFailureDestination: true,
      onFailure: { bind: () => ({ destination: this.deadLetters.bucketArn }) },
    })
    Validations.of(lambda.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::<DeadLetterBucket.Arn>/*]',
      reason: 'Lambda chooses the keys of dead letters.',
    })
    Validations.of(lambda).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'It is called by the stream alone, which makes a dead letter of what fails.',
    })
    return lambda
  }

  private archiveBucket(): IBucket {
    const { keepData, archiveYears } = this.props.settings
    const bucket = privateBucket(this, 'ArchiveBucket', keepData, {
      versioned: true,
      objectLockEnabled: true,
      // In compliance mode nobody can shorten it, not even the account's owner.
      ...(keepData && {
        objectLockDefaultRetention: ObjectLockRetention.compliance(
          Duration.days(Math.ceil(archiveYears * DAYS_A_YEAR)),
        ),
      }),
    })
    // The lock keeps every version of an entry; this keeps an entry from having a second one on top.
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'WrittenOnce',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects('*')],
        conditions: { Null: { 's3:if-none-match': 'true' } },
      }),
    )
    // It says what may be written for as long as there is a bucket.
    bucket.policy?.applyRemovalPolicy(removalPolicy(keepData))
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Who reads entries is for the data events of the account’s own trail to tell.',
    })
    return bucket
  }

  private deadLetterBucket(): IBucket {
    const bucket = privateBucket(this, 'DeadLetterBucket', this.props.settings.keepData, {
      lifecycleRules: [{ expiration: Duration.days(DEAD_LETTER_DAYS) }],
    })
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'There is something in it only when something went wrong, and it goes after 30 days.',
    })
    return bucket
  }

  private title(what: string): string {
    return `Payfriend ${this.props.settings.stage}: ${what}`
  }
}
