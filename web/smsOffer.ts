/** What can be done with codes by text for a payment that waits. */
import type { Payment, Profile } from './api.ts'
import { codesLockedUntil } from './codesLocked.ts'
import type { Config } from './config.ts'
import { textsPay } from './phoneNeeded.ts'
import type { ServerClock } from './serverClock.ts'
import { hasSmsCode } from './smsCode.ts'

/** After this long a code by text is offered beside a phone that is asked, because the request may never arrive. */
const OFFERED_AFTER_MS = 15_000

export type SmsOffer = 'none' | 'send' | 'sendAgain' | 'enter' | 'noTexts' | 'noAttempts' | 'locked'

/** Only a code by text can approve it: no phone is asked. */
export const isTextOnly = ({ push, device }: Payment): boolean =>
  push === 'unavailable' && device !== 'waiting'

type Known = {
  readonly profile: Profile
  readonly config: Pick<Config, 'texts'>
  readonly clock: Pick<ServerClock, 'now'>
}

/** What the page offers now. */
export function smsOffer(app: Known, payment: Payment): SmsOffer {
  const { sms, device, createdAt } = payment
  const isOpen = textsPay(app.profile, app.config)
  // Texts beside a device are a setting of the stage, which the profile tells of an account that has one.
  if (!isOpen || (device === 'waiting' && app.profile.devices.list.length === 0)) return 'none'
  const isLate = app.clock.now() - Date.parse(createdAt) >= OFFERED_AFTER_MS
  if (!isLate && device === 'waiting') return 'none'
  if (!isLate && !isTextOnly(payment) && sms.sentAt === null) return 'none'
  if (sms.attemptsLeft === 0) return 'noAttempts'
  if (codesLockedUntil(app) !== null) return 'locked'
  if (hasSmsCode(payment)) return 'enter'
  if (sms.sendsLeft === 0) return 'noTexts'
  return sms.sentAt === null ? 'send' : 'sendAgain'
}
