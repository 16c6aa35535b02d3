/** A payer's audit trail as text and as JSON. */

import { trailOf } from '../../functions/adapters/dynamodb/payerTrailItem.ts'
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import type { Trail } from '../../functions/core/payerTrail.ts'
import { payerEntryKey, payerTrailFolder } from '../../functions/core/payerTrail.ts'
import { CannotLook } from '../checks/cannotLook.ts'
import { changeTold } from './deviceText.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { unproven } from './evidenceText.ts'
import { type CheckedPayerTrail, checkPayerTrail } from './payerTrailCheck.ts'
import { type NotStored, spoiled } from './paymentTrail.ts'
import { MISSING } from './paymentTrailCheck.ts'

/** A payer's audit trail and its problems. */
export type FoundPayerTrail = CheckedPayerTrail & {
  readonly payerId: string
  /** Why it was not compared with the table's item, if it was not. */
  readonly whyNotCompared?: string
}

/** Find and check a payer's trail; throws `CannotLook` if there is no such payer. */
export async function foundPayerTrail(
  source: EvidenceSource,
  payerId: string,
): Promise<FoundPayerTrail> {
  const kept = await source.entries(payerTrailFolder(payerId))
  const read = await readTrail(source, payerId)
  if ('stored' in read)
    return { payerId, ...checkPayerTrail({ payerId, kept, ...read }, sha256Hex) }
  if (kept.length === 0) {
    throw new CannotLook(
      `The archive has no entry of payer ${payerId}, and their item in the table cannot be used: ${read.why}.`,
    )
  }
  const { entries, problems } = checkPayerTrail({ payerId, kept }, sha256Hex)
  return { payerId, entries, problems: [...problems, ...read.ofItem], whyNotCompared: read.why }
}

/** The trail from the table's item, or why there is none. */
async function readTrail(
  source: EvidenceSource,
  payerId: string,
): Promise<{ readonly stored: Trail } | NotStored> {
  const read = await source.item('users', payerId)
  if ('why' in read) return { why: `it could not be read (${read.why})`, ofItem: [] }
  if (read.item === undefined) return { why: 'it is not there', ofItem: [] }
  try {
    return { stored: trailOf(read.item) }
  } catch (error) {
    return spoiled(error, "its trail is not in Payfriend's form")
  }
}

/** The account's history, and what of it is verified. */
export function trailText({ payerId, entries, problems, whyNotCompared }: FoundPayerTrail): string {
  const isProven = problems.length === 0
  return [
    ...(isProven ? [] : [unproven(problems), '']),
    `Payer ${payerId}: ${entries.length === 0 ? 'nothing is recorded' : `${entries.length} entries`}`,
    '',
    ...(entries.length > 0 ? ['What happened (UTC)'] : []),
    ...entries.map(
      (entry) =>
        `  ${String(entry.seq).padStart(6, '0')}  ${entry.at}  ${entry.event.padEnd(16)}  by ${entry.by}${changeTold(entry)}`,
    ),
    '',
    ...(isProven
      ? [
          'Verified',
          `  ${entries.length} entries, each with its own hash and the hash of the one before; the last is ${entries.at(-1)?.hash ?? 'none'}`,
          ...(whyNotCompared ? [] : ["  the table's item has the same newest entries"]),
        ]
      : ['What is wrong', ...problems.map(({ key, what }) => `  ${key}: ${what}`)]),
    ...(problems.some(({ what }) => what === MISSING)
      ? [
          '',
          'An entry that is missing can be on its way for a minute; after two hours it became a dead letter.',
        ]
      : []),
    ...(whyNotCompared
      ? [
          '',
          `Not compared with the table: ${whyNotCompared}. Entries that are missing at the end were not noticed.`,
        ]
      : []),
  ].join('\n')
}

/** The same as JSON, for programs. */
export const trailJson = ({
  payerId,
  entries,
  problems,
  whyNotCompared,
}: FoundPayerTrail): string =>
  JSON.stringify(
    {
      payerId,
      isProven: problems.length === 0,
      problems,
      isComparedWithTable: whyNotCompared === undefined,
      entries: entries.map((entry) => ({ key: payerEntryKey(entry), ...entry })),
    },
    null,
    2,
  )
