import * as z from 'zod'
import {
  lambda,
  lockout,
  onLockoutFault,
  pause,
  payers,
  payments,
  type World,
} from '../composition.ts'
import { approveWithCode } from '../core/channels/smsCode.ts'
import { view } from '../core/payment.ts'
import { Refusal } from '../core/refusals.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { count } from '../observe.ts'
import { codesOf, deviceRules } from '../providerComposition.ts'

/** The body: a code of digits only, because it is put into a path at the provider. */
export const body = z.strictObject({
  code: z.string('Enter the code.').regex(/^[0-9]{6,10}$/, 'The code has 6 to 10 digits.'),
})

/** `POST /payments/{paymentId}/sms/verification`: approve a payment with the code from the text. */
export const smsVerify = (world: World) => {
  const ports = {
    payments: payments(world),
    payers: payers(world),
    lockout: lockout(world),
    clock: world.clock,
    rules: deviceRules(world),
    pause,
    onLockoutFault,
  }
  const codesFor = codesOf(world)
  return endpoint(world, { body, query: nothing }, async ({ payer, paymentId, body }) => {
    const id = paymentId()
    const codes = await codesFor(payer.payerId, id)
    try {
      const payment = await approveWithCode({ ...ports, codes }, payer, id, body.code)
      return { status: 200, body: view(payment, world.clock()) }
    } catch (error) {
      if (error instanceof Refusal && error.code === 'wrong_code') count('CodeWrong')
      throw error
    }
  })
}

export const handler = lambda(smsVerify)
