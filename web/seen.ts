import type { Payment } from './api.ts'

/**
 * Replace the rows of a list read from the server by payments that this page has just seen.
 *
 * The list comes from an index that lags: a payment may be missing there or still be pending.
 *
 * @param hasMore the list has more pages; payments older than its last row belong to a later one
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
    // Every other status is final, so only a pending row can be older than the payment seen.
    if (row ? row.status === 'pending' : here) byId.set(payment.paymentId, payment)
  }
  return [...byId.values()].sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1))
}
