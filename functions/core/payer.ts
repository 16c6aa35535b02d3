/** The payer: a signed-in user with at most one verified phone. */
import type { Devices } from './device.ts'
import type { Trail } from './payerTrail.ts'
import { Refusal, SessionEnded } from './refusals.ts'

/** Attempts for one verification, all its numbers together. */
export const VERIFICATION_ATTEMPTS_MAX = 5
export const VERIFICATION_SENDS_MAX = 5

/** How the code reaches a phone that is verified: by text or by voice call. */
export type VerificationChannel = 'sms' | 'call'

/** `countryCode` "44" and `national` "7400123456"; digits only. */
export type PhoneNumber = { readonly countryCode: string; readonly national: string }

/** A verification under way: a number, and how often its code was sent and tried. */
export type PendingPhone = {
  /** The id of this verification of this number. The confirmation carries it; another number gets another id. */
  readonly verificationId: string
  /** Six characters by which the payer recognises the text of this verification. */
  readonly reference: string
  readonly phone: PhoneNumber
  readonly channel: VerificationChannel
  readonly sends: number
  readonly sentAt: Date
  readonly attempts: number
  readonly expiresAt: Date
  /** The verified phone has agreed to this number. */
  readonly currentPassed: boolean
  /** Who has, or had, a device needs its yes, or the operator's invitation, instead. */
  readonly deviceLeave?: PhoneLeave | undefined
} & PendingTexts

/** What lets another phone number in, from the payer's first device on. */
export type PhoneLeave = {
  /** The document that an active device's passkey signs. */
  readonly signing: string
  /** The device that has said yes; one that was removed since counts nothing. */
  readonly yesBy?: string | undefined
  /** Failed assertions over `signing`. */
  readonly failedYes: number
  /** The SHA-256 of the operator's invitation that was given with the number. */
  readonly invitation?: string | undefined
}

/** The provider's ids of a verification's texts, if the provider checks codes by them. */
export type PendingTexts = {
  readonly textId?: string | undefined
  /** The id of the text to the verified phone, whose code agrees to the new phone. */
  readonly currentTextId?: string | undefined
}

/** A verified phone. The provider's id may be missing after a crash; it is requested when needed. */
export type TrustedPhone = PhoneNumber & { readonly providerPhoneId?: string | undefined }

export type Payer = {
  readonly payerId: string
  readonly email: string
  readonly phone?: TrustedPhone | undefined
  /** The phone before this one; payments that were started for it still use it. */
  readonly previous?: TrustedPhone | undefined
  readonly pending?: PendingPhone | undefined
  /** When the phone was replaced; undefined for a first phone. */
  readonly phoneChangedAt?: Date | undefined
  /** Until when codes are locked, after five consecutive failed attempts. */
  readonly codesLockedUntil?: Date | undefined
  /** The count of consecutive failed attempts; undefined before the first. */
  readonly failedCodes?: FailedCodes | undefined
  /** Set by the operator: no payment starts, no text is sent, no code is accepted, no phone changes. */
  readonly state?: 'locked' | 'closed' | undefined
  /** Sessions that began before this (seconds since 1970) have ended. */
  readonly sessionsFrom?: number | undefined
  /** Until when no payment starts, because the payer said that they did not start something, and how often that was. */
  readonly startsLock?: { readonly until: Date; readonly locks: number } | undefined
  /** The newest things that the payer did not start, as ids of approvals; an unlock does not forget them. */
  readonly disowned?: readonly string[] | undefined
  readonly devices: Devices
  readonly trail: Trail
}

/** Consecutive failed attempts, the last at `at`, after so many `locks`; `isLockTold`: the newest lock has its entry. */
type FailedCodes = {
  readonly attempts: number
  readonly at: Date
  readonly locks: number
  readonly isLockTold: boolean
}

/** A signed-in payer as their token names them; `authTime` is the sign-in, in seconds since 1970. */
export type SignedIn = {
  readonly payerId: string
  readonly email: string
  readonly authTime?: number | undefined
}

/**
 * Require that this session may act on the payer's account. A token without `authTime` is refused if sessions were
 * ended.
 *
 * Refuses: `locked` (by the operator; no `Retry-After`, because only the operator ends it). Throws
 * `SessionEnded`.
 */
export function admit(payer: Payer | undefined, session: Pick<SignedIn, 'authTime'>) {
  admitToLook(payer, session)
  if (payer?.state) throw new Refusal('locked')
}

/** Require that this session may read the account, which a lock still allows. Throws `SessionEnded`. */
export function admitToLook(
  payer: Payer | undefined,
  { authTime = 0 }: Pick<SignedIn, 'authTime'>,
) {
  if (payer?.sessionsFrom !== undefined && authTime < payer.sessionsFrom) throw new SessionEnded()
}

/** The end of sessions, rounded up to whole seconds because a token gives its sign-in in whole seconds. */
export const sessionsFromAt = (now: Date): number => Math.ceil(now.getTime() / 1000)

/** The number in international form: +447400123456. */
export const international = ({ countryCode, national }: PhoneNumber): string =>
  `+${countryCode}${national}`

export const samePhone = (a: PhoneNumber, b: PhoneNumber): boolean =>
  international(a) === international(b)

/** The number with all but the country code and the last three digits hidden: "+44 ••••• ••123". */
export function masked({ countryCode, national }: PhoneNumber): string {
  const hidden = national.slice(0, -3).replace(/\d/g, '•') + national.slice(-3)
  return `+${countryCode} ${hidden.replace(/(.{5})(?=.)/g, '$1 ')}`
}
