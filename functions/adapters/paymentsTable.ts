/** The table of payments: each rule of a payment's life stands in the condition of one write. */
import { createHash } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { CURRENCIES, type Currency } from '../core/money.ts'
import {
  CODE_ATTEMPTS_MAX,
  type HistoryEntry,
  type Payment,
  type PushContent,
  type ShownPayment,
  shownText,
  TEXTS_MAX,
} from '../core/payment.ts'
import type { Decision, OpenPayment, PaymentStore } from '../core/ports.ts'
import { invalidField } from '../core/refusals.ts'

/** What the list shows, so that a page of it is one query. */
export const PAYER_INDEX_FIELDS = [
  'payee_name',
  'payee_id',
  'amount_minor',
  'currency',
  'status',
  'push',
  'sms_to',
  'sms_sends',
  'sms_sent_at',
  'code_attempts',
  'expires_at',
  'decided_at',
  'decided_by',
]
/** What the sweep needs to choose. */
export const OPEN_INDEX_FIELDS = ['authy_id', 'push_id', 'push_asked_at', 'push_read_at']
/** The open payments are spread over this many partitions of the index `open`. */
export const OPEN_SHARDS = 4

export function paymentsTable(documents: DynamoDBDocumentClient, table: string): PaymentStore {
  /** One conditional write; where the condition is lost nothing changes and nothing comes back. */
  async function change(paymentId: string, write: Change): Promise<Payment | undefined> {
    const set = write.event ? [...write.set, 'history = list_append(history, :event)'] : write.set
    const remove = write.remove ? ` REMOVE ${write.remove}` : ''
    const values = write.event ? { ...write.values, ':event': [write.event] } : write.values
    const expressions = `SET ${set.join(', ')}${remove}`
    try {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { payment_id: paymentId },
          UpdateExpression: expressions,
          ConditionExpression: write.when.join(' AND '),
          ...(`${expressions} ${write.when}`.includes('#status') && {
            ExpressionAttributeNames: { '#status': 'status' },
          }),
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      )
      return payment(Attributes)
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw error
    }
  }

  async function find(paymentId: string): Promise<Payment | undefined> {
    const { Item } = await documents.send(
      new GetCommand({ TableName: table, Key: { payment_id: paymentId }, ConsistentRead: true }),
    )
    return Item && payment(Item)
  }

  return {
    find,

    async get(payerId, paymentId) {
      const found = await find(paymentId)
      return found?.payerId === payerId ? found : undefined
    },

    async insert(fresh) {
      try {
        await documents.send(
          new PutCommand({
            TableName: table,
            Item: item(fresh),
            ConditionExpression: 'attribute_not_exists(payment_id)',
          }),
        )
        return true
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false
        throw error
      }
    },

    async findByPush(pushId) {
      const { Items } = await documents.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'push_id',
          KeyConditionExpression: 'push_id = :push_id',
          ExpressionAttributeValues: { ':push_id': pushId },
          Limit: 1,
        }),
      )
      const key = Items?.[0]
      return key && find(z.string().parse(key.payment_id))
    },

    async list(payerId, { limit, cursor }) {
      const { Items = [], LastEvaluatedKey } = await documents.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'payer',
          KeyConditionExpression: 'user_id = :payer',
          ExpressionAttributeValues: { ':payer': payerId },
          ScanIndexForward: false,
          Limit: limit,
          ...(cursor !== undefined && { ExclusiveStartKey: startKey(payerId, cursor) }),
        }),
      )
      return {
        payments: Items.map((found) => shown(listed.parse(found))),
        next: LastEvaluatedKey ? cursorOf(payerId, LastEvaluatedKey) : null,
      }
    },

    claimPush: ({ paymentId }, lostBefore, now) =>
      change(paymentId, {
        set: ['push_asked_at = :now'],
        when: [...OPEN, 'push = :sending', 'push_asked_at <= :lost'],
        values: { ...open(now), ':sending': 'sending', ':lost': lostBefore.toISOString() },
        event: event(now, 'push_asked', 'push', 'payer'),
      }),

    async savePush({ paymentId }, pushId, now) {
      const saved = await change(paymentId, {
        // A callback may have been faster and have stored its push; a claim may have asked for another.
        set: pushId
          ? ['push = :push', 'push_id = if_not_exists(push_id, :push_id)']
          : ['push = :push'],
        when: ['attribute_exists(payment_id)'],
        values: pushId ? { ':push': 'sent', ':push_id': pushId } : { ':push': 'unavailable' },
        event: event(now, pushId ? 'push_sent' : 'push_unavailable', 'push', 'provider'),
      })
      if (!saved) throw new Error(`payment ${paymentId} was there and is gone`)
      return saved
    },

    reserveText: (payerId, paymentId, lastBefore, now) =>
      change(paymentId, {
        set: ['sms_sends = sms_sends + :one', 'sms_sent_at = :now'],
        when: [
          ...OPEN,
          'user_id = :payer',
          'sms_sends < :texts',
          'code_attempts < :attempts',
          '(attribute_not_exists(sms_sent_at) OR sms_sent_at <= :last)',
        ],
        values: {
          ...open(now),
          ':one': 1,
          ':payer': payerId,
          ':texts': TEXTS_MAX,
          ':attempts': CODE_ATTEMPTS_MAX,
          ':last': lastBefore.toISOString(),
        },
        event: event(now, 'text_asked', 'sms', 'payer'),
      }),

    reserveAttempt: (payerId, paymentId, now) =>
      change(paymentId, {
        set: ['code_attempts = code_attempts + :one'],
        when: [...OPEN, 'user_id = :payer', 'sms_sends > :none', 'code_attempts < :attempts'],
        values: {
          ...open(now),
          ':one': 1,
          ':none': 0,
          ':payer': payerId,
          ':attempts': CODE_ATTEMPTS_MAX,
        },
        event: event(now, 'code_tried', 'sms', 'payer'),
      }),

    async countWrongCode(tried, now) {
      const { paymentId, payerId } = tried
      const values = { ...open(now), ':one': 1, ':payer': payerId, ':last': CODE_ATTEMPTS_MAX - 1 }
      // Which of the two writes is right changes only from the first to the second, so one round is all.
      const counted = await change(paymentId, {
        set: ['wrong_codes = wrong_codes + :one'],
        when: [...OPEN, 'user_id = :payer', 'wrong_codes < :last'],
        values,
        event: event(now, 'code_wrong', 'sms', 'payer'),
      })
      if (counted) return counted
      return change(paymentId, {
        set: [
          'wrong_codes = wrong_codes + :one',
          '#status = :failed',
          'decided_at = :now',
          'decided_by = :sms',
        ],
        remove: 'open_shard',
        when: [...OPEN, 'user_id = :payer', 'wrong_codes = :last'],
        values: { ...values, ':failed': 'failed', ':sms': 'sms' },
        event: event(now, 'failed', 'sms', 'payer'),
      })
    },

    decide: (paymentId, decision, now) => change(paymentId, decisionWrite(decision, now)),

    async *open() {
      for (let shard = 0; shard < OPEN_SHARDS; shard += 1) {
        let from: Record<string, unknown> | undefined
        do {
          const page = await documents.send(
            new QueryCommand({
              TableName: table,
              IndexName: 'open',
              KeyConditionExpression: 'open_shard = :shard',
              ExpressionAttributeValues: { ':shard': shard },
              ...(from && { ExclusiveStartKey: from }),
            }),
          )
          for (const found of page.Items ?? []) yield openPayment(found)
          from = page.LastEvaluatedKey
        } while (from)
      }
    },

    expire: (paymentId, now) =>
      change(paymentId, {
        set: ['#status = :expired', 'decided_at = expires_at'],
        remove: 'open_shard',
        when: ['#status = :pending', 'expires_at <= :now'],
        values: { ...open(now), ':expired': 'expired' },
        event: event(now, 'expired', null, 'clock'),
      }),

    async claimPushRead(paymentId, lastBefore, now) {
      const claimed = await change(paymentId, {
        set: ['push_read_at = :now'],
        when: [...OPEN, '(attribute_not_exists(push_read_at) OR push_read_at <= :last)'],
        values: { ...open(now), ':last': lastBefore.toISOString() },
      })
      return claimed !== undefined
    },
  }
}

