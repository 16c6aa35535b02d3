/** The list's cursor: opaque, and good for its own payer only, so that one from elsewhere is told from a real one. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { invalidField } from '../../core/refusals.ts'

/** The cursor of a page's end, from the index's own key. */
export const cursorOf = (payerId: string, key: Record<string, unknown>) =>
  Buffer.from(
    JSON.stringify([key.created_at, key.payment_id, seal(payerId, key.created_at, key.payment_id)]),
  ).toString('base64url')

/** Where a cursor goes on; refuses one that is not from a page of this payer's. */
export function startKey(payerId: string, cursor: string): Record<string, unknown> {
  // An empty key is a fault to the database, and anybody can seal one for themselves.
  const key = z.string().nonempty()
  const parts = z.tuple([key, key, z.string()]).safeParse(parsed(cursor))
  if (!parts.success || parts.data[2] !== seal(payerId, parts.data[0], parts.data[1])) {
    throw invalidField('cursor', 'This cursor is not from a page of your payments.')
  }
  const [created_at, payment_id] = parts.data
  return { user_id: payerId, created_at, payment_id }
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

const seal = (...parts: unknown[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)
