/**
 * `npm run archive:mend`: write the entries that a payment's archive lacks, from the table's item.
 *
 * It does so only if the existing entries agree with the item: otherwise an entry or the item was changed by hand, and
 * new entries could keep a false item for years. It never overwrites an entry.
 *
 * The exit code is 0 (the audit trail is whole), 1 (it is not, and why) or 2 (there is no such payment, it could not
 * be read, or the command was used wrongly).
 */
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import {
  type PaymentWithHistory,
  paymentEntries,
  paymentEntryKey,
  paymentEntryText,
} from '../../functions/core/paymentTrail.ts'
import { CannotLook } from '../checks/cannotLook.ts'
import type { Problem } from './archivedEntry.ts'
import type { Io } from './evidence.ts'
import { mendOptions } from './evidenceOptions.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { openSource } from './openSource.ts'
import { paymentTrailOf, readStored, untouchedTrail } from './paymentTrail.ts'
import { checkPaymentTrail, MISSING, THE_ITEM } from './paymentTrailCheck.ts'

/**
 * @param settings the text of `payfriend.json`, which says where a stage is
 * @returns the exit code
 */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { say, complain }: Io,
  settings?: () => string | undefined,
): Promise<number> {
  try {
    const options = mendOptions(argv)
    const source = await openSource(options.from, env, settings)
    try {
      return await mend(source, options.paymentId, { say, complain })
    } finally {
      await source.close()
    }
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error
    complain(error.message)
    return 2
  }
}

async function mend(
  source: EvidenceSource,
  paymentId: string,
  { say, complain }: Io,
): Promise<number> {
  const read = await readStored(source, paymentId)
  if (!('stored' in read)) {
    throw new CannotLook(
      `The entries of payment ${paymentId} are made from its item in the table, which cannot be used: ${read.why}.`,
    )
  }
  const { stored } = read
  const { problems, kept } = await paymentTrailOf(source, { paymentId })
  const others = problems.filter(({ what }) => what !== MISSING)
  const inTheWay = [...others, ...ownProblems(stored)]
  for (const { key, what } of inTheWay) complain(`${key}: ${what}`)
  if (inTheWay.length > 0) {
    complain('Nothing was written: first find out why the entries above are wrong.')
    return 1
  }
  if (problems.length === 0) {
    say(`Nothing to do: all ${kept.length} entries are there.`)
    return 0
  }
  const missing = problems.map(({ key }) => key)
  for (const entry of paymentEntries(stored, sha256Hex)) {
    const key = paymentEntryKey(entry)
    if (missing.includes(key)) await source.keep({ key, text: paymentEntryText(entry) })
  }
  // Read again before reporting, because another process may have written a different entry meanwhile.
  const after = await paymentTrailOf(source, { paymentId })
  for (const { key } of after.kept) if (missing.includes(key)) say(`Written: ${key}`)
  for (const { key, what } of after.problems) complain(`${key}: ${what}`)
  if (after.problems.length > 0) return 1
  say(`All ${after.kept.length} entries are there now.`)
  return 0
}

/** Problems of the item itself: its history breaks the rules of a payment, so no entries may be made from it. */
function ownProblems(stored: PaymentWithHistory): Problem[] {
  const { problems } = checkPaymentTrail(untouchedTrail(stored), sha256Hex)
  return problems.map(({ key, what }) => ({ key: THE_ITEM, what: `${key}: ${what}` }))
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), process.env, {
    say: (line) => console.log(line),
    complain: (line) => console.error(line),
  })
}