type Change = {
  readonly set: readonly string[]
  readonly remove?: string
  readonly when: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
  /** What the payment's history tells of it. */
  readonly event?: HistoryEntry
}

/** The one rule of every decision: still pending, and its time not reached. */
const OPEN = ['#status = :pending', 'expires_at > :now']
const open = (now: Date) => ({ ':pending': 'pending', ':now': now.toISOString() })

const event = (
  now: Date,
  name: HistoryEntry['event'],
  channel: HistoryEntry['channel'],
  by: HistoryEntry['by'],
): HistoryEntry => ({ at: now.toISOString(), event: name, channel, by })

function decisionWrite(decision: Decision, now: Date): Change {
  const { status, channel, by, evidence, pushId, only } = decision
  const stored = {
    user_id: only.payerId,
    authy_id: only.authyId,
    push_id: only.pushId,
    shown: only.shown && shownText(only.shown),
  }
  const asked = Object.entries(stored).filter(([, value]) => value !== undefined)
  return {
    set: [
      '#status = :status',
      'decided_at = :now',
      ...(channel ? ['decided_by = :channel'] : []),
      ...(evidence ? ['evidence = :evidence'] : []),
      ...(pushId ? ['push_id = if_not_exists(push_id, :pushId)'] : []),
    ],
    remove: 'open_shard',
    when: [...OPEN, ...asked.map(([name]) => `${name} = :${name}`)],
    values: {
      ...open(now),
      ...Object.fromEntries(asked.map(([name, value]) => [`:${name}`, value])),
      ':status': status,
      ...(channel && { ':channel': channel }),
      ...(evidence && { ':evidence': evidence }),
      ...(pushId && { ':pushId': pushId }),
    },
    event: event(now, status, channel, by),
  }
}

