/** Payments that wait for their payers, stored without the API. */
import { randomUUID } from 'node:crypto'
import { displayText, type PaymentAction } from '../functions/core/action.ts'
import { pushDetails } from '../functions/core/channels/pushRules.ts'
import type { Payment } from '../functions/core/payment.ts'
import type { PaymentStore } from '../functions/core/ports.ts'
import type { Payer } from './payers.ts'

/** Writers at once. */
const WRITERS = 32

/** What every payment of a measurement is for. */
export const ACTION: PaymentAction = {
  kind: 'payment',
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { amountMinor: 2050, currency: 'EUR' },
}

/** Store so many payments that are started at this moment, spread over the payers. */
export async function fill(
  store: PaymentStore,
  payers: readonly Omit<Payer, 'token'>[],
  count: number,
  now = new Date(),
): Promise<Payment[]> {
  const made = Array.from({ length: Math.max(0, count) }, (_, n) => newPayment(payers, n, now))
  const waiting = [...made]
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      for (let one = waiting.pop(); one; one = waiting.pop()) await store.insert(one)
    }),
  )
  return made
}

/** A payment of the nth payer, with a push on their phone. */
function newPayment(payers: readonly Omit<Payer, 'token'>[], n: number, now: Date): Payment {
  const payer = payers[n % payers.length]
  if (!payer) throw new Error('there are no payers')
  const reference = '4F2K7Q'
  return {
    paymentId: randomUUID().replaceAll('-', '').slice(0, 22),
    payerId: payer.payerId,
    requestId: randomUUID(),
    reference,
    providerPhoneId: payer.providerPhoneId,
    action: ACTION,
    displayText: displayText(ACTION),
    outcome: { status: 'pending' },
    channels: {
      push: {
        state: 'sent',
        askedAt: now,
        id: randomUUID(),
        details: pushDetails(ACTION, payer.email, reference),
      },
      sms: { to: '+1 ••••• ••100', sends: 0, attempts: 0, wrongCodes: 0 },
      device: { tried: [], failed: [] },
    },
    createdAt: now,
    expiresAt: new Date(now.getTime() + 600_000),
  }
}

/** Approve a payment as the callback does, without the API. */
export function approve(store: PaymentStore, payment: Payment): Promise<Payment | undefined> {
  const { paymentId, providerPhoneId, displayText, channels } = payment
  const only = { providerPhoneId, displayText, pushDetails: channels.push.details ?? {} }
  const now = new Date()
  const evidence = {
    kind: 'provider-read',
    push_id: channels.push.id ?? '',
    provider_phone_id: providerPhoneId ?? '',
    read_at: now.toISOString(),
  } as const
  const decision = { status: 'approved', channel: 'push', by: 'payer', evidence, only } as const
  return store.decide(paymentId, decision, now)
}
