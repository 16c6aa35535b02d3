import { lambda, limits, payers, payments, type World } from '../composition.ts'
import { sendSmsCode } from '../core/channels/smsCode.ts'
import { view } from '../core/payment.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { codes, switches } from '../providerComposition.ts'

/** `POST /payments/{paymentId}/sms`: text the payer a code that is valid for this payment only. */
export const smsStart = (world: World) => {
  const ports = {
    payments: payments(world),
    payers: payers(world),
    limits: limits(world),
    codes: codes(world),
    switches: switches(world),
    clock: world.clock,
  }
  return endpoint({ body: nothing, query: nothing }, async ({ payer, paymentId }) => {
    const payment = await sendSmsCode(ports, payer, paymentId())
    return { status: 202, body: view(payment, world.clock()) }
  })
}

export const handler = lambda(smsStart)
