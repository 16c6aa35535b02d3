/** Who pays: a signed-in payer with, at most, one verified phone. */
import type { Trail } from './payerTrail.ts'
import { Refusal, SessionEnded } from './refusals.ts'

/** Attempts for one verification, whatever numbers are tried in it. */
export const VERIFICATION_ATTEMPTS_MAX = 5
export const VERIFICATION_SENDS_MAX = 5
/** The provider's own life of a code, not configurable there. */
export const VERIFICATION_MINUTES = 10

/** How a phone is verified: the code is texted, or a voice says it. */
export type VerificationChannel = 'sms' | 'call'

/** `countryCode` "44" and `national` "7400123456"; digits only. */
export type PhoneNumber = { readonly countryCode: string; readonly national: string }

/** A number that its owner has yet to prove. */
export type PendingPhone = {
  /** Names this verification of this number: its confirmation carries it, and another number makes it void. */
  readonly verificationId: string
  /** Six characters by which the payer knows the text that belongs to it. */
  readonly reference: string
  readonly phone: PhoneNumber
  readonly channel: VerificationChannel
  readonly sends: number
  readonly sentAt: Date
  readonly attempts: number
  readonly expiresAt: Date
  /** The verified phone has agreed to this number. */
  readonly currentPassed: boolean
} & PendingTexts

/** The provider's own names for the texts of a verification, where codes are checked by them. */
export type PendingTexts = {
  readonly textId?: string | undefined
  /** That of the text to the verified phone, which is to let the new one in. */
  readonly currentTextId?: string | undefined
}

/** The provider's id may be missing after a crash; it is made when needed. */
export type TrustedPhone = PhoneNumber & { readonly providerPhoneId?: string | undefined }

export type Payer = {
  readonly payerId: string
  readonly email: string
  readonly phone?: TrustedPhone | undefined
  /** The one before, which payments that were started for it still go to. */
  readonly previous?: TrustedPhone | undefined
  readonly pending?: PendingPhone | undefined
  /** When another phone took the place of the one before; not for a first phone. */
  readonly phoneChangedAt?: Date | undefined
  /** Five wrong codes in a row lock codes until then. */
  readonly codesLockedUntil?: Date | undefined
  /** Set by the operator: nothing starts, is texted, tried or changed any more. */
  readonly state?: 'locked' | 'closed' | undefined
  /** Who signed in before this, in seconds since 1970, is signed out. */
  readonly sessionsFrom?: number | undefined
  readonly trail: Trail
}

/** A signed-in payer, and when they signed in, in seconds since 1970: what their token says. */
export type SignedIn = {
  readonly payerId: string
  readonly email: string
  readonly authTime?: number | undefined
}

/**
 * Whether this session may do anything to the payer's account. A token without a time of sign-in is
 * refused once sessions were ended.
 *
 * Refuses: `locked` (by the operator; no `Retry-After`, because only the operator ends it). Throws
 * `SessionEnded`.
 */
export function admit(payer: Payer | undefined, session: Pick<SignedIn, 'authTime'>) {
  admitToLook(payer, session)
  if (payer?.state) throw new Refusal('locked')
}

/** Whether this session may still see the account, which a lock leaves open. Throws `SessionEnded`. */
export function admitToLook(
  payer: Payer | undefined,
  { authTime = 0 }: Pick<SignedIn, 'authTime'>,
) {
  if (payer?.sessionsFrom !== undefined && authTime < payer.sessionsFrom) throw new SessionEnded()
}

/** Sessions end from the next whole second on, because a token tells its sign-in in whole seconds. */
export const sessionsFromAt = (now: Date): number => Math.ceil(now.getTime() / 1000)

/** The number in international form: +447400123456. */
export const international = ({ countryCode, national }: PhoneNumber): string =>
  `+${countryCode}${national}`

export const samePhone = (a: PhoneNumber, b: PhoneNumber): boolean =>
  international(a) === international(b)

/** Enough of a number for its owner to know it, and no more: "+44 ••••• ••123". */
export function masked({ countryCode, national }: PhoneNumber): string {
  const hidden = national.slice(0, -3).replace(/\d/g, '•') + national.slice(-3)
  return `+${countryCode} ${hidden.replace(/(.{5})(?=.)/g, '$1 ')}`
}
