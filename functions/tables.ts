/**
 * The tables' keys and indexes as plain data: what the stack (`lib/`) and the laptop (`local/`) both
 * create.
 */

export type Key = { readonly name: string; readonly type: 'S' | 'N' }

type Index = {
  readonly partitionKey: Key
  readonly sortKey?: Key
  /**
   * What an entry holds: its keys, or the whole item. Never a list of attributes: CloudFormation cannot change it
   * on a deployed table, so that each new attribute would need the index made anew under another name.
   */
  readonly projection: 'ALL' | 'KEYS_ONLY'
}

export type TableShape = {
  readonly partitionKey: Key
  readonly indexes: Readonly<Record<string, Index>>
  /** The attribute that says when an item may go, in epoch seconds. */
  readonly ttl?: string
  /** Each change is told to the consumers of its stream, with what the item was and what it is. */
  readonly stream?: 'NEW_AND_OLD_IMAGES'
  /** Consumers are brought changes only of items that have, or had, this attribute; of all without it. */
  readonly consumed?: Key
}

/** An item as a stream has it: of each attribute the value under its type's letter. */
type Image = Readonly<Record<string, object>>

/** Whether consumers are brought a change of an item, by what it was and what it is. */
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
      /** Whole payments, so that a page of the list is one query. */
      payer: {
        partitionKey: { name: 'user_id', type: 'S' },
        sortKey: { name: 'created_at', type: 'S' },
        projection: 'ALL',
      },
      /** Whole payments, so that the sweep chooses without reading each. */
      open: {
        partitionKey: { name: 'open_shard', type: 'N' },
        sortKey: { name: 'expires_at', type: 'S' },
        projection: 'ALL',
      },
    },
  },
  /** Payers stay; the counters of limits go. */
  users: {
    partitionKey: { name: 'user_id', type: 'S' },
    stream: 'NEW_AND_OLD_IMAGES',
    /** A payer's audit trail: no counter of a limit has one. */
    consumed: { name: 'audit_count', type: 'N' },
    indexes: {},
    ttl: 'expires_epoch',
  },
} as const satisfies Record<string, TableShape>
