/** The count of a payer's consecutive failed attempts, in the payer's item. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { FAILED_ATTEMPTS_MAX, lockedUntil } from '../../core/lockout.ts'
import type { Payer } from '../../core/payer.ts'
import type { Lockout } from '../../core/ports.ts'
import { optionalInstant, optionalText } from './attributes.ts'
import { ownWrite } from './ownWrite.ts'
import { trailOf } from './payerTrailItem.ts'
import { trailWrite } from './payerTrailWrite.ts'
import { readItem } from './readItem.ts'

/** A write whose condition failed is tried again; after so many failed conditions it is a fault. */
const TRIES_MAX = 10
/** After so long without an attempt the count begins at zero. */
const KEPT_MS = 30 * 24 * 3600 * 1000

/**
 * The attributes: `failed_attempts`, 0 to 5, the last at `failed_attempts_at`; `code_locks_before`, the number of
 * earlier locks; and, from the fifth attempt on, `codes_locked_until`. After that time the next attempt is the first
 * of a new row.
 *
 * When the fifth code was wrong, `tellLock` adds the audit entry and sets `codes_lock_told`. If a crash prevented
 * that, the first attempt of the next row adds the entry.
 */
export function lockoutTable(documents: DynamoDBDocumentClient, table: string): Lockout {
  async function write(
    payerId: string,
    update: string,
    when: readonly string[],
    values: Record<string, unknown>,
  ): Promise<boolean> {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: payerId },
          UpdateExpression: update,
          ConditionExpression: when.join(' AND '),
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
    const Item = await readItem(documents, table, { user_id: payerId })
    return { ...stored.parse(Item ?? {}), trail: trailOf(Item ?? {}) }
  }

  return {
    async reserve(payerId, now, payer) {
      const own = ownWrite('code_written_by')
      /** Count the next attempt of the row `seen`; the condition fails if another attempt was counted first. */
      const count = (seen: Row) => {
        const isOver = seen.codes_locked_until !== undefined
        const { attempts, locks } = nextOf(seen, now)
        const until = attempts === FAILED_ATTEMPTS_MAX ? lockedUntil(locks, now) : undefined
        const isUntold = isOver && !seen.codes_lock_told
        const told = isUntold ? lockEntry(payerId, seen, now) : undefined
        const set = [
          'failed_attempts = :attempts, code_locks_before = :locks, failed_attempts_at = :now',
          own.set,
          told?.set,
          until && 'codes_locked_until = :until',
        ]
        return write(
          payerId,
          `SET ${set.filter(Boolean).join(', ')} REMOVE codes_lock_told` +
            (until ? '' : ', codes_locked_until'),
          [...sameRow(seen), OPEN, own.when, told?.when].filter(
            (condition) => condition !== undefined,
          ),
          {
            ...rowValues(seen),
            ...own.values,
            ...told?.values,
            ':attempts': attempts,
            ':locks': locks,
            ':now': text(now),
            ...(until && { ':until': text(until) }),
          },
        )
      }
      // The first write assumes the row of the payer as read, or none, and saves a read.
      let seen: Row = payer ? rowOf(payer) : NO_ROW
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const { attempts, locks } = nextOf(seen, now)
        if (await count(seen)) return { locks, isLast: attempts === FAILED_ATTEMPTS_MAX }
        seen = await read(payerId)
        if (own.left(seen)) {
          return {
            locks: seen.code_locks_before,
            isLast: seen.failed_attempts === FAILED_ATTEMPTS_MAX,
          }
        }
        if (seen.user_id === undefined || seen.account_state) return { lockedUntil: undefined }
        if (seen.codes_locked_until && seen.codes_locked_until > now) {
          return { lockedUntil: seen.codes_locked_until }
        }
      }
      throw new Error(`payer ${payerId}: an attempt failed the condition of ten writes in a row`)
    },

    async tellLock(payerId, { locks }, now) {
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const row = await read(payerId)
        // The entry exists already, or the attempt was given back, or another row has begun.
        if (row.codes_lock_told || !row.codes_locked_until) return
        if (row.code_locks_before !== locks) return
        const told = lockEntry(payerId, row, now)
        const written = await write(
          payerId,
          `SET codes_lock_told = :yes, ${told.set}`,
          [
            'attribute_exists(codes_locked_until)',
            'attribute_not_exists(codes_lock_told)',
            'code_locks_before = :locks',
            told.when,
          ],
          { ':yes': true, ':locks': locks, ...told.values },
        )
        if (written) return
      }
      throw new Error(
        `payer ${payerId}: a lock's entry failed the condition of ten writes in a row`,
      )
    },

    async giveBack(payerId, { locks }) {
      const own = ownWrite('code_written_by')
      await write(
        payerId,
        `SET failed_attempts = failed_attempts - :one, ${own.set} REMOVE codes_locked_until, codes_lock_told`,
        ['failed_attempts > :none', 'code_locks_before = :locks', own.when],
        { ':none': 0, ':one': 1, ':locks': locks, ...own.values },
      )
    },

    async reset(payerId) {
      await write(
        payerId,
        `SET failed_attempts = :none, code_locks_before = :none
         REMOVE codes_locked_until, codes_lock_told`,
        ['attribute_exists(failed_attempts)'],
        { ':none': 0 },
      )
    },
  }
}

