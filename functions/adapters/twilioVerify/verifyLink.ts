/** The amount and payee by which Twilio Verify binds a code to an action; Twilio words the text around them. */
import { inWords } from '../../core/money.ts'
import { payeeInWords } from '../../core/payeeInWords.ts'
import type { BoundAction } from '../../core/ports.ts'
import type { Nothing } from '../../core/same.ts'

export type VerifyLink = { readonly amount: string; readonly payee: string }

/** The amount and payee of an action. The payee holds the reference, so two equal payments have different ones. */
export function linkOf({ action, reference }: Omit<BoundAction, 'actionId'>): VerifyLink {
  switch (action.kind) {
    case 'payment': {
      const { kind: _, payee, amount, ...unsaid } = action
      unsaid satisfies Nothing
      return { amount: inWords(amount), payee: `${payeeInWords(payee)} ref ${reference}` }
    }
    // Twilio's sentence has no other place for a change of phone, which pays nobody.
    case 'phone-change':
      return {
        amount: '0.00',
        payee: `nobody: change of phone to ${action.number} ref ${reference}`,
      }
    // Two leaves never share a code: a code is checked by its text's id, and each text asks leave for one device.
    case 'device':
      return {
        amount: '0.00',
        payee: `nobody: ${action.name} may approve payments ref ${reference}`,
      }
  }
}
