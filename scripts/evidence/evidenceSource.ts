/** Where an audit trail is read: what a stage in AWS and a folder on this machine both can do. */
import type { ArchiveEntry } from '../../functions/core/ports.ts'
import type { tables } from '../../functions/tables.ts'
import type { ArchivedEntry } from './archivedEntry.ts'

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
