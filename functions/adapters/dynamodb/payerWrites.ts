/** The writes to a payer's item: conditional, counted once, or with an audit entry. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Payer } from '../../core/payer.ts'
import type { PayerEntry } from '../../core/payerTrail.ts'
import { ownWrite } from './ownWrite.ts'
import { payerOf } from './payerItem.ts'
import { trailWrite } from './payerTrailWrite.ts'
import { readItem } from './readItem.ts'

export function payerWrites(documents: DynamoDBDocumentClient, table: string) {
  /** A write that counts once, even if its answer is lost and the SDK repeats it. */
  async function count(
    payerId: string,
    { set, remove, when, values }: Counting,
  ): Promise<Payer | undefined> {
    const own = ownWrite()
    const changed = await change(
      payerId,
      `SET ${set}, ${own.set}${remove ? ` REMOVE ${remove}` : ''}`,
      [...when, own.when],
      { ...values, ...own.values },
    )
    if (changed) return changed
    const item = await read(payerId)
    return own.left(item) ? payerOf(item) : undefined
  }

  const read = (payerId: string) => readItem(documents, table, { user_id: payerId })

  /** One conditional write; `undefined` if the condition failed and nothing changed. */
  async function change(
    payerId: string,
    update: string,
    when: readonly string[],
    values: Readonly<Record<string, unknown>>,
    names?: Readonly<Record<string, string>>,
  ): Promise<Payer | undefined> {
    try {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: payerId },
          UpdateExpression: update,
          ConditionExpression: when.join(' AND '),
          ExpressionAttributeValues: values,
          ...(names && { ExpressionAttributeNames: names }),
          ReturnValues: 'ALL_NEW',
        }),
      )
      return payerOf(Attributes)
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw error
    }
  }

  async function get(payerId: string): Promise<Payer | undefined> {
    const item = await read(payerId)
    return item && payerOf(item)
  }

  /**
   * A write with an audit entry, tried again if another entry was added first; `undefined` if the write's own
   * condition failed.
   *
   * @param write the write, made anew for each try of what is stored then
   */
  async function tell<Seen extends Pick<Payer, 'payerId' | 'trail'>>(
    first: Seen,
    what: Pick<PayerEntry, 'event' | 'by' | 'device' | 'isNow'>,
    now: Date,
    write: Telling | ((seen: Seen | Payer) => Telling),
  ): Promise<Payer | undefined> {
    const { payerId } = first
    let seen: Seen | Payer = first
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const { set, remove, when, values, names, isStored } =
        typeof write === 'function' ? write(seen) : write
      const { trail } = seen
      const told = trailWrite(trail, { payerId, ...what }, now)
      const changed = await change(
        payerId,
        `SET ${set ? `${set}, ` : ''}${told.set}${remove ? ` REMOVE ${remove}` : ''}`,
        [...when, told.when],
        { ...values, ...told.values },
        names,
      )
      if (changed) return changed
      const stored = await get(payerId)
      if (!stored || stored.trail.count === trail.count) return undefined
      if (told.left(stored.trail) && (isStored?.(stored) ?? true)) return stored
      seen = stored
    }
    throw new Error(`payer ${payerId}: an audit entry failed the condition of ten writes in a row`)
  }

  return { get, change, count, tell }
}

type Counting = {
  readonly set: string
  readonly remove?: string
  readonly when: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
  readonly names?: Readonly<Record<string, string>>
  /**
   * Whether a payer as stored holds this write, where the audit entry alone does not tell: two writes of the same
   * millisecond can have equal entries.
   */
  readonly isStored?: (stored: Payer) => boolean
}

/** The audit entry itself is set besides. */
type Telling = Omit<Counting, 'set'> & { readonly set?: string }

/**
 * If another audit entry was written first, the write is tried again; after so many failed conditions it is a fault.
 */
const TRIES_MAX = 10
