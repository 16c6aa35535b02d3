import type { PhoneChannel } from './api.ts'
import { forget, recall, remember } from './tabStorage.ts'

/** The payment form as typed, not yet checked. */
export type Draft = {
  readonly payeeName: string
  readonly payeeId: string
  readonly value: string
  readonly currency: string
}

const emptyDraft: Draft = { payeeName: '', payeeId: '', value: '', currency: '' }

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
  const content = JSON.stringify(draft)
  const kept = texts(recall('key'))
  if (kept.content === content && kept.key) return kept.key
  const key = crypto.randomUUID()
  remember('key', { content, key })
  return key
}

/** An answer came for this form: the next press is another payment. */
export function answered(draft: Draft): void {
  const content = JSON.stringify(draft)
  if (texts(recall('key')).content === content) forget('key')
  // Kept if the payer has typed something else meanwhile.
  if (JSON.stringify(recallDraft()) === content) forget('form')
}

/** The server knows this key with another form, so the next press takes a new key. */
export function forgetKey(): void {
  forget('key')
}

/** The phone number as typed; the server shows it only masked, and a resend needs it whole. */
export function recallPhone(): { number: string; channel: PhoneChannel } | null {
  const { number, channel } = texts(recall('phone'))
  return number ? { number, channel: channel === 'call' ? 'call' : 'sms' } : null
}

export function rememberPhone(number: string, channel: PhoneChannel): void {
  remember('phone', { number, channel })
}

/**
 * The verification that this tab began, with the text sent to the verified phone, because the server shows the
 * number only masked later. Null for one begun in another tab or by another person: this page must not confirm it.
 */
export function recallBegun(verificationId: string): { displayText: string | null } | null {
  const kept = texts(recall('begun'))
  return kept.verificationId === verificationId ? { displayText: kept.displayText ?? null } : null
}

export function rememberBegun(verificationId: string, displayText: string | null): void {
  remember('begun', { verificationId, displayText })
}

export function forgetPhone(): void {
  forget('phone', 'begun')
}

/**
 * Unsent drafts belong to one payer: if another one signs in to this tab, they are deleted.
 *
 * @returns whether the drafts were another payer's until now
 */
export function draftsBelongTo(email: string): boolean {
  const before = recall('person')
  if (before === email) return false
  forget('form', 'key', 'phone', 'begun', 'noSms', 'place', 'notDone')
  remember('person', email)
  return before !== null
}

function texts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter((entry) => typeof entry[1] === 'string'))
}
