/**
 * The tables' keys and indexes as plain data, from which the stack (`lib/`) and the laptop (`local/`) create them.
 */

export type Key = { readonly name: string; readonly type: 'S' | 'N' }

type Index = {
  readonly partitionKey: Key
  readonly sortKey?: Key
  /**
   * The projection: keys only, or the whole item. Never a list of attributes, because CloudFormation cannot change one
   * on a deployed table, so each new attribute would need a new index under another name.
   */
  readonly projection: 'ALL' | 'KEYS_ONLY'
}

export type TableShape = {
  readonly partitionKey: Key
  readonly indexes: Readonly<Record<string, Index>>
  /** The attribute with an item's time to live, in epoch seconds. */
  readonly ttl?: string
  /** The stream delivers each change to its consumers, with the item before and after it. */
  readonly stream?: 'NEW_AND_OLD_IMAGES'
  /** If set, the stream's consumers receive only changes of items that have or had this attribute. */
  readonly consumed?: Key
}

/** An item in a stream: each attribute's value under its type's letter. */
type Image = Readonly<Record<string, object>>

/** Whether the stream's consumers receive a change, from the item before and after it. */
export const isConsumed = (
  { consumed }: TableShape,
  images: readonly (Image | undefined)[],
): boolean => !consumed || images.some((image) => consumed.type in (image?.[consumed.name] ?? {}))

export const tables = {
  /** No time to live: payments are evidence. */
  payments: {
    partitionKey: { name: 'payment_id', type: 'S' },
    stream: 'NEW_AND_OLD_IMAGES',
    indexes: {
      push_id: { partitionKey: { name: 'push_id', type: 'S' }, projection: 'KEYS_ONLY' },
      /** Whole items, so that a page of the list is one query. */
      payer: {
        partitionKey: { name: 'user_id', type: 'S' },
        sortKey: { name: 'created_at', type: 'S' },
        projection: 'ALL',
      },
      /** Whole items, so that the sweep does not read each payment. */
      open: {
        partitionKey: { name: 'open_shard', type: 'N' },
        sortKey: { name: 'expires_at', type: 'S' },
        projection: 'ALL',
      },
    },
  },
  /** Only the counters of limits have a time to live; payers have none. */
  users: {
    partitionKey: { name: 'user_id', type: 'S' },
    stream: 'NEW_AND_OLD_IMAGES',
    /** The count of a payer's audit trail, which the counters of limits do not have. */
    consumed: { name: 'audit_count', type: 'N' },
    indexes: {},
    ttl: 'expires_epoch',
  },
} as const satisfies Record<string, TableShape>
