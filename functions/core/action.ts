/** What a payer approves, and the one sentence in which every channel shows it (RTS Art. 5(1)(a)). */
import { canonical } from './canonical.ts'
import { type Amount, amountOf, inWords, type Money } from './money.ts'
import type { Nothing } from './same.ts'

/** Who is paid; `id` is an e-mail address or an account number. */
export type Payee = { readonly name: string; readonly id: string }

/** A payment, with the payee and the amount that its approval is for (RTS Art. 5(1)(b)). */
export type PaymentAction = {
  readonly kind: 'payment'
  readonly payee: Payee
  readonly amount: Money
}

/** Another phone takes the place of the verified one. */
type PhoneChangeAction = {
  readonly kind: 'phone-change'
  /** The new number, whole, because nothing less tells two apart: +447400123456. */
  readonly number: string
  /** The page shows it too, so that the payer knows which change this is. */
  readonly reference: string
}

export type Action = PaymentAction | PhoneChangeAction

/** A payment's fields as API, audit trail and events have them: with the amount as it is written on the wire. */
export type PaymentFields = Omit<PaymentAction, 'kind' | 'amount'> & { readonly amount: Amount }

export const fieldsOf = ({ kind: _, amount, ...others }: PaymentAction): PaymentFields => ({
  ...others,
  amount: amountOf(amount),
})

/** The action in one sentence, the same on push, text and page; a payment's has 170 characters at most. */
export function displayText(action: Action): string {
  switch (action.kind) {
    case 'payment': {
      const { kind: _, payee, amount, ...unsaid } = action
      unsaid satisfies Nothing
      return `Pay ${inWords(amount)} to ${payeeInWords(payee)}`
    }
    case 'phone-change':
      return `Change your Payfriend phone to ${action.number}, reference ${action.reference}`
  }
}

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
export function payeeInWords({ name, id }: Payee): string {
  const mark = HAS_RIGHT_TO_LEFT.test(name + id) ? LEFT_TO_RIGHT_MARK : ''
  const turn = DIGITS_BEFORE_RIGHT_TO_LEFT.test(name) ? RIGHT_TO_LEFT_MARK : ''
  return `${turn}${name}${turn}${mark} (${id}${mark})`
}

/**
 * A payment's fields one by one, as a push lists them below the sentence. Keys have 20 characters at most and none
 * begins another.
 */
export function detailsOf({ kind: _, payee, amount, ...unsaid }: PaymentAction) {
  unsaid satisfies Nothing
  return { 'Sending to': payeeInWords(payee), Amount: inWords(amount) }
}

/** The same in every field; an amount is compared as minor units: "20.5" and "20.50" are the same payment. */
export const sameAction = (a: PaymentAction, b: PaymentAction): boolean =>
  canonical(a) === canonical(b)
