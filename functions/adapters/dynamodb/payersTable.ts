/** The table of payers: their phones, the verification under way, and the operator's mark. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { ASSERTIONS_MAX } from '../../core/channels/deviceRules.ts'
import { waitingDevices } from '../../core/device.ts'
import {
  international,
  type Payer,
  type PendingPhone,
  sessionsFromAt,
  VERIFICATION_ATTEMPTS_MAX,
  VERIFICATION_SENDS_MAX,
} from '../../core/payer.ts'
import { EMPTY_TRAIL } from '../../core/payerTrail.ts'
import type { PayerStore } from '../../core/ports.ts'
import { isActive } from './deviceExpressions.ts'
import { payerWrites } from './payerWrites.ts'

export function payersTable(documents: DynamoDBDocumentClient, table: string): PayerStore {
  const { get, change, count, tell } = payerWrites(documents, table)

  const endVerification = (payerId: string, verificationId: string) =>
    change(payerId, `REMOVE ${PENDING_PHONE}`, ['pending_id = :id'], { ':id': verificationId })

  return {
    get,

    beginVerification: ({ payerId, email }, fresh, now) =>
      count(payerId, {
        set: `email = :email, ${pendingSet(fresh)}, pending_sends = :one, pending_attempts = :none`,
        remove: `pending_current_passed_at, ${PENDING_TEXTS}, ${pendingRemoved(fresh)}`,
        when: ['(attribute_not_exists(pending_expires_at) OR pending_expires_at <= :now)', OPEN],
        values: { ...pendingValues(fresh, now), ':email': email, ':one': 1, ':none': 0 },
      }),

    repeatVerification: (payerId, seen, again, lastBefore, now) =>
      count(payerId, {
        set: `${pendingSet(again)}, pending_sends = pending_sends + :one`,
        ...(seen.verificationId !== again.verificationId && {
          remove: `pending_current_passed_at, ${PENDING_TEXTS}, ${pendingRemoved(again)}`,
        }),
        when: [
          ALIVE,
          OPEN,
          'pending_id = :seen',
          'pending_sends < :sends',
          'pending_attempts < :attempts',
          'pending_sent_at <= :last',
        ],
        values: {
          ...pendingValues(again, now),
          ':seen': seen.verificationId,
          ':one': 1,
          ':sends': VERIFICATION_SENDS_MAX,
          ':attempts': VERIFICATION_ATTEMPTS_MAX,
          ':last': lastBefore.toISOString(),
        },
      }),

    reserveAttempt: ({ payerId, authTime = 0 }, { verificationId, withCurrentCode }, now) =>
      count(payerId, {
        set: 'pending_attempts = pending_attempts + :one',
        when: [
          ...THIS_ONE,
          'pending_attempts < :attempts',
          // While codes are locked no code is checked, so no attempt is spent.
          '(attribute_not_exists(codes_locked_until) OR codes_locked_until <= :now)',
          '(attribute_not_exists(sessions_from) OR sessions_from <= :signed_in)',
          ...(withCurrentCode ? [] : [LET_IN_OR_BY_DEVICE]),
          DEVICE_AGREED,
        ],
        values: {
          ...thisOne(verificationId, now),
          ':one': 1,
          ':attempts': VERIFICATION_ATTEMPTS_MAX,
          ':signed_in': authTime,
        },
      }),

    saveCurrentPassed: (payerId, verificationId, now) =>
      change(
        payerId,
        'SET pending_current_passed_at = :now',
        THIS_ONE,
        thisOne(verificationId, now),
      ),

    savePhoneYes: (payerId, { verificationId, signing }, byDevice, now) =>
      change(
        payerId,
        'SET pending_yes_by = :by',
        [...THIS_ONE, 'pending_signing = :signing', ...isActive('#by')],
        { ...thisOne(verificationId, now), ':by': byDevice, ':signing': signing },
        { '#by': byDevice },
      ),

    async countFailedPhoneYes(payerId, { verificationId, signing }, now) {
      const counted = await count(payerId, {
        set: 'pending_failed_yes = if_not_exists(pending_failed_yes, :none) + :one',
        when: [...THIS_ONE, 'pending_signing = :signing'],
        values: { ...thisOne(verificationId, now), ':none': 0, ':one': 1, ':signing': signing },
      })
      const failed = counted?.pending?.deviceLeave?.failedYes ?? 0
      return failed < ASSERTIONS_MAX ? counted : endVerification(payerId, verificationId)
    },

    endVerification,

    trust(seen, { phone, verificationId }, leave, now) {
      const isChange = seen.phone !== undefined
      const event = isChange ? 'phone.changed' : 'phone.verified'
      return tell(seen, { event, by: 'payer' }, now, {
        set: `phone_number = :number, phone_country_code = :code, phone_verified_at = :now,
           previous_number = if_not_exists(phone_number, :number),
           previous_country_code = if_not_exists(phone_country_code, :code),
           previous_provider_phone_id = if_not_exists(provider_phone_id, :none)
           ${isChange ? ', sessions_from = :sessions_from' : ''}`,
        remove: `provider_phone_id, ${PENDING_ALL}${leave && 'invitation' in leave ? ', owner_invitation' : ''}`,
        // If every session ended while the code was checked, the verification is gone and the condition fails.
        when: [...THIS_ONE, ...leaveConditions(leave)],
        ...(leave && 'device' in leave && { names: { '#by': leave.device } }),
        values: {
          ...thisOne(verificationId, now),
          ...(leave &&
            ('device' in leave ? { ':by': leave.device } : { ':invited': leave.invitation })),
          ':number': international(phone),
          ':code': phone.countryCode,
          ':none': '',
          ...(isChange && { ':sessions_from': sessionsFromAt(now) }),
        },
      })
    },

    async saveTexts(payerId, verificationId, { textId, currentTextId }, now) {
      const texts = { pending_sms_id: textId, pending_current_sms_id: currentTextId }
      const named = Object.entries(texts).filter(([, id]) => id !== undefined)
      await change(
        payerId,
        `SET ${named.map(([name]) => `${name} = :${name}`).join(', ')}`,
        THIS_ONE,
        {
          ...thisOne(verificationId, now),
          ...Object.fromEntries(named.map(([name, id]) => [`:${name}`, id])),
        },
      )
    },

    async saveProviderPhoneId(payerId, phone, providerPhoneId) {
      await change(
        payerId,
        'SET provider_phone_id = :provider_phone_id',
        ['phone_number = :number'],
        {
          ':provider_phone_id': providerPhoneId,
          ':number': international(phone),
        },
      )
    },

    async endSessions({ payerId, email }, now) {
      const seen: Seen = (await get(payerId)) ?? { payerId, trail: EMPTY_TRAIL }
      await tell(seen, { event: 'sessions.ended', by: 'payer' }, now, {
        set: 'email = if_not_exists(email, :email), sessions_from = :sessions_from',
        // A verification that an ended session started must not change the phone.
        remove: PENDING_ALL,
        when: [OPEN],
        values: { ':email': email, ':sessions_from': sessionsFromAt(now) },
      })
      if (!seen.codesLockedUntil || seen.codesLockedUntil <= now) return
      // The lock of codes is lifted too, but once a day: otherwise a thief with the password could end sessions again
      // and again to try codes without limit.
      await change(
        payerId,
        `SET failed_attempts = :none, code_locks_before = :none, codes_lifted_at = :now
         REMOVE codes_locked_until, codes_lock_told`,
        // A lock without its audit entry stays, so that every lifted lock is in the trail.
        [
          OPEN,
          'attribute_exists(codes_lock_told)',
          '(attribute_not_exists(codes_lifted_at) OR codes_lifted_at <= :day_ago)',
        ],
        {
          ':none': 0,
          ':now': now.toISOString(),
          ':day_ago': new Date(now.getTime() - DAY_MS).toISOString(),
        },
      )
    },

    async setState({ payerId, email }, state, now) {
      const seen = (await get(payerId)) ?? { payerId, trail: EMPTY_TRAIL }
      await tell(seen, { event: `account.${state}`, by: 'operator' }, now, (stored) => {
        // A device that waits must not become active while nobody may stop it.
        const waiting = 'devices' in stored ? waitingDevices(stored.devices, now) : []
        const names = waiting.map(({ id }, n) => [`#waiting${n}`, id] as const)
        return {
          set: `email = if_not_exists(email, :email), account_state = :state,
            sessions_from = :sessions_from
            ${names.length > 0 ? ', devices_active = devices_active - :waiting' : ''}`,
          remove: [
            PENDING_ALL,
            'owner_invitation',
            ...names.map(([name]) => `devices.${name}`),
          ].join(', '),
          when: [
            state === 'closed'
              ? '(attribute_not_exists(account_state) OR account_state <> :state)'
              : OPEN,
          ],
          values: {
            ':email': email,
            ':state': state,
            ':sessions_from': sessionsFromAt(now),
            ...(names.length > 0 && { ':waiting': names.length }),
          },
          ...(names.length > 0 && { names: Object.fromEntries(names) }),
        }
      })
    },

    async unlock(payerId, now) {
      const seen = await get(payerId)
      if (!seen) return
      await tell(seen, { event: 'account.unlocked', by: 'operator' }, now, {
        set: 'failed_attempts = :none, code_locks_before = :none',
        remove: `account_state, codes_locked_until, codes_lock_told, starts_locked_until, starts_locks`,
        // An unlock gets an audit entry even if the account was not locked, because it also resets limits.
        when: ['(account_state = :locked OR attribute_not_exists(account_state))'],
        values: { ':none': 0, ':locked': 'locked' },
      })
    },

    async erase(payerId) {
      await change(
        payerId,
        `SET email = :erased REMOVE phone_number, phone_country_code, phone_verified_at, provider_phone_id,
           previous_number, previous_country_code, previous_provider_phone_id, devices, devices_active,
           device_invitation, owner_invitation, ${PENDING_ALL}`,
        ['account_state = :closed'],
        { ':erased': '', ':closed': 'closed' },
      )
    },
  }
}

const DAY_MS = 86_400_000

type Seen = Pick<Payer, 'payerId' | 'trail' | 'codesLockedUntil'>

/** What a verification's send stores. */
const pendingSet = ({ deviceLeave }: Pick<PendingPhone, 'deviceLeave'>) =>
  [
    PENDING,
    ...(deviceLeave ? ['pending_signing = :signing'] : []),
    ...(deviceLeave?.invitation === undefined ? [] : ['pending_invitation = :invited']),
  ].join(', ')
