/** Test support: a payment as the stores give it, which waits for its payer. */
import { displayText, type PaymentAction, type PaymentFields } from '../../functions/core/action.ts'
import type { Channel, PushChannel, SmsChannel } from '../../functions/core/channel.ts'
import { pushDetails } from '../../functions/core/channels/pushRules.ts'
import { type Evidence, type PaymentStatus, proofOf } from '../../functions/core/outcome.ts'
import type { Payment } from '../../functions/core/payment.ts'
import { at, NOON } from './answering.ts'

/** With every field that there is: a place where one is forgotten loses it, and a test notices. */
export const action = {
  kind: 'payment',
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { amountMinor: 2050, currency: 'EUR' },
} as const satisfies Required<PaymentAction>
/** What it is started with. */
export const paymentBody = {
  payee: action.payee,
  amount: { value: '20.50', currency: 'EUR' },
} satisfies Required<PaymentFields>
export const WORDS = 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)'
/** What the push shows beside it. */
export const DETAILS = pushDetails(action, 'ada@example.com', 'K7LMPQ')

/** Each test breaks one thing about it. */
export const open: Payment & { readonly providerPhoneId: string } = {
  paymentId: 'KTLLJSfqnCGI9JkWws96Bw',
  payerId: 'person-1',
  requestId: 'request-1',
  providerPhoneId: '1635',
  reference: 'K7LMPQ',
  action,
  displayText: displayText(action),
  outcome: { status: 'pending' },
  channels: {
    push: { state: 'sent', askedAt: NOON, details: DETAILS, id: 'push-1' },
    sms: { to: '+44 ••••• ••123', sends: 1, sentAt: at(-20), attempts: 0, wrongCodes: 0 },
    device: { tried: [], failed: [] },
  },
  createdAt: NOON,
  expiresAt: at(300),
}

/** What proves an answer on each channel. */
const EVIDENCE: Record<Channel, Evidence> = {
  push: {
    kind: 'provider-read',
    push_id: 'push-1',
    provider_phone_id: '1635',
    read_at: NOON.toISOString(),
  },
  sms: { kind: 'sms-code', provider_phone_id: '1635', action: open.paymentId, display_text: WORDS },
  device: {
    kind: 'passkey',
    device_id: 'D'.repeat(43),
    jwk: { kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43) },
    bound_by: 'text',
    body: '{"answer":"approve"}',
    proof: 'a.b.c',
    spki: 'spki',
    alg: -7,
    ua_type: 'webauthn.get',
  },
}

/** How a payment ended. */
export function over(
  status: Exclude<PaymentStatus, 'pending'>,
  channel: Channel = 'push',
  at: Date = NOON,
): Pick<Payment, 'outcome'> {
  const evidence = EVIDENCE[channel]
  switch (status) {
    case 'approved':
    case 'denied':
      return { outcome: { status, channel, decidedAt: at, evidence, proof: proofOf(evidence) } }
    case 'failed':
      return { outcome: { status, channel: 'sms', endedAt: at } }
    default:
      return { outcome: { status, endedAt: at } }
  }
}

type Channels = Pick<Payment, 'channels'>

/** The channels of a payment, with something else known of the push. */
export const pushOf = (push: Partial<PushChannel>, { channels }: Channels = open): Channels => ({
  channels: { ...channels, push: { ...channels.push, ...push } },
})

/** The channels of a payment, with something else known of texts and codes. */
export const smsOf = (sms: Partial<SmsChannel>, { channels }: Channels = open): Channels => ({
  channels: { ...channels, sms: { ...channels.sms, ...sms } },
})
