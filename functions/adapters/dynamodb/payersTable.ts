/** The table of payers: their phones, the verification under way, and the operator's mark. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import {
  international,
  type Payer,
  type PendingPhone,
  type PhoneNumber,
  sessionsFromAt,
  type TrustedPhone,
  VERIFICATION_ATTEMPTS_MAX,
  VERIFICATION_SENDS_MAX,
} from '../../core/payer.ts'
import { EMPTY_TRAIL, type PayerEntry } from '../../core/payerTrail.ts'
import type { PayerStore } from '../../core/ports.ts'
import { ownWrite } from './ownWrite.ts'
import { trailOf } from './payerTrailItem.ts'
import { trailWrite } from './payerTrailWrite.ts'

export function payersTable(documents: DynamoDBDocumentClient, table: string): PayerStore {
  /** A write that counts once, even if its answer is lost and the SDK repeats it. */
  async function count(
    payerId: string,
    { set, remove, when, values }: Counting,
  ): Promise<Payer | undefined> {
    const own = ownWrite()
    const changed = await change(
      payerId,
      `SET ${set}, ${own.set}${remove ? ` REMOVE ${remove}` : ''}`,
      [...when, own.when],
      { ...values, ...own.values },
    )
    if (changed) return changed
    const item = await read(payerId)
    return own.left(item) ? payer(item) : undefined
  }

  async function read(payerId: string) {
    const { Item } = await documents.send(
      new GetCommand({ TableName: table, Key: { user_id: payerId }, ConsistentRead: true }),
    )
    return Item
  }

  /** One conditional write; `undefined` if the condition failed and nothing changed. */
  async function change(
    payerId: string,
    update: string,
    when: readonly string[],
    values: Record<string, unknown>,
  ): Promise<Payer | undefined> {
    try {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: payerId },
          UpdateExpression: update,
          ConditionExpression: when.join(' AND '),
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      )
      return payer(Attributes)
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw error
    }
  }

  async function get(payerId: string): Promise<Payer | undefined> {
    const item = await read(payerId)
    return item && payer(item)
  }

  return {
    get,

    beginVerification: ({ payerId, email }, fresh, now) =>
      count(payerId, {
        set: `email = :email, ${PENDING}, pending_sends = :one, pending_attempts = :none`,
        remove: `pending_current_passed_at, ${PENDING_TEXTS}`,
        when: ['(attribute_not_exists(pending_expires_at) OR pending_expires_at <= :now)', OPEN],
        values: { ...pendingValues(fresh, now), ':email': email, ':one': 1, ':none': 0 },
      }),

    repeatVerification: (payerId, seen, again, lastBefore, now) =>
      count(payerId, {
        set: `${PENDING}, pending_sends = pending_sends + :one`,
        ...(seen.verificationId !== again.verificationId && {
          remove: `pending_current_passed_at, ${PENDING_TEXTS}`,
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
          ...(withCurrentCode ? [] : [LET_IN]),
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

    trust(seen, { phone, verificationId }, now) {
      const isChange = seen.phone !== undefined
      const event = isChange ? 'phone.changed' : 'phone.verified'
      return tell(seen, { event, by: 'payer' }, now, {
        set: `phone_number = :number, phone_country_code = :code, phone_verified_at = :now,
           previous_number = if_not_exists(phone_number, :number),
           previous_country_code = if_not_exists(phone_country_code, :code),
           previous_provider_phone_id = if_not_exists(provider_phone_id, :none)
           ${isChange ? ', sessions_from = :sessions_from' : ''}`,
        remove: `provider_phone_id, ${PENDING_ALL}`,
        // If every session ended while the code was checked, the verification is gone and the condition fails.
        when: [...THIS_ONE, LET_IN],
        values: {
          ...thisOne(verificationId, now),
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
      await tell(seen, { event: `account.${state}`, by: 'operator' }, now, {
        set: `email = if_not_exists(email, :email), account_state = :state,
          sessions_from = :sessions_from`,
        remove: PENDING_ALL,
        when: [
          state === 'closed'
            ? '(attribute_not_exists(account_state) OR account_state <> :state)'
            : OPEN,
        ],
        values: { ':email': email, ':state': state, ':sessions_from': sessionsFromAt(now) },
      })
    },

    async unlock(payerId, now) {
      const seen = await get(payerId)
      if (!seen) return
      await tell(seen, { event: 'account.unlocked', by: 'operator' }, now, {
        set: 'failed_attempts = :none, code_locks_before = :none',
        remove: 'account_state, codes_locked_until, codes_lock_told',
        // An unlock gets an audit entry even if the account was not locked, because it also resets limits.
        when: ['(account_state = :locked OR attribute_not_exists(account_state))'],
        values: { ':none': 0, ':locked': 'locked' },
      })
    },

    async erase(payerId) {
      await change(
        payerId,
        `SET email = :erased REMOVE phone_number, phone_country_code, phone_verified_at, provider_phone_id,
           previous_number, previous_country_code, previous_provider_phone_id, ${PENDING_ALL}`,
        ['account_state = :closed'],
        { ':erased': '', ':closed': 'closed' },
      )
    },
  }

  /**
   * A write with an audit entry, tried again if another entry was added first; `undefined` if the write's own
   * condition failed.
   */
  async function tell(
    first: Pick<Payer, 'payerId' | 'trail'>,
    what: Pick<PayerEntry, 'event' | 'by'>,
    now: Date,
    { set, remove, when, values }: Counting,
  ): Promise<Payer | undefined> {
    const { payerId } = first
    let { trail } = first
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const told = trailWrite(trail, { payerId, ...what }, now)
      const changed = await change(
        payerId,
        `SET ${set}, ${told.set}${remove ? ` REMOVE ${remove}` : ''}`,
        [...when, told.when],
        { ...values, ...told.values },
      )
      if (changed) return changed
      const stored = await get(payerId)
      if (!stored || stored.trail.count === trail.count) return undefined
      if (told.left(stored.trail)) return stored
      trail = stored.trail
    }
    throw new Error(`payer ${payerId}: an audit entry failed the condition of ten writes in a row`)
  }
}

const DAY_MS = 86_400_000

type Seen = Pick<Payer, 'payerId' | 'trail' | 'codesLockedUntil'>

type Counting = {
  readonly set: string
  readonly remove?: string
  readonly when: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * If another audit entry was written first, the write is tried again; after so many failed conditions it is a fault.
 */
const TRIES_MAX = 10

const PENDING = `pending_id = :id, pending_reference = :reference, pending_number = :number,
  pending_country_code = :code, pending_channel = :channel, pending_sent_at = :now,
  pending_expires_at = :expires_at`
const PENDING_TEXTS = 'pending_sms_id, pending_current_sms_id'
const PENDING_ALL = `pending_id, pending_reference, pending_number, pending_country_code,
  pending_channel, pending_sends, pending_sent_at, pending_attempts, pending_expires_at,
  pending_current_passed_at, ${PENDING_TEXTS}`
const ALIVE = 'pending_expires_at > :now'
/** The operator has neither locked nor closed the account. */
const OPEN = 'attribute_not_exists(account_state)'
/** The verification with this id is stored and has not expired, and the account is open. */
const THIS_ONE = [ALIVE, 'pending_id = :id', OPEN]
/** No phone is verified yet, or the verified phone has agreed to the new one. */
const LET_IN =
  '(attribute_not_exists(phone_verified_at) OR attribute_exists(pending_current_passed_at))'

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
  }: Pick<PendingPhone, 'verificationId' | 'reference' | 'phone' | 'channel' | 'expiresAt'>,
  now: Date,
) => ({
  ...thisOne(verificationId, now),
  ':reference': reference,
  ':number': international(phone),
  ':code': phone.countryCode,
  ':channel': channel,
  ':expires_at': expiresAt.toISOString(),
})

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
  phone_verified_at: instant.optional(),
  account_state: z.enum(['locked', 'closed']).optional(),
  sessions_from: z.int().optional(),
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
})

function payer(attributes: unknown): Payer {
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
    state: found.account_state,
    sessionsFrom: found.sessions_from,
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
