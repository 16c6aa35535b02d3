/** The action that a payer approves, and its display text, the same on every channel (RTS Art. 5(1)(a)). */
import { canonical } from './canonical.ts'
import { type Amount, amountOf, inWords, type Money } from './money.ts'
import { payeeInWords } from './payeeInWords.ts'
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
