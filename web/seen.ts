import type { Payment } from './api.ts'

/**
 * Lay payments that this page has just seen over a list read from the server.
 *
 * The list comes from an index that lags: a payment may be missing from it or still be pending there.
 *
 * @param hasMore the list goes on; what is older than its last row belongs to a later page
 */
export function layOver(
  rows: readonly Payment[],
  seen: Iterable<Payment>,
  hasMore: boolean,
): Payment[] {
  const oldest = rows.at(-1)?.createdAt
  const byId = new Map(rows.map((row) => [row.paymentId, row]))
  for (const payment of seen) {
    const row = byId.get(payment.paymentId)
    const here = !hasMore || oldest === undefined || payment.createdAt >= oldest
    // All but pending is final, so a decided row is never older than what was seen.
    if (row ? row.status === 'pending' : here) byId.set(payment.paymentId, payment)
  }
  return [...byId.values()].sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1))
}
