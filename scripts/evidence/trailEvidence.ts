/** A payer's audit trail as it was found, in words and for programs. */
import { trailOf } from '../../functions/adapters/recordedPayer.ts'
import { NewerThanThisVersion } from '../../functions/core/newer.ts'
import { entryKey, trailFolder } from '../../functions/core/payerRecord.ts'
import type { Trail } from '../../functions/core/payerTrail.ts'
import { headline, notKnownLines } from './evidenceText.ts'
import { MISSING, THE_ITEM } from './recordCheck.ts'
import { sha256 } from './recordOf.ts'
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
  const { entries, problems, notKnown } = checkTrail({ payerId, kept }, sha256)
  const ofItem = read.isSpoiled ? [{ key: THE_ITEM, what: read.why }] : []
  const whyNotCompared = read.why
  return { payerId, entries, problems: [...problems, ...ofItem], notKnown, whyNotCompared }
}

/** The trail as the table tells it, or why it tells nothing. */
async function readTrail(
  source: RecordSource,
  payerId: string,
): Promise<{ readonly stored: Trail } | { readonly why: string; readonly isSpoiled: boolean }> {
  const read = await source.item('users', payerId)
  if ('why' in read) return { why: `it could not be read (${read.why})`, isSpoiled: false }
  if (read.item === undefined) return { why: 'it is not there', isSpoiled: false }
  try {
    return { stored: trailOf(read.item) }
  } catch (error) {
    if (error instanceof NewerThanThisVersion) return { why: error.message, isSpoiled: false }
    return { why: 'its trail is none as Payfriend stores it', isSpoiled: true }
  }
}

/** What happened to the account and when, and what of it is verified. */
export function trailText(found: FoundTrail): string {
  const { payerId, entries, problems, notKnown, whyNotCompared } = found
  return [
    ...headline('TRAIL', found),
    `Payer ${payerId}: ${entries.length === 0 ? 'nothing is recorded' : `${entries.length} entries`}`,
    '',
    ...(entries.length > 0 ? ['What happened (UTC)'] : []),
    ...entries.map(
      ({ seq, at, event, by }) =>
        `  ${String(seq).padStart(6, '0')}  ${at}  ${event.padEnd(16)}  by ${by}`,
    ),
    '',
    ...(problems.length === 0
      ? [
          ...(notKnown.length > 0 ? ['Verified, but for what it means'] : ['Verified']),
          `  ${entries.length} pages, each with its own hash and the hash of the one before; the last is ${entries.at(-1)?.hash ?? 'none'}`,
          ...(whyNotCompared ? [] : ["  the table's item has the same newest entries"]),
        ]
      : ['What is wrong', ...problems.map(({ key, what }) => `  ${key}: ${what}`)]),
    ...notKnownLines(notKnown),
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
export const trailJson = ({
  payerId,
  entries,
  problems,
  notKnown,
  whyNotCompared,
}: FoundTrail): string =>
  JSON.stringify(
    {
      payerId,
      isProven: problems.length === 0 && notKnown.length === 0,
      problems,
      ...(notKnown.length > 0 && { notKnown }),
      isComparedWithTable: whyNotCompared === undefined,
      entries: entries.map((entry) => ({ key: entryKey(entry), ...entry })),
    },
    null,
    2,
  )
