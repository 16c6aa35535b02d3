/** The action that a payer approves, and its display text, the same on every channel (RTS Art. 5(1)(a)). */
import { canonical } from './canonical.ts'
import { type Amount, amountOf, inWords, type Money } from './money.ts'
import type { Nothing } from './same.ts'

/** The payee; `id` is an e-mail address or an account number. */
export type Payee = { readonly name: string; readonly id: string }

/** A payment, with the payee and the amount that its approval is for (RTS Art. 5(1)(b)). */
export type PaymentAction = {
  readonly kind: 'payment'
  readonly payee: Payee
  readonly amount: Money
}

/** Replacing the verified phone with another. */
type PhoneChangeAction = {
  readonly kind: 'phone-change'
  /** The whole new number, because the last digits alone do not tell two numbers apart: +447400123456. */
  readonly number: string
  /** The page shows it too, so that the payer can match text and change. */
  readonly reference: string
}

/** Letting in a device that approves payments. */
type DeviceAction = {
  readonly kind: 'device'
  readonly name: string
  /** The page shows it too, so that the payer can match text and device. */
  readonly reference: string
}

export type Action = PaymentAction | PhoneChangeAction | DeviceAction

/** A payment's fields in API, audit trail and events, with the amount in its wire form. */
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
    case 'device':
      return `Let ${action.name} approve payments from your Payfriend account, reference ${action.reference}`
  }
}

/** Unicode blocks whose letters run from right to left, for use inside a character class. */
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
 * Name and account in one text. Beside right-to-left letters an account number would be shown in another order
 * (UAX 9), so left-to-right marks end name and account. A right-to-left name that begins with digits is put between
 * right-to-left marks, because the digits would be shown at its end. A payee's own text can hold no marks.
 */
export function payeeInWords({ name, id }: Payee): string {
  const mark = HAS_RIGHT_TO_LEFT.test(name + id) ? LEFT_TO_RIGHT_MARK : ''
  const turn = DIGITS_BEFORE_RIGHT_TO_LEFT.test(name) ? RIGHT_TO_LEFT_MARK : ''
  return `${turn}${name}${turn}${mark} (${id}${mark})`
}

/**
 * A payment's fields as a push lists them below the display text. A key has 20 characters at most, and no key is the
 * beginning of another.
 */
export function detailsOf({ kind: _, payee, amount, ...unsaid }: PaymentAction) {
  unsaid satisfies Nothing
  return { 'Sending to': payeeInWords(payee), Amount: inWords(amount) }
}

/** Whether two actions are equal in every field. Amounts are compared in minor units, so "20.5" equals "20.50". */
export const sameAction = (a: PaymentAction, b: PaymentAction): boolean =>
  canonical(a) === canonical(b)
