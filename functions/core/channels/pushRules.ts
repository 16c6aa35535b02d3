/** What a push shows its payer, and when an answer is an answer to just that (RTS Art. 5(1)(c)). */
import { detailsOf, displayText, type PaymentAction } from '../action.ts'
import type { PushContent, PushDetails } from '../channel.ts'
import type { ChannelRules } from './channelRules.ts'

export type PushEvidence =
  | {
      readonly kind: 'push-callback'
      readonly push_id: string
      readonly provider_phone_id: string
      /** What came back as shown; equal to the payment's own display text and push details. */
      readonly push_content: string
      /** The device's own signature and the provider's nonce, as they came. */
      readonly device_signature: string | null
      readonly device_id: string | null
      readonly signed_at: string | null
      readonly nonce: string
    }
  | {
      readonly kind: 'provider-read'
      readonly push_id: string
      readonly provider_phone_id: string
      readonly read_at: string
    }

export const pushRules = {
  view: ({ state, pausedUntil }) => ({
    push: state,
    pushPausedUntil: pausedUntil?.toISOString() ?? null,
  }),
  evidence: {
    // The provider's signed callback, which shows what the payer saw.
    'push-callback': {
      proof: 'signed-callback',
      answers: ['approved payer', 'denied payer'],
      problem: ({ push_content }, { displayText, pushDetails }) => {
        if (!pushDetails) return 'a push was answered, and none was to be shown'
        const stored = pushContentText({ message: displayText, details: pushDetails })
        return push_content === stored ? undefined : 'what came back is not what was shown'
      },
    },
    // The provider's own word when it was asked, which shows no payee and no amount: RTS Art. 5(1)(c) is then kept by
    // the push's id alone.
    'provider-read': {
      proof: 'provider-read',
      answers: ['approved provider', 'denied provider'],
      problem: ({ push_id, read_at }, { answeredAt }) =>
        push_id !== '' && read_at === answeredAt
          ? undefined
          : 'the push was read at another time, or is none',
    },
  },
} as const satisfies ChannelRules<'push', PushEvidence>

/** Longer than this the provider may cut it. */
const ACCOUNT_LENGTH_MAX = 200

/**
 * What the push shows beside the display text; the reference tells it from the push of an equal payment.
 */
export const pushDetails = (
  action: PaymentAction,
  account: string,
  reference: string,
): PushDetails => ({
  ...detailsOf(action),
  'Your account': account,
  Reference: reference,
})

/** The account as the push names it: the e-mail address, or its owner's id where it is too long to be shown whole. */
export const accountOf = (payer: { readonly email: string; readonly payerId: string }): string =>
  payer.email.length <= ACCOUNT_LENGTH_MAX ? payer.email : payer.payerId

/** The whole push of a payment that is worded now. */
export const pushContent = (
  action: PaymentAction,
  account: string,
  reference: string,
): PushContent => ({
  message: displayText(action),
  details: pushDetails(action, account, reference),
})

/** A push's details as one text, the same whatever order they come in: what is stored and compared. */
export const pushDetailsText = (details: PushDetails): string => JSON.stringify(inOrder(details))

/** A push's content as one text, the same whatever order its details come in. */
export const pushContentText = ({ message, details }: PushContent): string =>
  JSON.stringify([message, ...inOrder(details)])

const inOrder = (details: PushDetails) =>
  Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1))
