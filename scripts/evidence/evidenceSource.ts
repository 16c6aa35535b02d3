/** The place of an audit trail: a stage in AWS, or a folder on this machine. */
import type { ArchiveEntry } from '../../functions/core/ports.ts'
import type { tables } from '../../functions/tables.ts'
import type { ArchivedEntry } from './archivedEntry.ts'
import type { RecordOptions } from './evidenceOptions.ts'
import { folderSource } from './folderSource.ts'
import { stageSource } from './stageSource.ts'

export type EvidenceSource = {
  /** The entries in the folder of a payment or a payer, in the order of their keys. */
  entries(folder: string): Promise<ArchivedEntry[]>
  /** Write an entry; an existing one is never overwritten. */
  keep(entry: ArchiveEntry): Promise<void>
  /** The item of a payment or a payer, or the reason why the table cannot be read. */
  item(table: TableName, id: string): Promise<{ readonly item: unknown } | { readonly why: string }>
  close(): Promise<void>
}

export type TableName = keyof typeof tables

/** Throws `CannotLook`. */
export const evidenceSource = async (
  from: RecordOptions['from'],
  env: Readonly<Record<string, string | undefined>>,
): Promise<EvidenceSource> =>
  'archive' in from ? folderSource(from.archive, env) : stageSource(from)
