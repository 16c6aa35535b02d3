/** A payer's view of their own account. */
import { type DevicesView, devicesView } from './devicesView.ts'
import type { FirstDevice } from './enrolling.ts'
import { type Notice, noticesOf } from './notices.ts'
import { masked, type Payer, type VerificationChannel } from './payer.ts'
import { EMPTY_TRAIL } from './payerTrail.ts'

/** The profile of a payer. `number` is the verified number, or else the one being verified. */
export function profileView(
  email: string,
  payer: Payer | undefined,
  firstDevice: FirstDevice,
  now: Date,
): ProfileView {
  const pending = payer?.pending && now < payer.pending.expiresAt ? payer.pending : undefined
  const shown = payer?.phone ?? pending?.phone
  const notices = noticesOf(payer ?? { trail: EMPTY_TRAIL }, now)
  const devices = devicesView(payer, firstDevice, now)
  if (!shown) return { email, phone: null, devices, notices }
  return {
    email,
    devices,
    notices,
    phone: {
      number: masked(shown),
      verified: payer?.phone !== undefined,
      pending: pending
        ? {
            number: masked(pending.phone),
            channel: pending.channel,
            verificationId: pending.verificationId,
            reference: pending.reference,
          }
        : null,
    },
  }
}

export type ProfileView = {
  readonly email: string
  readonly devices: DevicesView
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
    } | null
  } | null
}
