import { paymentWithHistoryOf } from '../../functions/adapters/dynamodb/paymentHistory.ts'
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import { RewrittenOutcome } from '../../functions/core/outcome.ts'
import {
  type PaymentWithHistory,
  paymentEntries,
  paymentEntryKey,
  paymentEntryText,
  paymentTrailFolder,
} from '../../functions/core/paymentTrail.ts'
import { CannotLook } from '../checks/cannotLook.ts'
import { type ArchivedEntry, type Problem, unknownIn } from './archivedEntry.ts'
import type { PaymentTrailOptions } from './evidenceOptions.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { type CheckedPaymentTrail, checkPaymentTrail, THE_ITEM } from './paymentTrailCheck.ts'

/** A payment's audit trail as an unchanged archive has it. */
export function untouchedTrail(stored: PaymentWithHistory) {
  const { paymentId, createdAt } = stored
  const kept = paymentEntries(stored, sha256Hex).map(
    (entry): ArchivedEntry => ({
      key: paymentEntryKey(entry),
      text: paymentEntryText(entry),
      versions: 1,
      isDeleted: false,
    }),
  )
  return { paymentId, folder: paymentTrailFolder(createdAt.toISOString(), paymentId), kept }
}

/** A payment's audit trail and its problems. */
export type FoundPaymentTrail = CheckedPaymentTrail & {
  readonly paymentId: string
  readonly kept: readonly ArchivedEntry[]
  readonly stored?: PaymentWithHistory
  /** Why it was not compared with the table's item, if it was not. */
  readonly whyNotCompared?: string
}

/** Find and check a payment's audit trail; throws `CannotLook` if there is no such payment. */
export async function paymentTrailOf(
  source: EvidenceSource,
  { paymentId, day }: Pick<PaymentTrailOptions, 'paymentId' | 'day'>,
): Promise<FoundPaymentTrail> {
  const read = await readStored(source, paymentId)
  if ('stored' in read) {
    const { stored } = read
    const folder = paymentTrailFolder(stored.createdAt.toISOString(), paymentId)
    const kept = await source.entries(folder)
    return {
      paymentId,
      kept,
      stored,
      ...checkPaymentTrail({ paymentId, folder, kept, stored }, sha256Hex),
    }
  }
  if (day === undefined) {
    throw new CannotLook(
      `The item of payment ${paymentId} in the table cannot be used: ${read.why}. To check its archive alone, name with --day the day (UTC) on which it was started.`,
    )
  }
  const folder = paymentTrailFolder(day, paymentId)
  const kept = await source.entries(folder)
  if (kept.length === 0) {
    throw new CannotLook(
      `The archive has no entry of payment ${paymentId} on ${day}, and its item in the table cannot be used: ${read.why}.`,
    )
  }
  const { entries, problems } = checkPaymentTrail({ paymentId, folder, kept }, sha256Hex)
  const all = [...problems, ...read.ofItem]
  return { paymentId, kept, entries, problems: all, whyNotCompared: read.why }
}

/** The payment from the table's item; or why there is none, and the item's problems. */
export async function readStored(
  source: EvidenceSource,
  paymentId: string,
): Promise<{ readonly stored: PaymentWithHistory } | NotStored> {
  const read = await source.item('payments', paymentId)
  if ('why' in read) return { why: `it could not be read (${read.why})`, ofItem: [] }
  if (read.item === undefined) return { why: 'it is not there', ofItem: [] }
  try {
    return { stored: paymentWithHistoryOf(read.item) }
  } catch (error) {
    return spoiled(
      error,
      error instanceof RewrittenOutcome
        ? `it was rewritten by hand: ${error.message}`
        : "it is not in Payfriend's form of a payment",
    )
  }
}

export type NotStored = { readonly why: string; readonly ofItem: readonly Problem[] }

/** The result for an item that cannot be parsed: spoilt, or perhaps stored by a newer version. */
export function spoiled(error: unknown, what: string): NotStored {
  const unknown = unknownIn(error)
  const problem = unknown ? { ...unknown, what: `it ${unknown.what}` } : { what }
  return { why: problem.what, ofItem: [{ key: THE_ITEM, ...problem }] }
}
