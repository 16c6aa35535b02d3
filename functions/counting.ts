/**
 * Counting at the one place that everything of a kind passes. A payment's end is counted by the write
 * that ended it, so once: neither by a repeated answer nor by a request that came too late.
 */
import type { Payment } from './core/payment.ts'
import type { Codes, PaymentStore, Phones, Switches } from './core/ports.ts'
import { approvedBy } from './metrics.ts'
import { count, measure } from './observe.ts'

export const countedPayments = (store: PaymentStore): PaymentStore => ({
  ...store,
  decide: async (...decision) => noted(await store.decide(...decision)),
  countWrongCode: async (...wrong) => noted(await store.countWrongCode(...wrong)),
  expire: async (...over) => noted(await store.expire(...over)),
})

export const countedCodes = (codes: Codes): Codes => ({
  ...codes,
  send: (...text) => {
    count('TextAsked')
    return codes.send(...text)
  },
})

export const countedPhones = (phones: Phones): Phones => ({
  ...phones,
  startVerification: (...text) => {
    count('TextAsked')
    return phones.startVerification(...text)
  },
})

/** The owner sees that a switch is on by those whom it turns away. */
export const countedSwitches = (switches: Switches): Switches => ({
  smsOff: async () => turnedAway(await switches.smsOff(), 'SmsOff'),
  paymentsOff: async () => turnedAway(await switches.paymentsOff(), 'PaymentsOff'),
})

function turnedAway(isOff: boolean, metric: 'SmsOff' | 'PaymentsOff'): boolean {
  if (isOff) count(metric)
  return isOff
}

const ENDED = {
  denied: 'PaymentDenied',
  expired: 'PaymentExpired',
  failed: 'PaymentFailed',
  cancelled: 'PaymentCancelled',
} as const

/** What a write made of a payment; nothing where its condition failed. */
function noted(written: Payment | undefined): Payment | undefined {
  if (!written) return written
  const { outcome, createdAt } = written
  switch (outcome.status) {
    case 'pending':
      return written
    case 'approved':
    case 'denied':
      count(outcome.status === 'approved' ? approvedBy(outcome.channel) : ENDED.denied)
      measure('DecisionSeconds', (outcome.decidedAt.getTime() - createdAt.getTime()) / 1000)
      return written
    default:
      count(ENDED[outcome.status])
      return written
  }
}