const lockEntry = (payerId: string, { trail }: Row, now: Date) =>
  trailWrite(trail, { payerId, event: 'codes.locked', by: 'payer' }, now)

const text = (instant: Date) => instant.toISOString()

const count = z.int().min(0).default(0)
const stored = z.object({
  user_id: optionalText,
  failed_attempts: count,
  failed_attempts_at: optionalInstant,
  code_locks_before: count,
  codes_locked_until: optionalInstant,
  codes_lock_told: z.boolean().default(false),
  account_state: optionalText,
  code_written_by: optionalText,
})
type Row = z.infer<typeof stored> & { readonly trail: ReturnType<typeof trailOf> }

const NO_ROW: Row = { ...stored.parse({}), trail: trailOf({}) }

const rowOf = ({ failedCodes, codesLockedUntil, trail }: Payer): Row => ({
  ...NO_ROW,
  ...(failedCodes && {
    failed_attempts: failedCodes.attempts,
    failed_attempts_at: failedCodes.at,
    code_locks_before: failedCodes.locks,
    codes_lock_told: failedCodes.isLockTold,
  }),
  codes_locked_until: codesLockedUntil,
  trail,
})

/**
 * The account exists (the update would otherwise create an item without its attributes), and the operator has neither
 * locked nor closed it.
 */
const OPEN = 'attribute_exists(user_id) AND attribute_not_exists(account_state)'

/** The number of the next attempt in its row, and the number of earlier locks. */
function nextOf(seen: Row, now: Date): { readonly attempts: number; readonly locks: number } {
  const end = seen.codes_locked_until ?? seen.failed_attempts_at
  if (end && now.getTime() - end.getTime() >= KEPT_MS) return { attempts: 1, locks: 0 }
  if (seen.codes_locked_until) return { attempts: 1, locks: seen.code_locks_before + 1 }
  return { attempts: seen.failed_attempts + 1, locks: seen.code_locks_before }
}

/** The condition that the stored row equals `seen`; an empty row may have no attributes. */
const sameRow = ({ codes_locked_until }: Row) => [
  '(attribute_not_exists(failed_attempts) OR failed_attempts = :seen)',
  '(attribute_not_exists(code_locks_before) OR code_locks_before = :seen_locks)',
  codes_locked_until
    ? 'codes_locked_until = :seen_until'
    : 'attribute_not_exists(codes_locked_until)',
]

const rowValues = ({ failed_attempts, code_locks_before, codes_locked_until }: Row) => ({
  ':seen': failed_attempts,
  ':seen_locks': code_locks_before,
  ...(codes_locked_until && { ':seen_until': text(codes_locked_until) }),
})
