/**
 * What a payment is, what its payer is shown, and when it is over. Nothing here writes; the stores
 * put these rules into the conditions of their writes.
 */
import { type Amount, amountOf, inWords, type Money } from './money.ts'
import { Refusal } from './refusals.ts'

/** RTS Art. 4(3)(b): no more than five failed attempts. Never given back, not even by a new text. */
export const CODE_ATTEMPTS_MAX = 5
/** Texts for one payment. */
export const TEXTS_MAX = 5
/** A push that was asked for this long ago and has no answer stored was lost in a crash: it may be asked for again. */
export const PUSH_LOST_SECONDS = 15

export type PaymentStatus = 'pending' | 'approved' | 'denied' | 'expired' | 'failed' | 'cancelled'
/** How the payer answers. */
export type Channel = 'push' | 'sms'
export type PushState = 'sending' | 'sent' | 'unavailable'

/** Who is paid; `id` is an e-mail address or an account number. */
export type Payee = { readonly name: string; readonly id: string }
/** What the payer must see and approve (RTS Art. 5(1)(a)). */
export type Terms = { readonly payee: Payee; readonly amount: Money }
/** The push as it is put before the payer. */
export type PushContent = {
  readonly message: string
  readonly details: Readonly<Record<string, string>>
}

/** Why a signed answer to a push was refused. */
export type RefusedAnswer = 'answer_mismatched' | 'answer_not_understood'

/** Why no push is asked for, of a payment that starts: two were denied in a row, or that could not be looked up. */
export type NoPush = 'push_paused' | 'push_unavailable'

/** One thing that happened to a payment; the list is only ever appended to (RTS Art. 29). */
export type HistoryEntry = {
  readonly at: string
  readonly event:
    | 'started'
    | 'push_asked'
    | 'push_sent'
    | NoPush
    | 'text_asked'
    | 'code_tried'
    | 'code_wrong'
    /** A signed answer that names the payment was refused: it has other content, or no sense. */
    | RefusedAnswer
    /** The payer denied the push on their phone after the payment had ended without an answer of theirs. */
    | 'denied_late'
    | Exclude<PaymentStatus, 'pending'>
  readonly channel: Channel | null
  readonly by: 'payer' | 'provider' | 'operator' | 'clock'
}

/** What proves a decision, and what it was bound to. */
export type Evidence =
  | {
      readonly kind: 'push-callback'
      readonly push_id: string
      readonly authy_id: string
      /** What came back as shown; equal to the payment's own `shown`. */
      readonly shown: string
      /** The device's own signature and the provider's nonce, as they came. */
      readonly device_signature: string | null
      readonly device_id: string | null
      readonly signed_at: string | null
      readonly nonce: string
    }
  | {
      readonly kind: 'provider-read'
      readonly push_id: string
      readonly authy_id: string
      readonly read_at: string
    }
  | {
      readonly kind: 'sms-code'
      readonly authy_id: string
      /** What the provider bound the code to: the payment's id and words. */
      readonly action: string
      readonly words: string
    }
  | {
      readonly kind: 'verify-code'
      readonly authy_id: string
      readonly verification_sid: string
      /** What the provider bound the code to, in its own answer: amount and payee, with the payment's reference. */
      readonly amount: string
      readonly payee: string
    }

/**
 * How an answer was learned: from the provider's signed callback, which shows what the payer saw; from the
 * provider's own word when it was asked, which shows no words (RTS Art. 5(1)(c) is then kept by the push's id
 * alone); or by a code that is bound to the payment.
 */
export const PROOFS = ['signed-callback', 'provider-read', 'sms-code'] as const

export type Proof = (typeof PROOFS)[number]

/** How the answer of this evidence was learned, the same for every provider. */
export const proofOf = ({ kind }: Evidence): Proof => PROOF_OF[kind]

const PROOF_OF = {
  'push-callback': 'signed-callback',
  'provider-read': 'provider-read',
  'sms-code': 'sms-code',
  'verify-code': 'sms-code',
} as const satisfies Record<Evidence['kind'], Proof>

