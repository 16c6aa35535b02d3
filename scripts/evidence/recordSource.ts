/** Where a record is looked at: a stage in AWS, or a folder on this machine. */
import type { ArchivePage } from '../../functions/core/ports.ts'
import type { tables } from '../../functions/tables.ts'
import { folderSource } from './folderSource.ts'
import type { RecordOptions } from './recordOptions.ts'
import type { KeptPage } from './recordPage.ts'
import { stageSource } from './stageSource.ts'

export type RecordSource = {
  /** What is in the folder of a payment or a payer, in the order of the keys. */
  pages(folder: string): Promise<KeptPage[]>
  /** Never over another: what is there stays as it is. */
  keep(page: ArchivePage): Promise<void>
  /** The item of a payment or a payer; a reason where the table cannot be read. */
  item(table: TableName, id: string): Promise<{ readonly item: unknown } | { readonly why: string }>
  close(): Promise<void>
}

export type TableName = keyof typeof tables

/** Throws `CannotLook`. */
export const recordSource = async (
  from: RecordOptions['from'],
  env: Readonly<Record<string, string | undefined>>,
): Promise<RecordSource> =>
  'archive' in from ? folderSource(from.archive, env) : stageSource(from)
