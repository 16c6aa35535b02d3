import * as z from 'zod'
import { lambda, payers, payments, type World } from '../composition.ts'
import { admitToLook } from '../core/payer.ts'
import { view } from '../core/payment.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { reportFault } from '../observe.ts'

/** The query: `limit` up to 100, by default 20; `cursor` from the page before. */
export const query = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'Use a number from 1 to 100.')
    .transform(Number)
    .default(20),
  cursor: z.string().min(1).max(500).optional(),
})

/** `GET /payments`: the payer's own payments, newest first. */
export const listPayments = (world: World) => {
  const store = payments(world)
  const own = payers(world)
  return endpoint(world, { body: nothing, query }, async ({ payer, query }) => {
    const { payerId } = payer
    const [known, page] = await Promise.all([
      own.get(payerId),
      store.list(payerId, query, reportFault),
    ])
    admitToLook(known, payer)
    const now = world.clock()
    return {
      status: 200,
      body: { payments: page.payments.map((payment) => view(payment, now)), next: page.next },
    }
  })
}

export const handler = lambda(listPayments)
