import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3'
import { writtenSettings } from '../../bin/settings.ts'
import { archiveBucket } from '../../functions/adapters/aws/archiveBucket.ts'
import { CannotLook } from '../checks/cannotLook.ts'
import { standingStack } from '../checks/deployedStage.ts'
import { stageRegion } from '../checks/stageRegion.ts'
import type { ArchivedEntry } from './archivedEntry.ts'
import type { StageOptions } from './evidenceOptions.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { storedItem } from './storedItem.ts'

/** The archive and the tables of a stage in AWS, which its stack's outputs name. */
export async function stageSource(
  from: StageOptions,
  settings = writtenSettings,
): Promise<EvidenceSource> {
  const { stack, profile } = from
  const region = stageRegion(from, settings())
  const at = { ...(region && { region }), ...(profile && { profile }) }
  const outputs = await outputsOf(stack, at)
  const output = (name: string) => {
    const value = outputs.get(name)
    if (value) return value
    throw new CannotLook(
      `The stack ${stack} has no output ${name}: it was deployed by an older version, or has no Payfriend in it.`,
    )
  }
  const bucket = output('ArchiveBucket')
  const s3 = new S3Client(at)
  return {
    entries: (folder) =>
      asked(
        `The archive ${bucket} cannot be read`,
        's3:ListBucketVersions and s3:GetObjectVersion',
        () => pagesIn(s3, bucket, folder),
      ),
    keep: (entry) =>
      asked(`The archive ${bucket} cannot be written to`, 's3:PutObject', () =>
        archiveBucket(s3, bucket).keep(entry),
      ),
    async item(table, id) {
      const name = output(OUTPUTS[table])
      return storedItem(new DynamoDBClient(at), { table, name, id })
    },
    close: async () => s3.destroy(),
  }
}

/** The outputs that name the tables. */
const OUTPUTS = { payments: 'PaymentsTableName', users: 'PayersTableName' } as const

/** An error of AWS says nothing about the payment, so it becomes `CannotLook`. */
async function asked<T>(what: string, rights: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    throw new CannotLook(
      name === 'AccessDenied'
        ? `${what} with these credentials: use some with ${rights}.`
        : `${what} (${name}: ${message.replace(/\.$/, '')}): check your connection, and run this again.`,
    )
  }
}

/** How long CloudFormation may take. */
const STACK_LIMIT_MS = 30_000

async function outputsOf(
  stack: string,
  at: { readonly region?: string; readonly profile?: string },
) {
  const client = new CloudFormationClient(at)
  try {
    const { Outputs } = await standingStack(client, {
      stack,
      profile: at.profile,
      signal: AbortSignal.timeout(STACK_LIMIT_MS),
    })
    return new Map(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
  } finally {
    client.destroy()
  }
}

/**
 * Every entry, in its first version. A writer with other rights could add a version or mark the entry as deleted; the
 * first version stays, because the bucket's lock forbids deleting it during the retention.
 */
async function pagesIn(s3: S3Client, bucket: string, folder: string): Promise<ArchivedEntry[]> {
  const versions = new Map<string, (string | undefined)[]>()
  const deleted = new Set<string | undefined>()
  let entry: ListObjectVersionsCommandOutput | undefined
  do {
    const list = new ListObjectVersionsCommand({
      Bucket: bucket,
      Prefix: folder,
      ...(entry && { KeyMarker: entry.NextKeyMarker, VersionIdMarker: entry.NextVersionIdMarker }),
    })
    entry = await s3.send(list)
    // S3 lists the versions of a key from the newest to the first.
    for (const { Key = '', VersionId } of entry.Versions ?? []) {
      versions.set(Key, [...(versions.get(Key) ?? []), VersionId])
    }
    for (const { Key, IsLatest } of entry.DeleteMarkers ?? []) if (IsLatest) deleted.add(Key)
  } while (entry.IsTruncated)
  return Promise.all(
    [...versions].map(async ([Key, ids]) => {
      const get = new GetObjectCommand({ Bucket: bucket, Key, VersionId: ids.at(-1) })
      const { Body } = await s3.send(get)
      const text = (await Body?.transformToString()) ?? ''
      return { key: Key, text, versions: ids.length, isDeleted: deleted.has(Key) }
    }),
  )
}
