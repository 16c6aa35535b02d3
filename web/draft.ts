import type { PaymentFields } from '../functions/core/action.ts'
import { amountToType, marksOf } from './amountText.ts'
import { plainEnds } from './plainText.ts'
import { forget, recall, remember } from './tabStorage.ts'

/** The payment form as typed, not yet looked at by anyone: the text of each control. */
export type Draft = { readonly [Path in FieldPath]: string }

/** Where a text stands in a payment's fields, as the API names it in a refusal: `payee.name`. */
export type FieldPath = PathIn<PaymentFields>
type PathIn<Fields> = {
  [Name in keyof Fields & string]-?: Fields[Name] extends string | undefined
    ? Name
    : `${Name}.${keyof Fields[Name] & string}`
}[keyof Fields & string]

const emptyDraft: Draft = {
  'payee.name': '',
  'payee.id': '',
  'amount.value': '',
  'amount.currency': '',
}

/** A payment's fields as they would be typed in this browser. */
export const draftOf = ({ payee, amount }: PaymentFields): Draft => ({
  'payee.name': payee.name,
  'payee.id': payee.id,
  'amount.value': amountToType(amount.value, marksOf(navigator.language)),
  'amount.currency': amount.currency,
})

/**
 * What is sent of a draft, with the amount as it was read, empty if it could not be. What is at the ends and not
 * seen are slips of the hand; everything else is the server's to judge.
 */
export const bodyOf = (draft: Draft, amount: string) =>
  ({
    payee: { name: plainEnds(draft['payee.name']), id: plainEnds(draft['payee.id']) },
    amount: { value: amount, currency: draft['amount.currency'] },
  }) satisfies Required<PaymentFields>

export function recallDraft(): Draft {
  return { ...emptyDraft, ...texts(recall('form')) }
}

export function rememberDraft(draft: Draft): void {
  remember('form', draft)
}

/**
 * The idempotency key for exactly this form, the same one until an answer has come.
 *
 * It is stored before the request is sent, so that a second press, a reload or a lost answer never
 * starts a second payment.
 */
export function keyFor(draft: Draft): string {
  const content = contentOf(draft)
  const kept = texts(recall('key'))
  if (kept.content === content && kept.key) return kept.key
  const key = crypto.randomUUID()
  remember('key', { content, key })
  return key
}

/** An answer came for this form: the next press is another payment. */
export function answered(draft: Draft): void {
  const content = contentOf(draft)
  if (texts(recall('key')).content === content) forget('key')
  // Kept if the payer has typed something else meanwhile.
  if (contentOf(recallDraft()) === content) forget('form')
}

/** The same for equal drafts, in whatever order their fields were put together. */
const contentOf = (draft: Draft): string => JSON.stringify(Object.entries(draft).sort())

/** The server knows this key with another form, so the next press takes a new key. */
export function forgetKey(): void {
  forget('key')
}

/**
 * Unsent drafts belong to one payer: if another one signs in to this tab, they are deleted.
 *
 * @returns whether the drafts were another payer's until now
 */
export function draftsBelongTo(email: string): boolean {
  const before = recall('person')
  if (before === email) return false
  forget('form', 'key', 'phone', 'begun', 'asked', 'invitation', 'noSms', 'place', 'notDone')
  remember('person', email)
  // An owner's invitation comes before the first sign-in, and then it is of who signs in.
  if (before !== null) forget('ownerInvitation')
  return before !== null
}

/** The texts in what a tab stored. */
export function texts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter((entry) => typeof entry[1] === 'string'))
}
