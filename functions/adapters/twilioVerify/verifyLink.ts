/** How Twilio Verify links a code to an action: by amount and payee, round which it words its text itself. */
import { payeeInWords } from '../../core/action.ts'
import { inWords } from '../../core/money.ts'
import type { BoundAction } from '../../core/ports.ts'

export type VerifyLink = { readonly amount: string; readonly payee: string }

/** Amount and payee of an action. Equal payments differ in their reference, and so do their links. */
export function linkOf({ action, reference }: Omit<BoundAction, 'actionId'>): VerifyLink {
  switch (action.kind) {
    case 'payment':
      return {
        amount: inWords(action.amount),
        payee: `${payeeInWords(action.payee)} ref ${reference}`,
      }
    // There is no other place in Twilio's sentence to say that this pays nobody.
    case 'phone-change':
      return {
        amount: '0.00',
        payee: `nobody: change of phone to ${action.number} ref ${reference}`,
      }
  }
}
