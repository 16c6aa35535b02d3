/** How many wrong codes in a row a person has entered, in an item beside their other counters. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { GOES_MAX, lockedUntil } from '../core/lockout.ts'
import type { Lockout } from '../core/ports.ts'
import { ownWrite } from './ownWrite.ts'

/** A write that was lost to another is tried again; so many losses in a row are a fault. */
const TRIES_MAX = 10
/** Who enters no code for so long begins anew. */
const KEPT_SECONDS = 30 * 24 * 3600

/**
 * The item: `goes` in this row, 0 to 5; `locks_before` it; and while the fifth go locks,
 * `locked_until`. The row after a lock begins when the lock is over.
 */
export function lockoutTable(documents: DynamoDBDocumentClient, table: string): Lockout {
  async function write(
    payerId: string,
    update: string,
    when: string,
    values: Record<string, unknown>,
  ): Promise<boolean> {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: key(payerId),
          UpdateExpression: update,
          ConditionExpression: when,
          ExpressionAttributeValues: values,
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  async function read(payerId: string) {
    const { Item } = await documents.send(
      new GetCommand({ TableName: table, Key: key(payerId), ConsistentRead: true }),
    )
    return stored.parse(Item ?? {})
  }

  return {
    async lockedUntil(payerId, now) {
      const { locked_until } = await read(payerId)
      return locked_until && locked_until > now ? locked_until : undefined
    },

    async reserve(payerId, now) {
      const own = ownWrite()
      /** Count the next go of the row that was seen; lost if another go was faster. */
      const count = (seen: Row) => {
        const isOver = seen.locked_until !== undefined
        const goes = isOver ? 1 : seen.goes + 1
        const locks = isOver ? seen.locks_before + 1 : seen.locks_before
        const until = goes === GOES_MAX ? lockedUntil(locks, now) : undefined
        return write(
          payerId,
          `SET goes = :goes, locks_before = :locks, expires_epoch = :ttl, ${own.set}` +
            (until ? ', locked_until = :until' : ' REMOVE locked_until'),
          `${sameRow(seen)} AND ${own.when}`,
          {
            ...rowValues(seen),
            ...own.values,
            ':goes': goes,
            ':locks': locks,
            ':ttl': Math.ceil((until ?? now).getTime() / 1000) + KEPT_SECONDS,
            ...(until && { ':until': text(until) }),
          },
        )
      }
      // Most people have entered no wrong code lately, so that is tried without a look.
      let seen = stored.parse({})
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        if (await count(seen))
          return { locks: seen.locked_until ? seen.locks_before + 1 : seen.locks_before }
        seen = await read(payerId)
        if (own.left(seen)) return { locks: seen.locks_before }
        if (seen.locked_until && seen.locked_until > now) return { lockedUntil: seen.locked_until }
      }
      throw new Error('a count of codes was lost too often')
    },

    async giveBack(payerId, { locks }) {
      const own = ownWrite()
      await write(
        payerId,
        `SET goes = goes - :one, ${own.set} REMOVE locked_until`,
        `goes > :none AND locks_before = :locks AND ${own.when}`,
        { ':none': 0, ':one': 1, ':locks': locks, ...own.values },
      )
    },

    async reset(payerId) {
      await write(
        payerId,
        'SET goes = :none, locks_before = :none REMOVE locked_until',
        'attribute_exists(goes)',
        { ':none': 0 },
      )
    },
  }
}

const key = (payerId: string) => ({ user_id: `limit#codes#${payerId}` })
const text = (instant: Date) => instant.toISOString()

const count = z.int().min(0).default(0)
const stored = z.looseObject({
  goes: count,
  locks_before: count,
  locked_until: z.iso
    .datetime({ precision: 3 })
    .transform((instant) => new Date(instant))
    .optional(),
})
type Row = z.infer<typeof stored>

/** The row is still as it was seen; who has none yet has no item, or none any more. */
const sameRow = ({ locked_until }: Row) =>
  [
    '(attribute_not_exists(goes) OR goes = :seen)',
    '(attribute_not_exists(locks_before) OR locks_before = :seen_locks)',
    locked_until ? 'locked_until = :seen_until' : 'attribute_not_exists(locked_until)',
  ].join(' AND ')

const rowValues = ({ goes, locks_before, locked_until }: Row) => ({
  ':seen': goes,
  ':seen_locks': locks_before,
  ...(locked_until && { ':seen_until': text(locked_until) }),
})