/** What a new verification does not keep of the one before. */
const pendingRemoved = ({ deviceLeave }: Pick<PendingPhone, 'deviceLeave'>) =>
  [
    'pending_yes_by, pending_failed_yes',
    ...(deviceLeave ? [] : ['pending_signing']),
    ...(deviceLeave?.invitation === undefined ? ['pending_invitation'] : []),
  ].join(', ')

const PENDING = `pending_id = :id, pending_reference = :reference, pending_number = :number,
  pending_country_code = :code, pending_channel = :channel, pending_sent_at = :now,
  pending_expires_at = :expires_at`
const PENDING_TEXTS = 'pending_sms_id, pending_current_sms_id'
const PENDING_LEAVE = 'pending_signing, pending_yes_by, pending_failed_yes, pending_invitation'
const PENDING_PHONE = `pending_id, pending_reference, pending_number, pending_country_code,
  pending_channel, pending_sends, pending_sent_at, pending_attempts, pending_expires_at,
  pending_current_passed_at, ${PENDING_TEXTS}, ${PENDING_LEAVE}`
const PENDING_ALL = `${PENDING_PHONE}, device_pending`
const ALIVE = 'pending_expires_at > :now'
/** The operator has neither locked nor closed the account. */
const OPEN = 'attribute_not_exists(account_state)'
/** The verification with this id is stored and has not expired, and the account is open. */
const THIS_ONE = [ALIVE, 'pending_id = :id', OPEN]
/** No phone is verified yet, or the verified phone has agreed to the new one. */
const LET_IN =
  '(attribute_not_exists(phone_verified_at) OR attribute_exists(pending_current_passed_at))'

