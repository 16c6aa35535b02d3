import { lambda, limits, payers, payments, type World } from '../composition.ts'
import { sendSmsCode } from '../core/channels/smsCode.ts'
import { view } from '../core/payment.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { codesOf, deviceRules, switches } from '../providerComposition.ts'

/** `POST /payments/{paymentId}/sms`: text the payer a code that is valid for this payment only. */
export const smsStart = (world: World) => {
  const ports = {
    payments: payments(world),
    payers: payers(world),
    limits: limits(world),
    switches: switches(world),
    clock: world.clock,
    rules: deviceRules(world),
  }
  const codesFor = codesOf(world)
  return endpoint(world, { body: nothing, query: nothing }, async ({ payer, paymentId }) => {
    const id = paymentId()
    const codes = await codesFor(payer.payerId, id)
    const payment = await sendSmsCode({ ...ports, codes }, payer, id)
    return { status: 202, body: view(payment, world.clock()) }
  })
}

export const handler = lambda(smsStart)
