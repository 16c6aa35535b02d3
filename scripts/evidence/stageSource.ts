import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3'
import { archiveBucket } from '../../functions/adapters/aws/archiveBucket.ts'
import type { ArchivedEntry } from './archivedEntry.ts'
import { CannotLook } from './evidenceOptions.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { storedItem } from './storedItem.ts'

/** The archive and the tables of a stage in AWS, which its stack's outputs name. */
export async function stageSource({
  stack,
  region,
}: {
  readonly stack: string
  readonly region?: string
}): Promise<EvidenceSource> {
  const at = region === undefined ? {} : { region }
  const outputs = await asked(`The stack ${stack}`, () => outputsOf(stack, at))
  const output = (name: string) => {
    const value = outputs.get(name)
    if (value) return value
    throw new CannotLook(`The stack ${stack} has no output ${name}: is it of this version?`)
  }
  const bucket = output('ArchiveBucket')
  const s3 = new S3Client(at)
  return {
    entries: (folder) => asked(`The archive ${bucket}`, () => pagesIn(s3, bucket, folder)),
    keep: (entry) => asked(`The archive ${bucket}`, () => archiveBucket(s3, bucket).keep(entry)),
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
async function asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    throw new CannotLook(`${what} did not answer: ${name}: ${message}`)
  }
}

async function outputsOf(stack: string, at: { readonly region?: string }) {
  const client = new CloudFormationClient(at)
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }))
  client.destroy()
  const outputs = Stacks?.[0]?.Outputs ?? []
  return new Map(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
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
