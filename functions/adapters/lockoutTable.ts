/** How many wrong codes in a row a person has entered, in an item beside their other counters. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { GOES_MAX, lockedUntil, RUNG_MAX } from '../core/lockout.ts'
import type { Go, Lockout } from '../core/ports.ts'
import { ownWrite } from './ownWrite.ts'

/** A write that was lost to another is tried again; so many losses in a row are a fault. */
const TRIES_MAX = 10
/** Who enters no code for so long begins anew. */
const KEPT_SECONDS = 30 * 24 * 3600

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
      let lock: Go['lock']
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const counted = await write(
          payerId,
          `SET goes = if_not_exists(goes, :none) + :one, expires_epoch = :ttl, ${own.set}`,
          `${UNLOCKED} AND (attribute_not_exists(goes) OR goes < :last) AND ${own.when}`,
          {
            ...own.values,
            ':none': 0,
            ':one': 1,
            ':last': GOES_MAX - 1,
            ':now': text(now),
            ':ttl': ttl(now),
          },
        )
        if (counted) return { lock: undefined }

        const found = await read(payerId)
        const { goes, rung, locked_until } = found
        const isLocked = locked_until !== undefined && locked_until > now
        if (own.left(found)) return { lock: isLocked ? lock : undefined }
        if (isLocked) return { lockedUntil: locked_until }
        if (goes < GOES_MAX - 1) continue
        const until = lockedUntil(rung, now)
        lock = { until, rung }
        const locks = await write(
          payerId,
          `SET goes = :none, rung = :next, locked_until = :until, expires_epoch = :ttl, ${own.set}`,
          `${UNLOCKED} AND goes = :last AND ${rung === 0 ? '(attribute_not_exists(rung) OR rung = :rung)' : 'rung = :rung'} AND ${own.when}`,
          {
            ...own.values,
            ':none': 0,
            ':last': GOES_MAX - 1,
            ':rung': rung,
            ':next': Math.min(rung + 1, RUNG_MAX),
            ':until': text(until),
            ':now': text(now),
            ':ttl': ttl(until),
          },
        )
        if (locks) return { lock }
      }
      throw new Error('a count of codes was lost too often')
    },

    async giveBack(payerId, { lock }) {
      if (!lock) {
        const own = ownWrite()
        await write(payerId, `SET goes = goes - :one, ${own.set}`, `goes > :none AND ${own.when}`, {
          ...own.values,
          ':none': 0,
          ':one': 1,
        })
        return
      }
      await write(
        payerId,
        'SET goes = :last, rung = :rung REMOVE locked_until',
        'locked_until = :until',
        { ':last': GOES_MAX - 1, ':rung': lock.rung, ':until': text(lock.until) },
      )
    },

    async reset(payerId) {
      await write(
        payerId,
        'SET goes = :none, rung = :none REMOVE locked_until',
        'attribute_exists(goes)',
        { ':none': 0 },
      )
    },
  }
}

const key = (payerId: string) => ({ user_id: `limit#codes#${payerId}` })
const UNLOCKED = '(attribute_not_exists(locked_until) OR locked_until <= :now)'
const text = (instant: Date) => instant.toISOString()
const ttl = (from: Date) => Math.ceil(from.getTime() / 1000) + KEPT_SECONDS

const stored = z.looseObject({
  goes: z.int().min(0).default(0),
  rung: z.int().min(0).max(RUNG_MAX).default(0),
  locked_until: z.iso
    .datetime({ precision: 3 })
    .transform((instant) => new Date(instant))
    .optional(),
})
