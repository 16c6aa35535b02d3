import { lambda, payments, type World } from '../composition.ts'
import { requirePayment } from '../core/deciding.ts'
import { view } from '../core/payment.ts'
import { endpoint, nothing } from '../http/endpoint.ts'

/** `GET /payments/{paymentId}`: one payment as it is now. It writes nothing and calls no provider. */
export const paymentStatus = (world: World) => {
  const ports = { payments: payments(world), clock: world.clock }
  return endpoint(world, { body: nothing, query: nothing }, async ({ payer, paymentId }) => ({
    status: 200,
    body: view(await requirePayment(ports, payer.payerId, paymentId()), world.clock()),
  }))
}

export const handler = lambda(paymentStatus)
