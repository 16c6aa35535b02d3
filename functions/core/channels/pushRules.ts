/** What a push shows its payer, and when an answer is an answer to just that (RTS Art. 5(1)(c)). */
import { displayText, type PaymentAction, payeeInWords } from '../action.ts'
import type { PushContent, PushDetails } from '../channel.ts'
import { inWords } from '../money.ts'

/** Longer than this the provider may cut it. */
const ACCOUNT_LENGTH_MAX = 200

/**
 * What the push shows beside the display text; the reference tells it from the push of an equal payment. Keys have
 * 20 characters at most and none begins another.
 */
export const pushDetails = (
  action: PaymentAction,
  account: string,
  reference: string,
): PushDetails => ({
  'Sending to': payeeInWords(action.payee),
  Amount: inWords(action.amount),
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
