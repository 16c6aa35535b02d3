/** The stored form of a payer. */
import * as z from 'zod'
import type { Payer, PhoneNumber, TrustedPhone } from '../../core/payer.ts'
import { devicesOf } from './deviceItem.ts'
import { trailOf } from './payerTrailItem.ts'

const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text))

const stored = z.object({
  user_id: z.string(),
  email: z.string(),
  phone_number: z.string().optional(),
  phone_country_code: z.string().optional(),
  provider_phone_id: z.string().optional(),
  previous_number: z.string().optional(),
  previous_country_code: z.string().optional(),
  previous_provider_phone_id: z.string().optional(),
  codes_locked_until: instant.optional(),
  failed_attempts: z.int().default(0),
  failed_attempts_at: instant.optional(),
  code_locks_before: z.int().default(0),
  codes_lock_told: z.boolean().default(false),
  phone_verified_at: instant.optional(),
  account_state: z.enum(['locked', 'closed']).optional(),
  sessions_from: z.int().optional(),
  starts_locked_until: instant.optional(),
  starts_locks: z.int().default(0),
  starts_disowned: z.array(z.string()).optional(),
})

const pending = z.object({
  pending_id: z.string(),
  pending_reference: z.string(),
  pending_number: z.string(),
  pending_country_code: z.string(),
  pending_channel: z.enum(['sms', 'call']),
  pending_sends: z.int(),
  pending_sent_at: instant,
  pending_attempts: z.int(),
  pending_expires_at: instant,
  pending_current_passed_at: instant.optional(),
  pending_sms_id: z.string().optional(),
  pending_current_sms_id: z.string().optional(),
  pending_signing: z.string().optional(),
  pending_yes_by: z.string().optional(),
  pending_failed_yes: z.int().default(0),
  pending_invitation: z.string().optional(),
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
