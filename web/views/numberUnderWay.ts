import type { PendingNumber, PhoneChannel, PhoneLeave } from '../api.ts'

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
