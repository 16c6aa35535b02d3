/** The limits of codes by text, and what a code is evidence of. */
import type { ChannelRules } from './channelRules.ts'

/** RTS Art. 4(3)(b): no more than five failed attempts. Never given back, not even by a new text. */
export const CODE_ATTEMPTS_MAX = 5
/** Texts for one payment. */
export const TEXTS_MAX = 5

export type SmsCodeEvidence =
  | {
      readonly kind: 'sms-code'
      readonly provider_phone_id: string
      /** What the provider bound the code to: the payment's id and its display text. */
      readonly action: string
      readonly display_text: string
    }
  | {
      readonly kind: 'verify-code'
      readonly provider_phone_id: string
      readonly verification_sid: string
      /** What the provider bound the code to, in its own answer: amount and payee, with the payment's reference. */
      readonly amount: string
      readonly payee: string
    }

export const smsCodeRules = {
  view: ({ to, sends, sentAt, attempts }) => ({
    sms: {
      to: sends === 0 ? null : to,
      sentAt: sentAt?.toISOString() ?? null,
      sendsLeft: TEXTS_MAX - sends,
      attemptsLeft: CODE_ATTEMPTS_MAX - attempts,
    },
  }),
  evidence: {
    'sms-code': {
      proof: 'sms-code',
      answers: ['approved payer'],
      problem: ({ action, display_text }, { paymentId, displayText }) => {
        if (action !== paymentId) return 'the code was for another payment'
        return display_text === displayText ? undefined : 'the code was for another display text'
      },
    },
    'verify-code': { proof: 'sms-code', answers: ['approved payer'], problem: 'by-provider' },
  },
} as const satisfies ChannelRules<'sms', SmsCodeEvidence>