/** One intent to pay, with fixed payee and amount; never edited, decided once. */
export type Payment = {
  readonly paymentId: string
  readonly payerId: string
  /** The request that started it, as the log knows it (RTS Art. 29). */
  readonly requestId: string
  /** The phone, as the provider knows it, that this payment was started for and stays with. */
  readonly authyId: string
  /** Six characters by chance, so that no two payments are alike, whatever their payer makes them of. */
  readonly reference: string
  readonly terms: Terms
  /** Exactly what the push says, stored before it is sent. */
  readonly shown: PushContent
  readonly status: PaymentStatus
  readonly push: PushState
  /** Never, where the provider has no push. */
  readonly pushAskedAt?: Date | undefined
  readonly pushId?: string | undefined
  /** Where no push was asked for because two were denied in a row: until when. */
  readonly pushPausedUntil?: Date | undefined
  /** Where a text goes, most of it hidden. */
  readonly smsTo: string
  readonly smsSends: number
  readonly smsSentAt?: Date | undefined
  /** The provider's own name for the newest text, where codes are checked by it. */
  readonly textId?: string | undefined
  readonly codeAttempts: number
  readonly wrongCodes: number
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly decidedAt?: Date | undefined
  readonly decidedBy?: Channel | undefined
  /** Of approved and denied; absent where it was decided before this was stored. */
  readonly decidedProof?: Proof | undefined
  /** When its push was denied though the payment had ended otherwise; it changes neither status nor decision. */
  readonly deniedLateAt?: Date | undefined
}

/** The payment in words, the same on push, text and page (RTS Art. 5(1)(a)); 170 characters at most. */
export const words = ({ payee, amount }: Terms): string =>
  `Pay ${inWords(amount)} to ${payeeInWords(payee)}`

/** Amount and payee apart, as a provider shows them that words its texts itself; equal payments differ in the reference. */
export const wordsApart = ({ payee, amount }: Terms, reference: string) => ({
  amount: inWords(amount),
  payee: `${payeeInWords(payee)} ref ${reference}`,
})

/** Without what is easily taken for another. */
const REFERENCE_LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const REFERENCE_LENGTH = 6

/** Six characters, one in a thousand million, that a person can compare: from as many bytes that nobody chose. */
export const referenceFrom = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, REFERENCE_LENGTH))
    .map((byte) => REFERENCE_LETTERS[byte % REFERENCE_LETTERS.length])
    .join('')

/** Blocks whose letters are written from right to left, as part of a pattern's class. */
export const RIGHT_TO_LEFT =
  '\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}'
const HAS_RIGHT_TO_LEFT = new RegExp(`[${RIGHT_TO_LEFT}]`, 'u')
const DIGITS_BEFORE_RIGHT_TO_LEFT = new RegExp(
  `^[^\\p{L}${RIGHT_TO_LEFT}]*\\p{Nd}[^\\p{L}${RIGHT_TO_LEFT}]*[${RIGHT_TO_LEFT}]`,
  'u',
)
const LEFT_TO_RIGHT_MARK = '\u200e'
const RIGHT_TO_LEFT_MARK = '\u200f'

/**
 * Name and account. Beside letters that run from right to left a bare account number would be shown
 * in another order than it has, so there our own marks, which a payee's text can never hold, end each.
 * Others stand round a name that begins with digits, which would be shown as if they were its end (UAX 9).
 */
function payeeInWords({ name, id }: Payee): string {
  const mark = HAS_RIGHT_TO_LEFT.test(name + id) ? LEFT_TO_RIGHT_MARK : ''
  const turn = DIGITS_BEFORE_RIGHT_TO_LEFT.test(name) ? RIGHT_TO_LEFT_MARK : ''
  return `${turn}${name}${turn}${mark} (${id}${mark})`
}

/**
 * What the push shows; the reference tells it from the push of an equal payment. Detail keys have 20 characters at
 * most and none begins another.
 */
