/** Test support: a payment as the page gets it. */
import { view } from '../../functions/core/payment.ts'
import type { Payment } from '../../web/api.ts'
import { NOON } from '../core/answering.ts'
import { smsOf, open as stored } from '../core/payments.ts'

/** It waits; a push went out and no text. */
export const open: Payment = view({ ...stored, ...smsOf({ sends: 0, sentAt: undefined }) }, NOON)
