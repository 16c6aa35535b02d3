/** The shop's own orders: what is bought, from whom and for how much. In memory; a real shop keeps them in its database. */
import { randomUUID } from 'node:crypto'
import type { ApprovedPayment } from '../executePayment.ts'

export type Order = {
  readonly id: string
  readonly payee: { readonly name: string; readonly id: string }
  readonly amount: { readonly value: string; readonly currency: 'EUR' }
  /** The payment that was started for it. */
  paymentId?: string | undefined
  /** The last one that ended without a yes: only then there may be another. */
  endedUnpaid?: string
  isPaid: boolean
}

export type Orders = ReturnType<typeof shopOrders>

/** The orders of one payer. */
export function shopOrders() {
  const orders: Order[] = []
  return {
    /** The order that waits to be paid; a new one if there is none. */
    open(): Order {
      const last = orders.at(-1)
      return last && !last.isPaid ? last : begin()
    },
    byId: (id: string) => orders.find((order) => order.id === id),
    byPayment: (paymentId: string) => orders.find((order) => order.paymentId === paymentId),

    /**
     * The order that an approved payment pays, marked as paid.
     *
     * @throws if payment, payee and amount are not those of one order
     */
    paidBy({ paymentId, payee, amount }: ApprovedPayment): Order {
      const order = orders.find((order) => order.paymentId === paymentId)
      const isPaidAsOrdered =
        order?.payee.name === payee.name &&
        order.payee.id === payee.id &&
        order.amount.value === amount.value &&
        order.amount.currency === amount.currency
      if (!isPaidAsOrdered) throw new Error(`Payment ${paymentId} pays no order of this shop.`)
      order.isPaid = true
      return order
    },
  }

  function begin(): Order {
    const order: Order = {
      id: randomUUID(),
      // As Payfriend stores them: the same letters and decimals come back in the event.
      payee: { name: 'Honeydukes', id: 'till@honeydukes.example' },
      amount: { value: '4.20', currency: 'EUR' },
      isPaid: false,
    }
    orders.push(order)
    return order
  }
}

/** The same for each repeat of one start, so that a lost answer never starts a second payment. */
export const keyOf = ({ id, endedUnpaid = '' }: Order): string => `${id}_${endedUnpaid}`
