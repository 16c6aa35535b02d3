/** Looks at what must not be lost: the tables, the archive, and who writes it. */
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda'
import {
  GetObjectLockConfigurationCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3'
import { consumers } from '../../functions/routes.ts'
import { tables } from '../../functions/tables.ts'
import { type Check, type Finding, known, right, wrong } from './check.ts'
import { type DeployedStage, logOf } from './deployedStage.ts'

type Clients = {
  readonly dynamoDb: DynamoDBClient
  readonly lambda: LambdaClient
  readonly s3: S3Client
}
type TableName = keyof typeof tables

const TITLES = {
  payments: ['payments', /^PaymentsTable$/],
  users: ['people', /^UsersTable$/],
} as const
const DEPLOY = 'npm run deploy'

export const keptChecks = (stage: DeployedStage, clients: Clients): Check[] => [
  table(stage, clients.dynamoDb, 'payments'),
  table(stage, clients.dynamoDb, 'users'),
  archive(stage, clients.s3),
  deadLetters(stage, clients.s3),
  ...consumers.map((name) => consumer(stage, clients.lambda, name)),
]

function table(stage: DeployedStage, client: DynamoDBClient, name: TableName): Check {
  const [title, id] = TITLES[name]
  return {
    title: `table of ${title}`,
    needs: 'dynamodb:DescribeTable and dynamodb:DescribeContinuousBackups',
    async look(abortSignal) {
      const TableName = stage.resource('AWS::DynamoDB::GlobalTable', id)
      if (TableName === undefined) return wrong('the stack has none', DEPLOY)
      const [{ Table }, { ContinuousBackupsDescription }] = await Promise.all([
        client.send(new DescribeTableCommand({ TableName }), { abortSignal }),
        client.send(new DescribeContinuousBackupsCommand({ TableName }), { abortSignal }),
      ])
      const { PointInTimeRecoveryStatus: recovery } =
        ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {}
      if (recovery !== 'ENABLED') {
        return wrong(
          'it cannot be put back to a time of yesterday (point-in-time recovery is off)',
          stage.aws(
            `dynamodb update-continuous-backups --table-name ${TableName} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
          ),
        )
      }
      if (Table?.StreamSpecification?.StreamViewType !== tables[name].stream) {
        return wrong('its stream is off, so nothing gets into the archive', DEPLOY)
      }
      if (Table?.DeletionProtectionEnabled) {
        return right('can be restored, and cannot be deleted by mistake')
      }
      if (!stage.keepsData) return keepsNothing
      return wrong(
        'it can be deleted by mistake',
        stage.aws(`dynamodb update-table --table-name ${TableName} --deletion-protection-enabled`),
      )
    },
  }
}

const keepsNothing = known('keeps nothing: it goes with the stack, as the setting `keepData` says')

const archive = (stage: DeployedStage, client: S3Client): Check => ({
  title: 'archive',
  needs: 's3:GetBucketObjectLockConfiguration',
  async look(abortSignal) {
    const Bucket = stage.output('ArchiveBucket')
    if (Bucket === undefined) return wrong('the stage was deployed before there was one', DEPLOY)
    const lock = await lockOf(client, Bucket, abortSignal)
    const days = stage.archiveDays
    if (days === undefined && !lock) return keepsNothing
    const isLocked = lock?.Mode === 'COMPLIANCE'
    if (isLocked && (lock.Days ?? 0) >= (days ?? 1)) {
      return right(`nobody can delete an entry of it for ${lock.Days} days`)
    }
    return wrong(
      isLocked
        ? `a new entry of it can be deleted after ${lock.Days ?? 0} days, and not after ${days}`
        : `its new entries can be deleted (Object Lock is ${lock ? `in the mode ${lock.Mode}` : 'off'})`,
      stage.aws(
        `s3api put-object-lock-configuration --bucket ${Bucket} --object-lock-configuration '${compliance(days)}'`,
      ),
    )
  },
})

const compliance = (days = FIVE_YEARS_DAYS) =>
  JSON.stringify({
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: days } },
  })
/** As PSD2 Art. 21 asks, where the template does not say. */
const FIVE_YEARS_DAYS = 1827

async function lockOf(client: S3Client, Bucket: string, abortSignal: AbortSignal) {
  try {
    const { ObjectLockConfiguration } = await client.send(
      new GetObjectLockConfigurationCommand({ Bucket }),
      { abortSignal },
    )
    return ObjectLockConfiguration?.Rule?.DefaultRetention
  } catch (error) {
    if (error instanceof Error && error.name === 'ObjectLockConfigurationNotFoundError') {
      return undefined
    }
    throw error
  }
}

/** What a consumer failed at for two hours is put there, whole, and deleted after thirty days. */
const deadLetters = (stage: DeployedStage, client: S3Client): Check => ({
  title: 'dead letters',
  needs: 's3:ListBucket',
  async look(abortSignal) {
    const Bucket = stage.resource('AWS::S3::Bucket', /^DeadLetterBucket$/)
    if (Bucket === undefined)
      return wrong('the stage was deployed before there was a place', DEPLOY)
    const { KeyCount } = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }), {
      abortSignal,
    })
    if (!KeyCount) return right('is empty: no change of the last thirty days was given up')
    return wrong(
      'changes of payments are missing in the archive (`npm run archive:mend` makes up for them) or were not published',
      stage.aws(`s3 ls s3://${Bucket} --recursive`),
    )
  },
})

function consumer(
  stage: DeployedStage,
  client: LambdaClient,
  name: (typeof consumers)[number],
): Check {
  const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  return {
    title: name,
    needs: 'lambda:ListEventSourceMappings',
    async look(abortSignal): Promise<Finding> {
      const FunctionName = stage.resource('AWS::Lambda::Function', new RegExp(`${id}Function`))
      if (FunctionName === undefined) {
        return wrong('the stage was deployed before there was one', DEPLOY)
      }
      const { EventSourceMappings } = await client.send(
        new ListEventSourceMappingsCommand({ FunctionName }),
        { abortSignal },
      )
      const findings = Object.values(TITLES).map(([of, tableId]) => {
        const table = stage.resource('AWS::DynamoDB::GlobalTable', tableId)
        const mapping = EventSourceMappings?.find(({ EventSourceArn }) =>
          EventSourceArn?.includes(`:table/${table}/stream/`),
        )
        return consuming(stage, id, of, mapping)
      })
      const worst = (['✗', '!'] as const).flatMap((mark) =>
        findings.filter((finding) => finding.mark === mark),
      )
      return worst[0] ?? right(CONSUMES)
    },
  }
}

/** Whether it consumes the payments, or the payers. */
function consuming(
  stage: DeployedStage,
  id: string,
  of: string,
  mapping: EventSourceMappingConfiguration | undefined,
): Finding {
  if (!mapping) return wrong(`nothing leads from the ${of} to it`, DEPLOY)
  const { State, UUID, LastProcessingResult = '' } = mapping
  if (State === 'Disabled' || State === 'Disabling') {
    return wrong(
      `it does not consume the ${of}: somebody has switched it off; what changes in the meantime is lost to it after a day`,
      stage.aws(`lambda update-event-source-mapping --uuid ${UUID} --enabled`),
    )
  }
  if (State !== 'Enabled') {
    return known(`it does not consume the ${of} yet (${State})`, 'Look again in a minute.')
  }
  if (/^PROBLEM/.test(LastProcessingResult)) {
    return wrong(`it consumes the ${of}, and failed at the last`, logOf(stage, id))
  }
  return right(CONSUMES)
}

const CONSUMES = 'consumes the payments and the payers'
