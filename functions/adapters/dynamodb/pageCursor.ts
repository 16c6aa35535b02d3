/** The cursor of the list of payments: opaque, and valid only for the payer it was made for. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { invalidField } from '../../core/refusals.ts'

/** The cursor for the page after `key`, the last key that the query returned. */
export const cursorOf = (payerId: string, key: Record<string, unknown>) =>
  Buffer.from(
    JSON.stringify([key.created_at, key.payment_id, seal(payerId, key.created_at, key.payment_id)]),
  ).toString('base64url')

/** The key at which the next page starts. Refuses `invalid_request` for a cursor that was not made for this payer. */
export function startKey(payerId: string, cursor: string): Record<string, unknown> {
  // DynamoDB throws on an empty key, and a payer can compute a cursor with one.
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
