import * as z from 'zod'
import { paymentSettings } from '../adapters/settings.ts'
import {
  lambda,
  limits,
  newReference,
  payers,
  paymentIdOf,
  payments,
  type World,
} from '../composition.ts'
import type { Payee, PaymentAction } from '../core/action.ts'
import { type AmountLimits, parseAmount } from '../core/money.ts'
import { payeeText } from '../core/payeeText.ts'
import { view } from '../core/payment.ts'
import { Refusal } from '../core/refusals.ts'
import type { Same } from '../core/same.ts'
import { startPayment } from '../core/starting.ts'
import { newNonce } from '../deviceComposition.ts'
import { endpoint, nothing } from '../http/endpoint.ts'
import { count, reportFault } from '../observe.ts'
import { channelStarts, deviceRules, phoneIds, switches } from '../providerComposition.ts'

/** The body of a start; an amount above the limit is refused. */
export const body = (limits: AmountLimits) =>
  z.strictObject({
    payee: z.strictObject({ name: payeeField('name'), id: payeeField('id') }),
    amount: z
      .strictObject({ value: text('Enter an amount.'), currency: text('Choose a currency.') })
      .transform((amount, context) => {
        const parsed = parseAmount(amount, limits)
        if ('amountMinor' in parsed) return parsed
        context.addIssue({ code: 'custom', path: [parsed.field], message: parsed.reason })
        return z.NEVER
      }),
  })
true satisfies Same<z.infer<ReturnType<typeof body>>, Omit<PaymentAction, 'kind'>>

/**
 * An idempotency key, bare or as a quoted string (draft-ietf-httpapi-idempotency-key-header). None of the allowed
 * characters may be escaped in a string, so nothing is unescaped.
 */
export const IDEMPOTENCY_KEY = /^(?:[A-Za-z0-9_-]{1,64}|"[A-Za-z0-9_-]{1,64}")$/

/** `POST /payments`: start a payment and send its push. A repeated `Idempotency-Key` starts no second payment. */
export const sendPayment = (world: World) => {
  const settings = paymentSettings(world.env)
  const store = payments(world)
  const ports = {
    payments: store,
    payers: payers(world),
    limits: limits(world),
    switches: switches(world),
    phoneIds: phoneIds(world),
    channels: channelStarts(world, { payments: store, onPushFault, newNonce }),
    newReference,
    clock: world.clock,
    lifeSeconds: settings.PAYMENT_TTL_SECONDS,
    rules: deviceRules(world),
  }
  const schemas = { body: body(settings.MAX_AMOUNT), query: nothing }
  return endpoint(world, schemas, async ({ payer, body, headers, ip, requestId }) => {
    const paymentId = paymentIdOf(payer.payerId, idempotencyKey(headers['idempotency-key']))
    const request = {
      ...payer,
      paymentId,
      requestId,
      ip,
      action: { kind: 'payment', ...body } as const,
    }
    const { payment, created } = await startPayment(ports, request)
    if (created) count('PaymentStarted')
    return {
      status: created ? 201 : 200,
      body: view(payment, world.clock()),
      ...(created && { headers: { location: `/api/payments/${paymentId}` } }),
    }
  })
}

export const handler = lambda(sendPayment)

function payeeField(field: keyof Payee) {
  return text(field === 'name' ? 'Enter a name.' : 'Enter an e-mail address or account.').transform(
    (given, context) => {
      const payee = payeeText(field, given)
      if ('text' in payee) return payee.text
      context.addIssue({ code: 'custom', message: payee.reason })
      return z.NEVER
    },
  )
}

function text(missing: string) {
  return z.string(missing)
}

/** The key in a header, with or without quotes. */
function idempotencyKey(header: string | undefined): string {
  if (header === undefined || header === '') throw new Refusal('idempotency_key_missing')
  if (IDEMPOTENCY_KEY.test(header)) return header.replaceAll('"', '')
  const reason = 'Use 1 to 64 of A-Z a-z 0-9 _ -, bare or in one pair of double quotes.'
  throw new Refusal('invalid_request', { fields: [{ path: 'Idempotency-Key', reason }] })
}

/** The payment is stored and the SMS code is open, so the payer gets no error; the fault is reported to the owner. */
function onPushFault(paymentId: string, fault: unknown) {
  if (!(fault instanceof Refusal)) reportFault(fault, { paymentId })
}