/** The same for a number that a device or an invitation lets in, which needs no code of the verified phone. */
const LET_IN_OR_BY_DEVICE = `(attribute_not_exists(phone_verified_at) OR
  attribute_exists(pending_current_passed_at) OR attribute_exists(pending_signing))`
/** No device is asked, or one has agreed, or an invitation came with the number. */
const DEVICE_AGREED = `(attribute_not_exists(pending_signing) OR attribute_exists(pending_yes_by) OR
  attribute_exists(pending_invitation))`

/** What lets a number in: from the first device on, no code of a phone. */
function leaveConditions(
  leave: { readonly device: string } | { readonly invitation: string } | undefined,
): readonly string[] {
  if (!leave) return [LET_IN, 'attribute_not_exists(devices_since)']
  if ('device' in leave) return ['pending_yes_by = :by', ...isActive('#by')]
  return [
    'pending_invitation = :invited',
    'owner_invitation.codeHash = :invited',
    'owner_invitation.endsAt > :now',
  ]
}

const thisOne = (verificationId: string, now: Date) => ({
  ':id': verificationId,
  ':now': now.toISOString(),
})

const pendingValues = (
  {
    verificationId,
    reference,
    phone,
    channel,
    expiresAt,
    deviceLeave,
  }: Pick<
    PendingPhone,
    'verificationId' | 'reference' | 'phone' | 'channel' | 'expiresAt' | 'deviceLeave'
  >,
  now: Date,
) => ({
  ...thisOne(verificationId, now),
  ':reference': reference,
  ':number': international(phone),
  ':code': phone.countryCode,
  ':channel': channel,
  ':expires_at': expiresAt.toISOString(),
  ...(deviceLeave && { ':signing': deviceLeave.signing }),
  ...(deviceLeave?.invitation !== undefined && { ':invited': deviceLeave.invitation }),
})
