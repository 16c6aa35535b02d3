import { Annotations, Duration, Validations } from 'aws-cdk-lib'
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events'
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { StartingPosition } from 'aws-cdk-lib/aws-lambda'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { type IBucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { serviceOf } from '../functions/metrics.ts'
import type { ConsumerName } from '../functions/routes.ts'
import { Lambda } from './lambda.ts'
import { privateBucket } from './privateBucket.ts'
import { logicalIdOf, unprotectedRemovalPolicy } from './retention.ts'
import { DAYS_A_YEAR } from './stageFields.ts'
import type { Tables } from './tables.ts'

/** How long entries of the archive are locked, and whether who has a right of its own can lift that. */
type ArchiveLock = 'none' | { readonly mode: 'governance' | 'compliance'; readonly years: number }

export type AuditTrailProps = {
  readonly settings: {
    readonly stage: string
    readonly keepData: boolean
    readonly archiveLock: ArchiveLock
    readonly logLevel: string
    readonly logRetentionDays: RetentionDays
  }
  /** Holds `<name>/index.cjs` for each Lambda that consumes the streams of the tables. */
  readonly folder: string
  readonly tables: Tables
  /** The bus on which payments and changes of accounts are published. Default: a bus of Payfriend's own. */
  readonly eventBus?: IEventBus
}

const MEMORY_MB = 512
/** The slowest possible batch, with each call tried three times, takes longer: Lambda then halves the batch. */
const TIMEOUT_SECONDS = 120
const BATCH_SIZE = 25
/**
 * A change is tried again for this long, then becomes a dead letter. Most outages of AWS are shorter, and one item
 * that was spoilt by hand must not hold up the changes of other items for a day.
 */
const TRIED_FOR = Duration.hours(2)
const TRIES_MAX = 200
/** Enough time to look into a dead letter; it is then deleted, because it holds data of payments and payers. */
const DEAD_LETTER_DAYS = 30

/**
 * The audit trail of payments and accounts: each change becomes an entry in the archive, and the ends of payments
 * and changes of accounts are published on the bus. It consumes the streams of the tables, so no request waits for it.
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
      id: `AwsSolutions-IAM5[Resource::<${logicalIdOf(this.archive)}.Arn>/*]`,
      reason:
        'Each entry has a key of its own; the Lambda may write entries, and read and delete none.',
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

  /** A Lambda that consumes the streams of both tables in order; a change that fails is tried again. */
  private consumer(name: ConsumerName, environment: Record<string, string>): Lambda {
    const { settings, folder, tables } = this.props
    const lambda = new Lambda(this, `${name.charAt(0).toUpperCase()}${name.slice(1)}`, {
      folder,
      name,
      description: this.title(`${name}, at each change of a payment or an account`),
      memoryMb: MEMORY_MB,
      timeoutSeconds: TIMEOUT_SECONDS,
      environment: {
        SERVICE_NAME: serviceOf(settings.stage),
        LOG_LEVEL: settings.logLevel,
        ...environment,
      },
      logRetentionDays: settings.logRetentionDays,
    })
    // The Lambda service writes dead letters with the role of the function that failed.
    for (const statement of [
      { actions: ['s3:PutObject'], resources: [this.deadLetters.arnForObjects('*')] },
      { actions: ['s3:ListBucket'], resources: [this.deadLetters.bucketArn] },
    ]) {
      lambda.role.addToPrincipalPolicy(new PolicyStatement(statement))
    }
    tables.consume(lambda, {
      // A new consumer begins with the oldest change that the stream still has.
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
      id: `AwsSolutions-IAM5[Resource::<${logicalIdOf(this.deadLetters)}.Arn>/*]`,
      reason: 'Lambda chooses the keys of dead letters.',
    })
    Validations.of(lambda).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason:
        'Only the event source mapping calls it, and that stores failed changes as dead letters.',
    })
    return lambda
  }

  private archiveBucket(): IBucket {
    const { keepData, archiveLock } = this.props.settings
    const bucket = privateBucket(this, 'ArchiveBucket', keepData, {
      versioned: true,
      objectLockEnabled: true,
      ...(archiveLock !== 'none' && {
        objectLockDefaultRetention: ObjectLockRetention[archiveLock.mode](
          Duration.days(Math.ceil(archiveLock.years * DAYS_A_YEAR)),
        ),
      }),
    })
    this.tellOfLock(archiveLock)
    // The lock keeps every version of an entry; this statement forbids a second version.
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
    // The policy must protect the bucket for as long as the bucket exists.
    bucket.policy?.applyRemovalPolicy(unprotectedRemovalPolicy(keepData))
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Reads of entries are logged by the data events of the AWS account’s own CloudTrail.',
    })
    return bucket
  }

  private tellOfLock(lock: ArchiveLock): void {
    if (lock === 'none') {
      if (!this.props.settings.keepData) return
      Annotations.of(this).addWarningV2(
        'payfriend:openArchive',
        'Nothing locks the archive of this stage, which keeps its data: everybody who may delete objects can delete entries.',
      )
      return
    }
    const { mode, years } = lock
    const told =
      mode === 'compliance'
        ? 'nobody, the owner of the AWS account neither, can delete it or shorten that, nor delete its bucket. ' +
          'A person’s wish to be forgotten cannot be met there either.'
        : 'only who has the right s3:BypassGovernanceRetention can delete it. Give that right to nobody by habit.'
    Annotations.of(this).addWarningV2(
      'payfriend:lockedArchive',
      `What is written to the archive is locked for ${years} ${years === 1 ? 'year' : 'years'} from then on: ${told}`,
    )
  }

  private deadLetterBucket(): IBucket {
    const bucket = privateBucket(this, 'DeadLetterBucket', this.props.settings.keepData, {
      lifecycleRules: [{ expiration: Duration.days(DEAD_LETTER_DAYS) }],
    })
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It holds dead letters only, which are deleted after 30 days.',
    })
    return bucket
  }

  private title(what: string): string {
    return `Payfriend ${this.props.settings.stage}: ${what}`
  }
}
