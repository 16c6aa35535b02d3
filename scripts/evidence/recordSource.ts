/** Where a record is looked at: a stage in AWS, or a folder on this machine. */
import type { RecordPage } from '../../functions/core/record.ts'
import { folderSource } from './folderSource.ts'
import type { RecordOptions } from './recordOptions.ts'
import type { KeptPage } from './recordPage.ts'
import { stageSource } from './stageSource.ts'

export type RecordSource = {
  /** What is in a payment's folder, in the order of the keys. */
  pages(folder: string): Promise<KeptPage[]>
  /** Never over another: what is there stays as it is. */
  keep(page: RecordPage): Promise<void>
  /** The payment's item in the table; a reason where the table cannot be read. */
  item(paymentId: string): Promise<{ readonly item: unknown } | { readonly why: string }>
  close(): Promise<void>
}

/** Throws `CannotLook`. */
export const recordSource = async (
  from: RecordOptions['from'],
  env: Readonly<Record<string, string | undefined>>,
): Promise<RecordSource> =>
  'archive' in from ? folderSource(from.archive, env) : stageSource(from)
