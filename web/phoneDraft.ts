/** The phone number as typed, and its verification: apart from the payment's draft, because who pays needs neither. */
import type { PhoneChannel } from './api.ts'
import { texts } from './draft.ts'
import { forget, recall, remember } from './tabStorage.ts'

/** The phone number as typed, with the country chosen for it, and how the code comes. */
export type PhoneDraft = {
  readonly number: string
  readonly country: string
  readonly channel: PhoneChannel
  /** As it was sent; a resend needs it, because the server shows the number only masked. Empty before. */
  readonly whole: string
}

export function recallPhone(): PhoneDraft | null {
  const { number, channel, country = '', whole = '' } = texts(recall('phone'))
  return number ? { number, country, whole, channel: channel === 'call' ? 'call' : 'sms' } : null
}

export function rememberPhone(draft: PhoneDraft): void {
  remember('phone', draft)
}

/**
 * The verification that this tab began, with the text sent to the verified phone, because the server shows the
 * number only masked later. Null for one begun in another tab or by another person: this page must not confirm it.
 */
export function recallBegun(verificationId: string): Begun | null {
  const kept = texts(recall('begun'))
  if (kept.verificationId !== verificationId || kept.expiresAt === undefined) return null
  const { displayText = null, expiresAt, isOver } = kept
  return { displayText, expiresAt, isOver: isOver === 'yes' }
}

/** What only this tab knows of its verification. */
export type Begun = {
  readonly displayText: string | null
  /** Until then the server keeps it, and counts its wrong codes. */
  readonly expiresAt: string
  /** Too many codes were wrong, so no more can be tried. */
  readonly isOver: boolean
}

export function rememberBegun(
  verificationId: string,
  { displayText, expiresAt }: Pick<Begun, 'displayText' | 'expiresAt'>,
): void {
  remember('begun', { verificationId, displayText, expiresAt })
  // The answer has come.
  forget('asked')
}

/** No more codes of the verification that this tab began can be tried. */
export function rememberOver(verificationId: string): void {
  remember('begun', { ...recallBegun(verificationId), verificationId, isOver: 'yes' })
}

/** A code that this tab asked for, whose answer did not come: the number as it was sent, and when, in the server's time. */
type Asked = { readonly number: string; readonly at: number }

/** Stored before the request is sent, so that also a reload knows of it. */
export function rememberAsked(asked: Asked | null): void {
  if (asked === null) forget('asked')
  else remember('asked', { number: asked.number, at: String(asked.at) })
}

export function recallAsked(): Asked | null {
  const { number, at } = texts(recall('asked'))
  return number === undefined || at === undefined ? null : { number, at: Number(at) }
}

export function forgetPhone(): void {
  forget('phone', 'begun', 'asked')
}
