import { createHash } from 'node:crypto'
import { recordedPaymentOf } from '../../functions/adapters/recordedPayment.ts'
import { RewrittenOutcome } from '../../functions/core/outcome.ts'
import {
  pageKey,
  pagesFolder,
  pagesOf,
  pageText,
  type RecordedPayment,
} from '../../functions/core/record.ts'
import { type CheckedRecord, checkRecord, THE_ITEM } from './recordCheck.ts'
import { CannotLook, type RecordOptions } from './recordOptions.ts'
import { type KeptPage, type Problem, unknownIn } from './recordPage.ts'
import type { RecordSource } from './recordSource.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A payment's record as an archive has it that nobody has touched. */
export function untouchedRecord(stored: RecordedPayment) {
  const { paymentId, createdAt } = stored
  const kept = pagesOf(stored, sha256).map(
    (page): KeptPage => ({
      key: pageKey(page),
      text: pageText(page),
      versions: 1,
      isDeleted: false,
    }),
  )
  return { paymentId, folder: pagesFolder(createdAt.toISOString(), paymentId), kept }
}

/** A payment's record as it was found and what is wrong with it. */
export type FoundRecord = CheckedRecord & {
  readonly paymentId: string
  readonly kept: readonly KeptPage[]
  readonly stored?: RecordedPayment
  /** Why it was compared with no item of the table. */
  readonly whyNotCompared?: string
}

/** Find and check a payment's record; throws `CannotLook` where there is no such payment. */
export async function recordOf(
  source: RecordSource,
  { paymentId, day }: Pick<RecordOptions, 'paymentId' | 'day'>,
): Promise<FoundRecord> {
  const read = await readStored(source, paymentId)
  if ('stored' in read) {
    const { stored } = read
    const folder = pagesFolder(stored.createdAt.toISOString(), paymentId)
    const kept = await source.pages(folder)
    return { paymentId, kept, stored, ...checkRecord({ paymentId, folder, kept, stored }, sha256) }
  }
  if (day === undefined) {
    throw new CannotLook(
      `Payment ${paymentId} was looked for in the table, and ${read.why}. Say with --day on which day (UTC) it was started, and its archive is looked at alone.`,
    )
  }
  const folder = pagesFolder(day, paymentId)
  const kept = await source.pages(folder)
  if (kept.length === 0) {
    throw new CannotLook(
      `There is no page of payment ${paymentId} on ${day}, and in the table ${read.why}.`,
    )
  }
  const { pages, problems } = checkRecord({ paymentId, folder, kept }, sha256)
  const all = [...problems, ...read.ofItem]
  return { paymentId, kept, pages, problems: all, whyNotCompared: read.why }
}

/** The payment as the table tells it, or why it tells nothing, and what of that is wrong with its item. */
export async function readStored(
  source: RecordSource,
  paymentId: string,
): Promise<{ readonly stored: RecordedPayment } | NotStored> {
  const read = await source.item('payments', paymentId)
  if ('why' in read) return { why: `it could not be read (${read.why})`, ofItem: [] }
  if (read.item === undefined) return { why: 'it is not there', ofItem: [] }
  try {
    return { stored: recordedPaymentOf(read.item) }
  } catch (error) {
    return spoiled(
      error,
      error instanceof RewrittenOutcome
        ? `it was rewritten by hand: ${error.message}`
        : 'it is no payment as Payfriend stores it',
    )
  }
}

export type NotStored = { readonly why: string; readonly ofItem: readonly Problem[] }

/** An item that cannot be read, unless it only holds what a newer version may have stored: that is told as such. */
export function spoiled(error: unknown, what: string): NotStored {
  const unknown = unknownIn(error)
  const problem = unknown ? { ...unknown, what: `it ${unknown.what}` } : { what }
  return { why: problem.what, ofItem: [{ key: THE_ITEM, ...problem }] }
}
