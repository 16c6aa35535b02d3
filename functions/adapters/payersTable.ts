/** The table of people: their phones, and the verification under way. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import {
  international,
  type Payer,
  type PhoneNumber,
  type TrustedPhone,
  VERIFICATION_ATTEMPTS_MAX,
  VERIFICATION_SENDS_MAX,
} from '../core/payer.ts'
import type { PayerStore } from '../core/ports.ts'
import { ownWrite } from './ownWrite.ts'

export function payersTable(documents: DynamoDBDocumentClient, table: string): PayerStore {
  /** A write that counts: once, even if its answer is lost and it is sent again. */
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

  /** One conditional write; where the condition is lost nothing changes and nothing comes back. */
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

  return {
    async get(payerId) {
      const item = await read(payerId)
      return item && payer(item)
    },

    beginVerification: ({ payerId, email }, { phone, channel, expiresAt }, now) =>
      count(payerId, {
        set: `email = :email, ${PENDING}, pending_sends = :one, pending_attempts = :none`,
        remove: `pending_current_passed_at, ${PENDING_TEXTS}`,
        when: ['(attribute_not_exists(pending_expires_at) OR pending_expires_at <= :now)'],
        values: {
          ...pendingValues(phone, channel, expiresAt, now),
          ':email': email,
          ':one': 1,
          ':none': 0,
        },
      }),

    repeatVerification: (payerId, { phone, channel, expiresAt, sameNumber }, lastBefore, now) =>
      count(payerId, {
        set: `${PENDING}, pending_sends = pending_sends + :one`,
        ...(sameNumber ? {} : { remove: `pending_current_passed_at, ${PENDING_TEXTS}` }),
        when: [
          ALIVE,
          `${sameNumber ? '' : 'NOT '}pending_number = :number`,
          'pending_sends < :sends',
          'pending_attempts < :attempts',
          'pending_sent_at <= :last',
        ],
        values: {
          ...pendingValues(phone, channel, expiresAt, now),
          ':one': 1,
          ':sends': VERIFICATION_SENDS_MAX,
          ':attempts': VERIFICATION_ATTEMPTS_MAX,
          ':last': lastBefore.toISOString(),
        },
      }),

    reserveAttempt: (payerId, withCurrentCode, now) =>
      count(payerId, {
        set: 'pending_attempts = pending_attempts + :one',
        when: [ALIVE, 'pending_attempts < :attempts', ...(withCurrentCode ? [] : [LET_IN])],
        values: { ':one': 1, ':attempts': VERIFICATION_ATTEMPTS_MAX, ':now': now.toISOString() },
      }),

    saveCurrentPassed: (payerId, phone, now) =>
      change(payerId, 'SET pending_current_passed_at = :now', [ALIVE, 'pending_number = :number'], {
        ':number': international(phone),
        ':now': now.toISOString(),
      }),

    trust: (payerId, phone, now) =>
      change(
        payerId,
        `SET phone_number = :number, phone_country_code = :code, phone_verified_at = :now,
           previous_number = if_not_exists(phone_number, :number),
           previous_country_code = if_not_exists(phone_country_code, :code),
           previous_authy_id = if_not_exists(authy_id, :none)
         REMOVE authy_id, pending_number, pending_country_code, pending_channel, pending_sends,
           pending_sent_at, pending_attempts, pending_expires_at, pending_current_passed_at,
           ${PENDING_TEXTS}`,
        [ALIVE, 'pending_number = :number', LET_IN],
        {
          ':number': international(phone),
          ':code': phone.countryCode,
          ':none': '',
          ':now': now.toISOString(),
        },
      ),

    async saveTexts(payerId, phone, { textId, currentTextId }, now) {
      const texts = { pending_sms_id: textId, pending_current_sms_id: currentTextId }
      const named = Object.entries(texts).filter(([, id]) => id !== undefined)
      await change(
        payerId,
        `SET ${named.map(([name]) => `${name} = :${name}`).join(', ')}`,
        [ALIVE, 'pending_number = :number'],
        {
          ...Object.fromEntries(named.map(([name, id]) => [`:${name}`, id])),
          ':number': international(phone),
          ':now': now.toISOString(),
        },
      )
    },

    async saveAuthyId(payerId, phone, authyId) {
      await change(payerId, 'SET authy_id = :authy_id', ['phone_number = :number'], {
        ':authy_id': authyId,
        ':number': international(phone),
      })
    },
  }
}

type Counting = {
  readonly set: string
  readonly remove?: string
  readonly when: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
}

const PENDING = `pending_number = :number, pending_country_code = :code, pending_channel = :channel,
  pending_sent_at = :now, pending_expires_at = :expires_at`
const PENDING_TEXTS = 'pending_sms_id, pending_current_sms_id'
const ALIVE = 'pending_expires_at > :now'
/** A first phone needs nobody's leave; the next one needs the verified one's. */
const LET_IN =
  '(attribute_not_exists(phone_verified_at) OR attribute_exists(pending_current_passed_at))'

const pendingValues = (phone: PhoneNumber, channel: string, expiresAt: Date, now: Date) => ({
  ':number': international(phone),
  ':code': phone.countryCode,
  ':channel': channel,
  ':expires_at': expiresAt.toISOString(),
  ':now': now.toISOString(),
})

const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text))

const stored = z.object({
  user_id: z.string(),
  email: z.string(),
  phone_number: z.string().optional(),
  phone_country_code: z.string().optional(),
  authy_id: z.string().optional(),
  previous_number: z.string().optional(),
  previous_country_code: z.string().optional(),
  previous_authy_id: z.string().optional(),
})

const pending = z.object({
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
    phone: trusted(found.phone_number, found.phone_country_code, found.authy_id),
    previous: trusted(found.previous_number, found.previous_country_code, found.previous_authy_id),
    pending: awaited && {
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
  authyId: string | undefined,
): TrustedPhone | undefined =>
  number && countryCode ? { ...apart(number, countryCode), authyId } : undefined

const apart = (number: string, countryCode: string): PhoneNumber => ({
  countryCode,
  national: number.slice(1 + countryCode.length),
})
