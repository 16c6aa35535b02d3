/** The requests that are measured, as the page, the payer's program and Authy send them. */
import { randomUUID } from 'node:crypto'
import type { Payment } from '../functions/core/payment.ts'
import { callbackSignature } from '../local/phone/phoneCallback.ts'
import { API_KEY } from './parts.ts'
import type { Payer } from './payers.ts'
import { ACTION } from './pendingPayments.ts'

export type Request = {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
}

/** The body of every start. */
export const PAYMENT_BODY = { payee: ACTION.payee, amount: { value: '20.50', currency: 'EUR' } }

/** `GET /payments/{paymentId}` by its payer. */
export const statusOf = ({ paymentId }: Pick<Payment, 'paymentId'>, { token }: Payer): Request => ({
  method: 'GET',
  path: `/api/payments/${paymentId}`,
  headers: { authorization: `Bearer ${token}` },
})

/** `GET /payments`, the first page. */
export const listOf = ({ token }: Payer): Request => ({
  method: 'GET',
  path: '/api/payments',
  headers: { authorization: `Bearer ${token}` },
})

/** `POST /payments` with a new key. */
export const sendBy = ({ token }: Payer): Request => ({
  method: 'POST',
  path: '/api/payments',
  headers: {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  },
  body: JSON.stringify(PAYMENT_BODY),
})

/** The callback that approves this payment, signed, in the form and size of a recorded one. */
export function approvingCallback(payment: Payment, callbackUrl: string): Request {
  const nonce = String(Math.floor(Date.now() / 1000))
  const params = {
    authy_id: Number(payment.providerPhoneId),
    device_uuid: 2102943,
    callback_action: 'approval_request_status',
    uuid: payment.channels.push.id,
    status: 'approved',
    approval_request: {
      transaction: {
        details: payment.channels.push.details,
        device_details: {},
        device_geolocation: '',
        device_signing_time: Number(nonce),
        encrypted: false,
        flagged: false,
        hidden_details: { payment_id: payment.paymentId, requester_user_id: payment.payerId },
        message: payment.displayText,
        reason: '',
        requester_details: null,
        status: 'approved',
        uuid: payment.channels.push.id,
        created_at_time: Number(nonce),
        customer_uuid: 15083,
      },
      expiration_timestamp: Number(nonce) + 300,
      logos: null,
      app_id: '582380eb7e1caa03317ec08c',
    },
    signature: 'A'.repeat(344),
    device: { city: null, country: 'Portugal', ip: '203.0.113.9', os_type: 'android', id: 2102943 },
  }
  const signed = { nonce, method: 'POST', url: callbackUrl, params }
  return {
    method: 'POST',
    path: '/api/payments/callback',
    headers: {
      'content-type': 'application/json',
      'x-authy-signature': callbackSignature(API_KEY, signed),
      'x-authy-signature-nonce': nonce,
    },
    body: JSON.stringify(params),
  }
}
