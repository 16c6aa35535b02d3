/** Test support: a payment as the stores give it, which waits for its payer. */
import { type Payment, pushContent, type Terms } from '../../functions/core/payment.ts'
import { at, NOON } from './answering.ts'

export const terms: Terms = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { amountMinor: 2050, currency: 'EUR' },
}
export const WORDS = 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)'

/** Each test breaks one thing about it. */
export const open: Payment = {
  paymentId: 'KTLLJSfqnCGI9JkWws96Bw',
  payerId: 'person-1',
  requestId: 'request-1',
  authyId: '1635',
  reference: 'K7LMPQ',
  terms,
  shown: pushContent(terms, 'ada@example.com', 'K7LMPQ'),
  status: 'pending',
  push: 'sent',
  pushAskedAt: NOON,
  pushId: 'push-1',
  smsTo: '+44 ••••• ••123',
  smsSends: 1,
  smsSentAt: at(-20),
  codeAttempts: 0,
  wrongCodes: 0,
  createdAt: NOON,
  expiresAt: at(300),
}