export const pushContent = (terms: Terms, account: string, reference: string): PushContent => ({
  message: words(terms),
  details: {
    'Sending to': payeeInWords(terms.payee),
    Amount: inWords(terms.amount),
    'Your account': account,
    Reference: reference,
  },
})

/** A push's content as one text, the same whatever order its details come in: what is stored and compared. */
export const shownText = ({ message, details }: PushContent): string =>
  JSON.stringify([message, ...Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1))])

/** The same payee and amount, compared as minor units: "20.5" and "20.50" are the same terms. */
export const sameTerms = (a: Terms, b: Terms): boolean =>
  a.payee.name === b.payee.name &&
  a.payee.id === b.payee.id &&
  a.amount.amountMinor === b.amount.amountMinor &&
  a.amount.currency === b.amount.currency

/** A payment is over at `expiresAt` itself, for every reader, whether or not the sweep has written it. */
export const statusAt = (
  payment: Pick<Payment, 'status' | 'expiresAt'>,
  now: Date,
): PaymentStatus =>
  payment.status === 'pending' && now >= payment.expiresAt ? 'expired' : payment.status

/** Why a payment takes no more answers, told from what is stored now; nothing while it does. */
export function whyClosed(payment: Payment, now: Date): Refusal | undefined {
  const status = statusAt(payment, now)
  if (status === 'expired') return new Refusal('expired')
  if (status !== 'pending') return new Refusal('already_decided', { paymentStatus: status })
  return undefined
}

/** The payment as every route shows it to its payer; nothing of the provider's or of others. */
export function view(payment: ShownPayment, now: Date): PaymentView {
  const status = statusAt(payment, now)
  const decidedAt = status === 'expired' ? payment.expiresAt : payment.decidedAt
  return {
    paymentId: payment.paymentId,
    payee: payment.terms.payee,
    amount: amountOf(payment.terms.amount),
    words: words(payment.terms),
    reference: payment.reference,
    status,
    push: payment.push,
    pushPausedUntil: payment.pushPausedUntil?.toISOString() ?? null,
    sms: {
      to: payment.smsSends === 0 ? null : payment.smsTo,
      sentAt: payment.smsSentAt?.toISOString() ?? null,
      sendsLeft: TEXTS_MAX - payment.smsSends,
      attemptsLeft: CODE_ATTEMPTS_MAX - payment.codeAttempts,
    },
    createdAt: payment.createdAt.toISOString(),
    expiresAt: payment.expiresAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    decidedBy: payment.decidedBy ?? null,
    decision: decisionOf(payment),
  }
}

/** Only approve and deny are decisions of a channel: an end by wrong codes, time or cancel has none. */
const decisionOf = ({ decidedBy, decidedProof }: ShownPayment): DecisionView | null =>
  decidedBy && decidedProof ? { channel: decidedBy, proof: decidedProof } : null

/** As much of a payment as its payer ever sees. */
export type ShownPayment = Omit<
  Payment,
  | 'payerId'
  | 'requestId'
  | 'authyId'
  | 'shown'
  | 'pushAskedAt'
  | 'pushId'
  | 'textId'
  | 'wrongCodes'
  | 'deniedLateAt'
>

export type PaymentView = {
  readonly paymentId: string
  readonly payee: Payee
  readonly amount: Amount
  readonly words: string
  /** What tells it from an equal payment, on the push and in a text too. */
  readonly reference: string
  readonly status: PaymentStatus
  readonly push: PushState
  /** Where `push` is unavailable because the payer denied two in a row: until when none goes out. */
  readonly pushPausedUntil: string | null
  readonly sms: {
    readonly to: string | null
    readonly sentAt: string | null
    readonly sendsLeft: number
    readonly attemptsLeft: number
  }
  readonly createdAt: string
  readonly expiresAt: string
  readonly decidedAt: string | null
  readonly decidedBy: Channel | null
  readonly decision: DecisionView | null
}

/** On which channel the payer approved or denied, and how that was learned. */
export type DecisionView = { readonly channel: Channel; readonly proof: Proof }
