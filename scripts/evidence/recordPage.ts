/** A page as it is kept, read back: whether it is one, and whether it is still what was written. */
import * as z from 'zod'
import { evidence } from '../../functions/adapters/evidenceItem.ts'
import { newerInPage, recorded } from '../../functions/adapters/recordedPayment.ts'
import { notKnownVersion } from '../../functions/core/newer.ts'
import {
  type Digest,
  pageKey,
  pageText,
  RECORD_VERSION,
  type RecordPage,
} from '../../functions/core/record.ts'

export type KeptPage = {
  readonly key: string
  readonly text: string
  /** How often something was put there. A page is written once; of more versions this is the first. */
  readonly versions: number
  /** It is marked as deleted, and what was there can still be read. */
  readonly isDeleted: boolean
}

/** What is wrong, and with which page. */
export type Problem = { readonly key: string; readonly what: string }

/** `page` only where it is what was once written: what else is there proves nothing. */
export type ReadPage = {
  readonly page?: RecordPage
  readonly whats: readonly string[]
  /** What of it this version does not know: it can be neither proven nor disproven here. */
  readonly newer?: string
  /** Its place in the chain, also where the rest is not known. */
  readonly link?: Link
}

/** The hash of a page, and that of the page before it. */
export type Link = Pick<RecordPage, 'seq' | 'hash' | 'previous'>

/** Read one page of a payment; what is wrong with it is told, and nothing is thrown. */
export function readPage(kept: KeptPage, paymentId: string, digest: Digest): ReadPage {
  const whats = touched(kept)
  const none = (what: string): ReadPage => ({ whats: [...whats, what] })
  if (!NAME.test(kept.key)) return none('is no page of a record')
  const found = jsonIn(kept.text)
  if (!found) return none('is not JSON')
  const ofVersion = notKnownVersion(Object(found).version, RECORD_VERSION)
  // How a page of another version is written and hashed is not known either.
  if (ofVersion !== undefined) return { whats, newer: ofVersion }
  const newer = newerInPage(found)
  const { success, data, error } = (newer === undefined ? recordPage : newerPage).safeParse(found)
  if (!success) return none(`is not a page as Payfriend writes it (${pathOf(error)})`)
  const { hash, ...rest } = data
  if (digest(pageText(rest)) !== hash) return none('its words are not those of its hash')
  // Also one that says the same member twice, which every reader may take otherwise.
  if (pageText(data) !== kept.text) return none('is not written as Payfriend writes it')
  if (data.paymentId !== paymentId) return none(`is of another payment, ${data.paymentId}`)
  if (pageKey(data) !== kept.key) return none(`is the page ${pageKey(data)} in another place`)
  const link = { seq: data.seq, hash, previous: data.previous }
  return newer === undefined ? { page: data, whats, link } : { newer, whats, link }
}

/** What was done to a page after it was written. */
export const touched = ({ versions, isDeleted }: KeptPage): readonly string[] => [
  ...(versions > 1
    ? [`was written over (it has ${versions} versions; the first is looked at here)`]
    : []),
  ...(isDeleted ? ['is marked as deleted'] : []),
]

/** The number that a page has by its key. */
export const seqOf = (key: string): number => Number(NAME.exec(key)?.[1] ?? 0)

const NAME = /\/(\d{3}|[1-9]\d{3,})\.json$/

/** Nothing where it is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Which members of a page are not as they should be. */
export const pathOf = ({ issues }: z.ZodError) =>
  issues.map(({ path }) => path.join('.') || '.').join(', ')

const recordPage: z.ZodType<RecordPage> = z.strictObject({
  version: z.literal(RECORD_VERSION),
  paymentId: z.string(),
  seq: z.int().positive(),
  terms: z.strictObject({
    payerId: z.string(),
    authyId: z.string(),
    requestId: z.string(),
    reference: z.string(),
    payee: z.strictObject({ name: z.string(), id: z.string() }),
    amount: z.strictObject({ value: z.string(), currency: z.string() }),
    displayText: z.string(),
    shown: z.strictObject({ message: z.string(), details: z.record(z.string(), z.string()) }),
    createdAt: z.iso.datetime({ precision: 3 }),
    expiresAt: z.iso.datetime({ precision: 3 }),
  }),
  entry: recorded.shape.history.element,
  evidence: evidence().exactOptional(),
  previous: z.string().nullable(),
  hash: z.string(),
})

/** A page with an entry or evidence of a kind that is not known here; all that it says is still hashed. */
const newerPage = z.looseObject({
  paymentId: z.string(),
  seq: z.int().positive(),
  terms: z.looseObject({ createdAt: z.iso.datetime({ precision: 3 }) }),
  previous: z.string().nullable(),
  hash: z.string(),
}) as unknown as z.ZodType<RecordPage>
