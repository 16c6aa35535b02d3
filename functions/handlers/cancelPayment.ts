import { lambda, payers, payments, type World } from '../composition.ts'
import { cancelPayment as cancel } from '../core/deciding.ts'
import { admitToLook } from '../core/payer.ts'
import { view } from '../core/payment.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { channelEnds } from '../providerComposition.ts'

/**
 * `POST /payments/{paymentId}/cancellation`: cancel a pending payment for its payer, also while the account is locked.
 */
export const cancelPayment = (world: World) => {
  const store = payers(world)
  const ports = { payments: payments(world), ends: channelEnds(world), clock: world.clock }
  return endpoint(world, { body: nothing, query: nothing }, async ({ payer, paymentId }) => {
    admitToLook(await store.get(payer.payerId), payer)
    const payment = await cancel(ports, payer.payerId, paymentId())
    return { status: 200, body: view(payment, world.clock()) }
  })
}

export const handler = lambda(cancelPayment)
