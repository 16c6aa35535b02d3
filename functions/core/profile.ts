/** A payer's view of their own account. */
import type { DeviceRules } from './device.ts'
import { type DevicesView, devicesView } from './devicesView.ts'
import { type Notice, noticesOf } from './notices.ts'
import { masked, type Payer, type VerificationChannel } from './payer.ts'
import { EMPTY_TRAIL } from './payerTrail.ts'
import { leaveByOf, type PhoneLeaveBy, phoneLeaveOf } from './phoneLeave.ts'

/** The profile of a payer. `number` is the verified number, or else the one being verified. */
export function profileView(
  email: string,
  payer: Payer | undefined,
  rules: DeviceRules,
  now: Date,
): ProfileView {
  const pending = payer?.pending && now < payer.pending.expiresAt ? payer.pending : undefined
  const shown = payer?.phone ?? pending?.phone
  const notices = noticesOf(payer ?? { trail: EMPTY_TRAIL }, now)
  const devices = devicesView(payer, rules, now)
  const until = payer?.startsLock?.until
  const startsLockedUntil = until && now < until ? until.toISOString() : null
  const codesUntil = payer?.codesLockedUntil
  const codesLockedUntil = codesUntil && now < codesUntil ? codesUntil.toISOString() : null
  const locks = { codesLockedUntil, startsLockedUntil }
  if (!shown) return { email, phone: null, devices, notices, ...locks }
  return {
    email,
    devices,
    notices,
    ...locks,
    phone: {
      number: masked(shown),
      verified: payer?.phone !== undefined,
      pending: pending
        ? {
            number: masked(pending.phone),
            channel: pending.channel,
            verificationId: pending.verificationId,
            reference: pending.reference,
            leave: leaveByOf({ phone: payer?.phone, pending }),
            hasLeave: pending.currentPassed || (payer && phoneLeaveOf(payer, now)) !== undefined,
          }
        : null,
    },
  }
}

export type ProfileView = {
  readonly email: string
  readonly devices: DevicesView
  /** RFC 3339: until when no code is texted for a payment or checked, after five wrong ones in a row; else null. */
  readonly codesLockedUntil: string | null
  /** RFC 3339: until when no payment starts, because the payer said that they did not start something; else null. */
  readonly startsLockedUntil: string | null
  /** The notices of the last 30 days, newest first. */
  readonly notices: readonly Notice[]
  readonly phone: {
    readonly number: string
    readonly verified: boolean
    readonly pending: {
      readonly number: string
      readonly channel: VerificationChannel
      readonly verificationId: string
      readonly reference: string
      readonly leave: PhoneLeaveBy
      /** Whether what has to let it in has done so. */
      readonly hasLeave: boolean
    } | null
  } | null
}
