/**
 * What the browser itself shows of a payment (Secure Payment Confirmation): payee, amount and reference. The page that
 * asks for it and the server that verifies it both take it from here.
 */
import { payeeInWords } from './payeeInWords.ts'

/** The members that the browser signs as it showed them. */
export type PaymentSheet = {
  /** "name (id)", as in the display text. */
  readonly payeeName: string
  readonly total: { readonly currency: string; readonly value: string }
  readonly instrument: {
    /** The reference, which the page that waits shows too; no address, because it is archived with the decision. */
    readonly displayName: string
    readonly icon: string
  }
}

/** The sheet of a payment on the page with this origin. */
export const sheetOf = (
  {
    payee,
    amount,
    reference,
  }: {
    readonly payee: { readonly name: string; readonly id: string }
    readonly amount: { readonly currency: string; readonly value: string }
    readonly reference: string
  },
  origin: string,
): PaymentSheet => ({
  payeeName: payeeInWords(payee),
  total: { currency: amount.currency, value: amount.value },
  instrument: {
    displayName: `Payfriend, reference ${reference}`,
    // A file of fixed address. As a data URL it would be a part of what is signed, sent and archived.
    icon: `${origin}/logo.png`,
  },
})
