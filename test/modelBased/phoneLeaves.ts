/** What lets another phone number in: the phone that was there, or from the first device on a device or an invitation. */
import type { PhoneLeaveBy, ShownPhone } from './answers.ts'
import { No } from './answers.ts'
import { deviceRequired, isInvited } from './deviceAnswers.ts'
import { activeOf, isActive } from './deviceModel.ts'
import type { Payer, Pending } from './model.ts'

export const leaveByOf = ({ phone }: Payer, pending: Pending): PhoneLeaveBy => {
  if (pending.leave) return pending.leave.invitation === undefined ? 'device' : 'invitation'
  return phone.number === '' ? null : 'code'
}

/** Something must be there that could let a number in. */
export function requireLeave(payer: Payer, invitation: string | undefined, now: number) {
  if (invitation === undefined) {
    if (activeOf(payer, now).length === 0) throw deviceRequired()
  } else if (!isInvited(payer, invitation, now)) throw new No(400, 'invalid_request')
}

/** What lets the number in, if anything has. */
export function phoneLeaveOf(payer: Payer, now: number) {
  const { yesBy, invitation } = payer.pending?.leave ?? {}
  if (yesBy !== undefined && isActive(payer, yesBy, now)) return { device: yesBy }
  if (invitation !== undefined && isInvited(payer, invitation, now)) return { invitation }
  return undefined
}

export function shownPhone(payer: Payer, now: number): ShownPhone | null {
  const { phone, pending: stored } = payer
  const pending = stored && now < stored.expiresAt ? stored : undefined
  const number = phone.number || pending?.number
  if (!number) return null
  return {
    number,
    pending: pending
      ? {
          number: pending.number,
          leave: leaveByOf(payer, pending),
          hasLeave: pending.currentPassed || phoneLeaveOf(payer, now) !== undefined,
        }
      : null,
  }
}
