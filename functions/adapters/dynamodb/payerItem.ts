/** The stored form of a payer. */
import * as z from 'zod'
import type { Payer, PhoneNumber, TrustedPhone } from '../../core/payer.ts'
import { instant, optionalInstant, optionalText, tally, text, whole } from './attributes.ts'
import { devicesOf } from './deviceItem.ts'
import { trailOf } from './payerTrailItem.ts'

const stored = z.object({
  user_id: text,
  email: text,
  phone_number: optionalText,
  phone_country_code: optionalText,
  provider_phone_id: optionalText,
  previous_number: optionalText,
  previous_country_code: optionalText,
  previous_provider_phone_id: optionalText,
  codes_locked_until: optionalInstant,
  failed_attempts: tally,
  failed_attempts_at: optionalInstant,
  code_locks_before: tally,
  codes_lock_told: z.boolean().default(false),
  phone_verified_at: optionalInstant,
  account_state: z.enum(['locked', 'closed']).optional(),
  sessions_from: z.int().optional(),
  starts_locked_until: optionalInstant,
  starts_locks: tally,
  starts_disowned: z.array(text).optional(),
})

const pending = z.object({
  pending_id: text,
  pending_reference: text,
  pending_number: text,
  pending_country_code: text,
  pending_channel: z.enum(['sms', 'call']),
  pending_sends: whole,
  pending_sent_at: instant,
  pending_attempts: whole,
  pending_expires_at: instant,
  pending_current_passed_at: optionalInstant,
  pending_sms_id: optionalText,
  pending_current_sms_id: optionalText,
  pending_signing: optionalText,
  pending_yes_by: optionalText,
  pending_failed_yes: tally,
  pending_invitation: optionalText,
})

/** A payer from their item. Throws if it cannot be parsed. */
export function payerOf(attributes: unknown): Payer {
  const found = stored.parse(attributes)
  const awaited = pending.safeParse(attributes).data
  return {
    payerId: found.user_id,
    email: found.email,
    phone: trusted(found.phone_number, found.phone_country_code, found.provider_phone_id),
    previous: trusted(
      found.previous_number,
      found.previous_country_code,
      found.previous_provider_phone_id,
    ),
    phoneChangedAt:
      found.previous_number === found.phone_number ? undefined : found.phone_verified_at,
    codesLockedUntil: found.codes_locked_until,
    failedCodes: found.failed_attempts_at && {
      attempts: found.failed_attempts,
      at: found.failed_attempts_at,
      locks: found.code_locks_before,
      isLockTold: found.codes_lock_told,
    },
    state: found.account_state,
    sessionsFrom: found.sessions_from,
    startsLock: found.starts_locked_until && {
      until: found.starts_locked_until,
      locks: found.starts_locks,
    },
    disowned: found.starts_disowned,
    devices: devicesOf(attributes),
    trail: trailOf(attributes),
    pending: awaited && {
      verificationId: awaited.pending_id,
      reference: awaited.pending_reference,
      phone: apart(awaited.pending_number, awaited.pending_country_code),
      channel: awaited.pending_channel,
      sends: awaited.pending_sends,
      sentAt: awaited.pending_sent_at,
      attempts: awaited.pending_attempts,
      expiresAt: awaited.pending_expires_at,
      currentPassed: awaited.pending_current_passed_at !== undefined,
      textId: awaited.pending_sms_id,
      currentTextId: awaited.pending_current_sms_id,
      deviceLeave:
        awaited.pending_signing === undefined
          ? undefined
          : {
              signing: awaited.pending_signing,
              yesBy: awaited.pending_yes_by,
              failedYes: awaited.pending_failed_yes,
              invitation: awaited.pending_invitation,
            },
    },
  }
}

const trusted = (
  number: string | undefined,
  countryCode: string | undefined,
  providerPhoneId: string | undefined,
): TrustedPhone | undefined =>
  number && countryCode ? { ...apart(number, countryCode), providerPhoneId } : undefined

const apart = (number: string, countryCode: string): PhoneNumber => ({
  countryCode,
  national: number.slice(1 + countryCode.length),
})
