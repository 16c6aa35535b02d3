/** A payer's audit trail as it was found, in words and for programs. */
import { trailOf } from '../../functions/adapters/recordedPayer.ts'
import { entryKey, trailFolder } from '../../functions/core/payerRecord.ts'
import type { Trail } from '../../functions/core/payerTrail.ts'
import { unproven } from './evidenceText.ts'
import { MISSING } from './recordCheck.ts'
import { type NotStored, sha256, spoiled } from './recordOf.ts'
import { CannotLook } from './recordOptions.ts'
import type { RecordSource } from './recordSource.ts'
import { type CheckedTrail, checkTrail } from './trailCheck.ts'

/** A trail and what is wrong with it. */
export type FoundTrail = CheckedTrail & {
  readonly payerId: string
  /** Why it was compared with no item of the table; none where it was. */
  readonly whyNotCompared?: string
}

/** Find and check a payer's trail; throws `CannotLook` where nothing is known of such a payer. */
export async function foundTrail(source: RecordSource, payerId: string): Promise<FoundTrail> {
  const kept = await source.pages(trailFolder(payerId))
  const read = await readTrail(source, payerId)
  if ('stored' in read) return { payerId, ...checkTrail({ payerId, kept, ...read }, sha256) }
  if (kept.length === 0) {
    throw new CannotLook(`There is no page of payer ${payerId}, and in the table ${read.why}.`)
  }
  const { entries, problems } = checkTrail({ payerId, kept }, sha256)
  return { payerId, entries, problems: [...problems, ...read.ofItem], whyNotCompared: read.why }
}

/** The trail as the table tells it, or why it tells nothing. */
async function readTrail(
  source: RecordSource,
  payerId: string,
): Promise<{ readonly stored: Trail } | NotStored> {
  const read = await source.item('users', payerId)
  if ('why' in read) return { why: `it could not be read (${read.why})`, ofItem: [] }
  if (read.item === undefined) return { why: 'it is not there', ofItem: [] }
  try {
    return { stored: trailOf(read.item) }
  } catch (error) {
    return spoiled(error, 'its trail is none as Payfriend stores it')
  }
}

/** What happened to the account and when, and what of it is verified. */
export function trailText({ payerId, entries, problems, whyNotCompared }: FoundTrail): string {
  const isProven = problems.length === 0
  return [
    ...(isProven ? [] : [unproven('TRAIL', problems), '']),
    `Payer ${payerId}: ${entries.length === 0 ? 'nothing is recorded' : `${entries.length} entries`}`,
    '',
    ...(entries.length > 0 ? ['What happened (UTC)'] : []),
    ...entries.map(
      ({ seq, at, event, by }) =>
        `  ${String(seq).padStart(6, '0')}  ${at}  ${event.padEnd(16)}  by ${by}`,
    ),
    '',
    ...(isProven
      ? [
          'Verified',
          `  ${entries.length} pages, each with its own hash and the hash of the one before; the last is ${entries.at(-1)?.hash ?? 'none'}`,
          ...(whyNotCompared ? [] : ["  the table's item has the same newest entries"]),
        ]
      : ['What is wrong', ...problems.map(({ key, what }) => `  ${key}: ${what}`)]),
    ...(problems.some(({ what }) => what === MISSING)
      ? [
          '',
          'A page that is missing can be on its way for a minute; after two hours it was set aside.',
        ]
      : []),
    ...(whyNotCompared
      ? [
          '',
          `Not compared with the table: ${whyNotCompared}. Pages that are missing at the end were not noticed.`,
        ]
      : []),
  ].join('\n')
}

/** The same for programs. */
export const trailJson = ({ payerId, entries, problems, whyNotCompared }: FoundTrail): string =>
  JSON.stringify(
    {
      payerId,
      isProven: problems.length === 0,
      problems,
      isComparedWithTable: whyNotCompared === undefined,
      entries: entries.map((entry) => ({ key: entryKey(entry), ...entry })),
    },
    null,
    2,
  )
