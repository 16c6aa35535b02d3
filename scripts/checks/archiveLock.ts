/** The check of the archive's lock: what of a deployment cannot be taken back, or would lock less than is locked now. */
import { GetObjectLockConfigurationCommand, type S3Client } from '@aws-sdk/client-s3'
import * as z from 'zod'
import { DAYS_A_YEAR } from '../../lib/stageFields.ts'
import { isNamed } from './awsClients.ts'
import { type Check, known, right, wrong } from './check.ts'
import { ofType, type Plan } from './plan.ts'
import { STANDING } from './stackCheck.ts'

/** From the weaker to the stronger. */
const MODES = ['GOVERNANCE', 'COMPLIANCE'] as const

const retention = z
  .object({
    Mode: z.enum(MODES),
    Days: z.number().optional(),
    // Of a bucket that was changed by hand.
    Years: z.number().optional(),
  })
  .transform(({ Mode, Days, Years = 0 }) => ({ mode: Mode, days: Days ?? Years * DAYS_A_YEAR }))

const locked = z.object({
  ObjectLockConfiguration: z
    .object({ Rule: z.object({ DefaultRetention: retention }).optional() })
    .optional(),
})

type Lock = z.infer<typeof retention>

const lockOf = (given: unknown): Lock | undefined =>
  locked.parse(given).ObjectLockConfiguration?.Rule?.DefaultRetention

/** Said aloud, because a deployment cannot be taken back in this. */
export const archiveLock = (plan: Plan, client: S3Client): Check => ({
  title: "archive's lock",
  isGuard: true,
  needs: ['s3:GetBucketObjectLockConfiguration', ...STANDING],
  async look(abortSignal) {
    const [bucket] = ofType(plan.template, 'AWS::S3::Bucket').filter(([id]) => ARCHIVE.test(id))
    const lock = lockOf(bucket?.[1].Properties)
    const before = await standingLock(plan, client, abortSignal)
    if (before && isWeaker(lock, before)) {
      return wrong(
        `it is ${inWords(before)} now, and would be ${lock ? inWords(lock) : 'none'} for what is written from then on`,
        'Put the former `archiveLock` back into payfriend.json; or deploy all the same, if you mean it and the law lets you.',
      )
    }
    if (!lock) return right('there is none, so who may delete objects can delete what is written')
    return lock.mode === 'COMPLIANCE'
      ? known(
          `from now on nobody, you neither, can delete what is written for ${time(lock)}, nor its bucket`,
          'Deploy a stage for trying first, like dev, which keeps nothing.',
        )
      : known(
          `from now on only who has s3:BypassGovernanceRetention can delete what is written, for ${time(lock)}`,
        )
  },
})

const ARCHIVE = /^ArchiveBucket/

/** What the deployed bucket locks now. */
async function standingLock(
  { standing }: Plan,
  client: S3Client,
  abortSignal: AbortSignal,
): Promise<Lock | undefined> {
  const { resources = [] } = (await standing()) ?? {}
  const { PhysicalResourceId: Bucket } =
    resources.find(
      ({ ResourceType, LogicalResourceId = '' }) =>
        ResourceType === 'AWS::S3::Bucket' && ARCHIVE.test(LogicalResourceId),
    ) ?? {}
  if (Bucket === undefined) return undefined
  try {
    const command = new GetObjectLockConfigurationCommand({ Bucket })
    return lockOf(await client.send(command, { abortSignal }))
  } catch (error) {
    if (isNamed(error, 'ObjectLockConfigurationNotFoundError')) return undefined
    throw error
  }
}

const isWeaker = (lock: Lock | undefined, before: Lock): boolean =>
  lock === undefined ||
  MODES.indexOf(lock.mode) < MODES.indexOf(before.mode) ||
  lock.days < Math.floor(before.days)

const inWords = (lock: Lock) => `${lock.mode.toLowerCase()} for ${time(lock)}`

function time({ days }: Lock): string {
  const years = Math.floor(days / DAYS_A_YEAR)
  if (years === 0) return `${Math.floor(days)} days`
  return `${years} ${years === 1 ? 'year' : 'years'}`
}
