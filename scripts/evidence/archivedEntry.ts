/** Reads an entry of the archive: whether it is one, and whether it is still as it was written. */
import * as z from 'zod'
import { evidence } from '../../functions/adapters/dynamodb/channelItem.ts'
import { historyEntryItem } from '../../functions/adapters/dynamodb/paymentHistory.ts'
import type { Digest } from '../../functions/core/canonical.ts'
import { canonical } from '../../functions/core/canonical.ts'
import {
  PAYMENT_TRAIL_VERSION,
  type PaymentEntry,
  paymentEntryKey,
  paymentEntryText,
} from '../../functions/core/paymentTrail.ts'
import type { Same } from '../../functions/core/same.ts'

export type ArchivedEntry = {
  readonly key: string
  readonly text: string
  /** The number of versions under this key. An entry is written once; if there are more versions, this is the first. */
  readonly versions: number
  /** The key is marked as deleted; its versions can still be read. */
  readonly isDeleted: boolean
}

/** What is wrong, and with which entry. */
export type Problem = Found & { readonly key: string }

/** `isUnknown`: a newer version may have written the entry, so it is neither proven nor wrong. */
export type Found = { readonly what: string; readonly isUnknown?: true }

/** `entry` is set only if the entry is as it was written; otherwise it proves nothing. */
export type ReadPaymentEntry = { readonly entry?: PaymentEntry; readonly found: readonly Found[] }

/** Read one entry of a payment; problems are returned, not thrown. */
export function readPaymentEntry(
  kept: ArchivedEntry,
  paymentId: string,
  digest: Digest,
): ReadPaymentEntry {
  const found = touched(kept)
  const none = (what: string): ReadPaymentEntry => ({ found: [...found, { what }] })
  if (!NAME.test(kept.key)) return none('is no entry of an audit trail')
  const json = jsonIn(kept.text)
  if (!json) return none('is not JSON')
  const { success, data, error } = paymentEntry.safeParse(json)
  if (!success) return { found: [...found, notRead(kept.text, json, error, digest)] }
  const { hash, ...rest } = data
  if (digest(paymentEntryText(rest)) !== hash) return none('its text does not match its hash')
  // This also refuses a member that occurs twice, because readers differ in which one they use.
  if (paymentEntryText(data) !== kept.text) return none('is not written as Payfriend writes it')
  if (data.paymentId !== paymentId) return none(`is of another payment, ${data.paymentId}`)
  if (paymentEntryKey(data) !== kept.key)
    return none(`is the entry ${paymentEntryKey(data)} in another place`)
  return { entry: data, found }
}

/** Changes of an entry after it was written. */
export const touched = ({ versions, isDeleted }: ArchivedEntry): readonly Found[] => [
  ...(versions > 1
    ? [{ what: `was written over (it has ${versions} versions; the first is looked at here)` }]
    : []),
  ...(isDeleted ? [{ what: 'is marked as deleted' }] : []),
]

/** An entry's number, from its key. */
export const seqOf = (key: string): number => Number(NAME.exec(key)?.[1] ?? 0)

const NAME = /\/(\d{3}|[1-9]\d{3,})\.json$/

/** The text parsed as JSON; undefined if it is not JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Why an entry is not in this version's form. If its hash is right and it only has another version or unknown members,
 * a newer version may have written it.
 */
export function notRead(text: string, json: unknown, error: z.ZodError, digest: Digest): Found {
  const { hash, ...rest } = json as { readonly hash?: unknown }
  const isWhole = canonical(json) === text && digest(canonical(rest)) === hash
  const unknown = isWhole && unknownIn(error)
  if (unknown) return unknown
  const paths = error.issues.map(({ path }) => path.join('.') || '.')
  return { what: `is not an entry as Payfriend writes it (${paths.join(', ')})` }
}

/** The members that this version does not know; undefined if the entry has any other problem. */
export function unknownIn(error: unknown): Found | undefined {
  if (!(error instanceof z.ZodError)) return undefined
  const names: string[] = []
  for (const { path, ...issue } of error.issues) {
    // An unknown member; or an unknown value of a closed list.
    if (issue.code === 'unrecognized_keys') {
      names.push(...issue.keys.map((key) => [...path, key].join('.')))
    } else if (issue.code === 'invalid_value' || issue.code === 'invalid_union') {
      names.push(path.join('.'))
    } else return undefined
  }
  const what = `holds what this version of Payfriend does not know: ${names.join(', ')}`
  return { what, isUnknown: true }
}

const paymentEntry = z.strictObject({
  version: z.literal(PAYMENT_TRAIL_VERSION),
  paymentId: z.string(),
  seq: z.int().positive(),
  payment: z.strictObject({
    payerId: z.string(),
    providerPhoneId: z.string().exactOptional(),
    requestId: z.string(),
    reference: z.string(),
    payee: z.strictObject({ name: z.string(), id: z.string() }),
    amount: z.strictObject({ value: z.string(), currency: z.string() }),
    displayText: z.string(),
    pushDetails: z.record(z.string(), z.string()).exactOptional(),
    signing: z.string().exactOptional(),
    createdAt: z.iso.datetime({ precision: 3 }),
    expiresAt: z.iso.datetime({ precision: 3 }),
  }),
  historyEntry: historyEntryItem,
  evidence: evidence().exactOptional(),
  previous: z.string().nullable(),
  hash: z.string(),
})
true satisfies Same<z.infer<typeof paymentEntry>, PaymentEntry>