const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text))
const currency = z.enum(Object.keys(CURRENCIES) as [Currency, ...Currency[]])

const listed = z.object({
  payment_id: z.string(),
  payee_name: z.string(),
  payee_id: z.string(),
  amount_minor: z.int().positive(),
  currency,
  status: z.enum(['pending', 'approved', 'denied', 'expired', 'failed', 'cancelled']),
  push: z.enum(['sending', 'sent', 'unavailable']),
  sms_to: z.string(),
  sms_sends: z.int(),
  sms_sent_at: instant.optional(),
  code_attempts: z.int(),
  created_at: instant,
  expires_at: instant,
  decided_at: instant.optional(),
  decided_by: z.enum(['push', 'sms']).optional(),
})

const stored = listed.extend({
  user_id: z.string(),
  authy_id: z.string(),
  shown: z.string(),
  push_asked_at: instant,
  push_id: z.string().optional(),
  wrong_codes: z.int(),
})

const waiting = z.object({
  payment_id: z.string(),
  authy_id: z.string(),
  push_id: z.string().optional(),
  push_asked_at: instant,
  push_read_at: instant.optional(),
  expires_at: instant,
})

function shown(found: z.infer<typeof listed>): ShownPayment {
  return {
    paymentId: found.payment_id,
    terms: {
      payee: { name: found.payee_name, id: found.payee_id },
      amount: { amountMinor: found.amount_minor, currency: found.currency },
    },
    status: found.status,
    push: found.push,
    smsTo: found.sms_to,
    smsSends: found.sms_sends,
    smsSentAt: found.sms_sent_at,
    codeAttempts: found.code_attempts,
    createdAt: found.created_at,
    expiresAt: found.expires_at,
    decidedAt: found.decided_at,
    decidedBy: found.decided_by,
  }
}

function payment(attributes: unknown): Payment {
  const found = stored.parse(attributes)
  return {
    ...shown(found),
    payerId: found.user_id,
    authyId: found.authy_id,
    shown: contentOf(found.shown),
    pushAskedAt: found.push_asked_at,
    pushId: found.push_id,
    wrongCodes: found.wrong_codes,
  }
}

function openPayment(attributes: unknown): OpenPayment {
  const found = waiting.parse(attributes)
  return {
    paymentId: found.payment_id,
    authyId: found.authy_id,
    pushId: found.push_id,
    pushAskedAt: found.push_asked_at,
    pushReadAt: found.push_read_at,
    expiresAt: found.expires_at,
  }
}

const item = (fresh: Payment) => ({
  payment_id: fresh.paymentId,
  user_id: fresh.payerId,
  authy_id: fresh.authyId,
  payee_name: fresh.terms.payee.name,
  payee_id: fresh.terms.payee.id,
  amount_minor: fresh.terms.amount.amountMinor,
  currency: fresh.terms.amount.currency,
  shown: shownText(fresh.shown),
  status: fresh.status,
  open_shard: shardOf(fresh.paymentId),
  push: fresh.push,
  push_asked_at: fresh.pushAskedAt.toISOString(),
  sms_to: fresh.smsTo,
  sms_sends: fresh.smsSends,
  code_attempts: fresh.codeAttempts,
  wrong_codes: fresh.wrongCodes,
  created_at: fresh.createdAt.toISOString(),
  expires_at: fresh.expiresAt.toISOString(),
  history: [event(fresh.createdAt, 'started', null, 'payer')],
})

const shardOf = (paymentId: string) =>
  createHash('sha256').update(paymentId).digest().readUInt8(0) % OPEN_SHARDS

function contentOf(text: string): PushContent {
  const [message, ...details] = z
    .tuple([z.string()], z.tuple([z.string(), z.string()]))
    .parse(JSON.parse(text))
  return { message, details: Object.fromEntries(details) }
}

/** Opaque, and good for its own payer only, so that a cursor from elsewhere is told from a real one. */
const cursorOf = (payerId: string, key: Record<string, unknown>) =>
  Buffer.from(
    JSON.stringify([key.created_at, key.payment_id, seal(payerId, key.created_at, key.payment_id)]),
  ).toString('base64url')

function startKey(payerId: string, cursor: string): Record<string, unknown> {
  const parts = z.tuple([z.string(), z.string(), z.string()]).safeParse(parsed(cursor))
  if (!parts.success || parts.data[2] !== seal(payerId, parts.data[0], parts.data[1])) {
    throw invalidField('cursor', 'This cursor is not from a page of your payments.')
  }
  const [created_at, payment_id] = parts.data
  return { user_id: payerId, created_at, payment_id }
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

const seal = (...parts: unknown[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)
