import { paymentOf } from './core/deciding.ts'
import { view } from './core/payment.ts'
import { endpoint, nothing } from './http.ts'
import { lambda, payments, type World } from './live.ts'

/** `GET /payments/{paymentId}`: one payment as it is now. It never writes and never calls out. */
export const paymentStatus = (world: World) => {
  const ports = { payments: payments(world), clock: world.clock }
  return endpoint({ body: nothing, query: nothing }, async ({ payer, paymentId }) => ({
    status: 200,
    body: view(await paymentOf(ports, payer.payerId, paymentId()), world.clock()),
  }))
}

export const handler = lambda(paymentStatus)
