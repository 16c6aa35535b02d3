import type { Payment } from './api.ts'

/** So many are offered. */
export const LAST_PAYEES_MAX = 5

export type Payee = Payment['payee']

/**
 * Whom the payer paid last, each once. Of approved payments only: a payment that was denied may have been started by
 * somebody else, and its payee must not stand ready to be chosen.
 *
 * @param payments the newest first
 */
export function lastPayees(payments: readonly Payment[]): Payee[] {
  const payees = new Map<string, Payee>()
  for (const { status, payee } of payments) {
    if (status === 'approved' && !payees.has(keyOf(payee))) payees.set(keyOf(payee), payee)
  }
  return [...payees.values()].slice(0, LAST_PAYEES_MAX)
}

/** Without those that are in the other list. */
export const withoutPayees = (payees: readonly Payee[], others: readonly Payee[]): Payee[] =>
  payees.filter((payee) => !others.some((other) => keyOf(other) === keyOf(payee)))

const keyOf = ({ name, id }: Payee): string => JSON.stringify([name, id])
