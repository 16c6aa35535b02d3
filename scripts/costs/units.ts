/**
 * What DynamoDB counts for a read or a write: by the size of the item, and for each index by what it holds of it.
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide: CapacityUnitCalculations, GSI.html.
 */
import { isDeepStrictEqual } from 'node:util'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Index, TableShape } from '../../functions/tables.ts'

export type Item = Readonly<Record<string, AttributeValue>>

const READ_UNIT_BYTES = 4096
const WRITE_UNIT_BYTES = 1024

/** A strongly consistent read of so much costs this; an eventually consistent one half. Nothing costs as the least. */
export const readUnits = (bytes: number, { isConsistent }: { readonly isConsistent: boolean }) =>
  unitsOf(bytes, READ_UNIT_BYTES) * (isConsistent ? 1 : 0.5)

/** A write costs by the larger of what was and what is there, also where its condition is lost. */
export const writeUnits = (before: Item | undefined, after: Item | undefined): number =>
  unitsOf(Math.max(itemBytes(before), itemBytes(after)), WRITE_UNIT_BYTES)

/**
 * What all indexes of a table cost for a write: nothing where their entry stays as it is, one write where it
 * comes, goes or changes, and two where its key changes, because the old entry goes and a new one comes.
 */
export function indexWriteUnits(
  { partitionKey, indexes }: TableShape,
  before: Item | undefined,
  after: Item | undefined,
): number {
  const units = Object.values(indexes).map((index) => {
    const keys = keysOf(index)
    const was = entryOf(before, index, partitionKey.name)
    const is = entryOf(after, index, partitionKey.name)
    if (isDeepStrictEqual(was, is)) return 0
    if (was && is && keys.some((key) => !isDeepStrictEqual(was[key], is[key]))) {
      return writeUnits(was, undefined) + writeUnits(undefined, is)
    }
    return writeUnits(was, is)
  })
  return units.reduce((sum, one) => sum + one, 0)
}

/** What an index holds of an item; nothing of one that lacks a key of the index. */
export function entryOf(item: Item | undefined, index: Index, tableKey: string): Item | undefined {
  if (!item || keysOf(index).some((key) => item[key] === undefined)) return undefined
  if (index.projection === 'ALL') return item
  const held = new Set([tableKey, ...keysOf(index)])
  return Object.fromEntries(Object.entries(item).filter(([name]) => held.has(name)))
}

/** Names and values of all attributes, in bytes; what is not there is empty. */
export const itemBytes = (item: Item = {}): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + utf8(name) + valueBytes(value), 0)

/** A list or a map is 3 bytes, and 1 for each element besides what it holds. */
function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return utf8(value.S)
  if (value.N !== undefined) return numberBytes(value.N)
  if (value.SS) return value.SS.reduce((sum, one) => sum + utf8(one), 0)
  if (value.NS) return value.NS.reduce((sum, one) => sum + numberBytes(one), 0)
  if (value.L) return value.L.reduce((sum, one) => sum + 1 + valueBytes(one), 3)
  if (value.M) return 3 + Object.keys(value.M).length + itemBytes(value.M)
  if (value.BOOL !== undefined || value.NULL) return 1
  throw new Error(`no size is known for ${Object.keys(value)}`)
}

/** One byte for two significant digits, and one more; a minus is another. */
function numberBytes(text: string): number {
  const digits = text.replace(/[-.]/g, '').replace(/^0+|0+$/g, '')
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0)
}

const utf8 = (text: string) => Buffer.byteLength(text, 'utf8')
const unitsOf = (bytes: number, each: number) => Math.max(1, Math.ceil(bytes / each))
const keysOf = ({ partitionKey, sortKey }: Index) => [
  partitionKey.name,
  ...(sortKey ? [sortKey.name] : []),
]
