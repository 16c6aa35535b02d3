/**
 * Counting metrics around the ports. A payment's end is counted at the write that ended it, so that a repeated answer
 * or a late request does not count it again.
 */
import type { DeviceStore } from './core/devicePorts.ts'
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

export const countedDevices = (store: DeviceStore): DeviceStore => ({
  ...store,
  letIn: async (...device) => written(await store.letIn(...device), 'DeviceAdded'),
  remove: async (...device) => written(await store.remove(...device), 'DeviceRemoved'),
  stopWaiting: async (...device) => written(await store.stopWaiting(...device), 'DeviceStopped'),
})

function written<T>(
  result: T | undefined,
  metric: 'DeviceAdded' | 'DeviceRemoved' | 'DeviceStopped',
) {
  if (result !== undefined) count(metric)
  return result
}

/** Counts each request that a switch refuses, so that the owner sees that the switch is on. */
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

/** Count the end of a payment after a write; `undefined` (the condition failed) counts nothing. */
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
