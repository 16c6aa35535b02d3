import { phoneNumberWords } from '#words/phoneNumberWords.ts'
import { VERIFICATION_MINUTES } from '../../functions/core/limits.ts'
import type { PendingNumber, PhoneChannel, PhoneLeave } from '../api.ts'
import { type Begun, recallAsked, recallBegun, rememberBegun } from '../phoneDraft.ts'
import type { App } from '../screen.ts'

/** The verification that this page began: its codes confirm this number and no other. */
export type UnderWay = {
  readonly verificationId: string
  readonly reference: string
  readonly displayText: string | null
  /** Until then it stays, also after its last wrong code. */
  readonly expiresAt: string
  readonly to: string
  readonly channel: PhoneChannel
  readonly leave: PhoneLeave | null
  readonly hasLeave: boolean
  /** Known only while the typed number is known. */
  readonly dialled?: string | null
}

/** The verification as it stands in the profile. */
export function underWay(
  pending: PendingNumber,
  begun: Pick<UnderWay, 'displayText' | 'expiresAt'>,
): UnderWay {
  const { number: to, ...held } = pending
  return { ...held, to, displayText: begun.displayText, expiresAt: begun.expiresAt }
}

/**
 * What this tab knows of the verification in the profile, if this tab began it; null for one begun elsewhere. The answer
 * that named the verification may have been lost: then the number tells that it is the one this tab asked for.
 */
export function begunHere({ verificationId, number, reference }: PendingNumber): Begun | null {
  const asked = recallAsked()
  const known = recallBegun(verificationId)
  if (known !== null || asked === null || !isMaskOf(number, asked.number)) return known
  rememberBegun(verificationId, {
    // With the whole number as it was entered here: a text about a stranger's number does not say the same.
    displayText: phoneNumberWords.changeTo(asked.number, reference),
    // A repeated request keeps an earlier end; it is never later.
    expiresAt: new Date(asked.at + VERIFICATION_MINUTES * 60_000).toISOString(),
  })
  return recallBegun(verificationId)
}

/**
 * The verification of this number, if this tab asked for it: without the answer to its press only the profile names it.
 * Null also if the profile cannot be had.
 */
export async function lookForAsked(app: App, number: string): Promise<UnderWay | null> {
  const profile = await app.api.profile().catch(() => null)
  if (profile === null) return null
  app.profile = profile
  const pending = profile.phone?.pending
  const begun = pending && isMaskOf(pending.number, number) ? begunHere(pending) : null
  return pending && begun && !begun.isOver ? underWay(pending, begun) : null
}

/** Whether "+1 ••••• ••283" can be this number: its country code and its last digits. */
function isMaskOf(masked: string, number: string): boolean {
  const [countryCode = ''] = masked.split(' ')
  return number.startsWith(countryCode) && number.endsWith(masked.replaceAll(' ', '').slice(-3))
}
