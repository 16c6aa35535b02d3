/** The table of payments: each rule of a payment is in the condition of one write. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { ASSERTIONS_MAX } from '../../core/channels/deviceRules.ts'
import { pushDetailsText } from '../../core/channels/pushRules.ts'
import { CODE_ATTEMPTS_MAX, TEXTS_MAX } from '../../core/channels/smsCodeRules.ts'
import { proofOf } from '../../core/outcome.ts'
import type { HistoryEntry, Payment } from '../../core/payment.ts'
import type { Decision, PaymentStore } from '../../core/ports.ts'
import { ownWrite } from './ownWrite.ts'
import { cursorOf, startKey } from './pageCursor.ts'
import {
  answerOf,
  barOf,
  historyEntry,
  indexedPaymentOf,
  isBar,
  itemOf,
  OPEN_SHARDS,
  paymentOf,
} from './paymentItem.ts'
import { readItem } from './readItem.ts'

export function paymentsTable(documents: DynamoDBDocumentClient, table: string): PaymentStore {
  /** A write that counts once, even if its answer is lost and the SDK repeats it. */
  async function count(paymentId: string, write: Change): Promise<Payment | undefined> {
    const own = ownWrite()
    const changed = await change(paymentId, {
      ...write,
      set: [...write.set, own.set],
      when: [...write.when, own.when],
      values: { ...write.values, ...own.values },
    })
    if (changed) return changed
    const item = await read(paymentId)
    return own.left(item) ? paymentOf(item) : undefined
  }

  /** One conditional write; `undefined` if the condition failed and nothing changed. */
  async function change(paymentId: string, write: Change): Promise<Payment | undefined> {
    const set = write.event ? [...write.set, 'history = list_append(history, :event)'] : write.set
    const remove = write.remove ? ` REMOVE ${write.remove}` : ''
    const add = write.add ? ` ADD ${write.add}` : ''
    const values = write.event ? { ...write.values, ':event': [write.event] } : write.values
    const expressions = `SET ${set.join(', ')}${remove}${add}`
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
      return paymentOf(Attributes)
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw error
    }
  }

  const read = (paymentId: string) => readItem(documents, table, { payment_id: paymentId })

  async function find(paymentId: string): Promise<Payment | undefined> {
    const item = await read(paymentId)
    return item && !isBar(item) ? paymentOf(item) : undefined
  }

  async function put(Item: Record<string, unknown>): Promise<boolean> {
    try {
      const ConditionExpression = 'attribute_not_exists(payment_id)'
      await documents.send(new PutCommand({ TableName: table, Item, ConditionExpression }))
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  return {
    find,

    async get(payerId, paymentId) {
      const found = await find(paymentId)
      return found?.payerId === payerId ? found : undefined
    },

    insert: (fresh, told) => put(itemOf(fresh, told)),

    bar: (payerId, paymentId) => put(barOf(payerId, paymentId)),

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

    async list(payerId, { limit, cursor }, onUnreadable) {
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
      const payments = Items.flatMap((found) => {
        const payment = indexedPaymentOf(found)
        if (!(payment instanceof Error)) return [payment]
        onUnreadable(payment)
        return []
      })
      return {
        payments,
        next: LastEvaluatedKey ? cursorOf(payerId, LastEvaluatedKey) : null,
      }
    },

    async answers(payerId, since) {
      const { Items = [], LastEvaluatedKey } = await documents.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'payer',
          KeyConditionExpression: 'user_id = :payer AND created_at > :since',
          FilterExpression: '#status IN (:approved, :denied) OR attribute_exists(denied_late_at)',
          ProjectionExpression: 'payment_id, #status, decided_at, denied_late_at',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':payer': payerId,
            ':since': since.toISOString(),
            ':approved': 'approved',
            ':denied': 'denied',
          },
          ScanIndexForward: false,
        }),
      )
      // A page without a limit holds 1 MB, many times what a payer may start in this time. If there is a second page
      // all the same, it may hold denials that count, so the read throws instead of leaving them out.
      if (LastEvaluatedKey) {
        const from = since.toISOString()
        throw new Error(`payer ${payerId} has more than one page of payments since ${from}`)
      }
      return Items.map(answerOf)
    },

    claimPush: ({ paymentId }, lostBefore, now) =>
      count(paymentId, {
        set: ['push_asked_at = :now'],
        when: [...OPEN, 'push = :sending', 'push_asked_at <= :lost'],
        values: { ...open(now), ':sending': 'sending', ':lost': lostBefore.toISOString() },
        event: historyEntry(now, 'push_asked', 'push', 'payer'),
      }),

    async savePush({ paymentId }, pushId, now) {
      const saved = await count(paymentId, {
        // A callback may have stored the push id first, and a repeated start may have requested a second push: the
        // first stored id stays.
        set: pushId
          ? ['push = :push', 'push_id = if_not_exists(push_id, :push_id)']
          : ['push = :push'],
        when: ['attribute_exists(payment_id)'],
        values: pushId ? { ':push': 'sent', ':push_id': pushId } : { ':push': 'unavailable' },
        event: historyEntry(now, pushId ? 'push_sent' : 'push_unavailable', 'push', 'provider'),
      })
      if (!saved)
        throw new Error(`payment ${paymentId} is no longer stored: its push was not saved`)
      return saved
    },

    reserveText: (payerId, paymentId, lastBefore, now) =>
      count(paymentId, {
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
        event: historyEntry(now, 'text_asked', 'sms', 'payer'),
      }),

    async saveText(paymentId, textId) {
      const saved = await change(paymentId, {
        set: ['sms_id = :text'],
        // After the end the stored text id stays, because its code may have decided the payment.
        when: ['#status = :pending'],
        values: { ':text': textId, ':pending': 'pending' },
      })
      const texted = saved ?? (await find(paymentId))
      if (!texted)
        throw new Error(`payment ${paymentId} is no longer stored: its text was not saved`)
      return texted
    },

    reserveAttempt: (payerId, paymentId, onlyNamedText, now) =>
      count(paymentId, {
        set: ['code_attempts = code_attempts + :one'],
        when: [
          ...OPEN,
          'user_id = :payer',
          'sms_sends > :none',
          'code_attempts < :attempts',
          ...(onlyNamedText ? ['attribute_exists(sms_id)'] : []),
        ],
        values: {
          ...open(now),
          ':one': 1,
          ':none': 0,
          ':payer': payerId,
          ':attempts': CODE_ATTEMPTS_MAX,
        },
        event: historyEntry(now, 'code_tried', 'sms', 'payer'),
      }),

    async countWrongCode(tried, now) {
      const { paymentId, payerId } = tried
      const values = {
        ...open(now),
        ':one': 1,
        ':payer': payerId,
        ':last': CODE_ATTEMPTS_MAX - 1,
        ':attempt': tried.channels.sms.attempts,
        ':attempts': new Set([tried.channels.sms.attempts]),
      }
      // The first write applies below the limit and the second at the limit. The count never falls, so one try of each
      // in this order is enough.
      const counted = await change(paymentId, {
        set: ['wrong_codes = wrong_codes + :one'],
        add: SETTLED,
        when: [...OPEN, 'user_id = :payer', 'wrong_codes < :last', UNSETTLED],
        values,
        event: historyEntry(now, 'code_wrong', 'sms', 'payer'),
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
        add: SETTLED,
        when: [...OPEN, 'user_id = :payer', 'wrong_codes = :last', UNSETTLED],
        values: { ...values, ':failed': 'failed', ':sms': 'sms' },
        event: historyEntry(now, 'failed', 'sms', 'payer'),
      })
    },

    reserveAssertion: (payerId, paymentId, { signing, digest }, now) =>
      change(paymentId, {
        set: [],
        add: 'device_tried :digests',
        when: [
          ...OPEN,
          'user_id = :payer',
          'signing = :signing',
          `(attribute_not_exists(device_tried) OR
            (size(device_tried) < :attempts AND NOT contains(device_tried, :digest)))`,
        ],
        values: {
          ...open(now),
          ':payer': payerId,
          ':signing': signing,
          ':digest': digest,
          ':digests': new Set([digest]),
          ':attempts': ASSERTIONS_MAX,
        },
        event: historyEntry(now, 'assertion_tried', 'device', 'payer'),
      }),

    async countFailedAssertion({ paymentId, payerId }, digest, now) {
      const values = {
        ...open(now),
        ':payer': payerId,
        ':digest': digest,
        ':digests': new Set([digest]),
        ':last': ASSERTIONS_MAX - 1,
      }
      const counted = await change(paymentId, {
        set: [],
        add: 'device_failed :digests',
        when: [
          ...OPEN,
          'user_id = :payer',
          `(attribute_not_exists(device_failed) OR
            (size(device_failed) < :last AND NOT contains(device_failed, :digest)))`,
        ],
        values,
        event: historyEntry(now, 'assertion_failed', 'device', 'payer'),
      })
      if (counted) return counted
      return change(paymentId, {
        set: ['#status = :failed', 'decided_at = :now', 'decided_by = :device'],
        remove: 'open_shard',
        add: 'device_failed :digests',
        when: [
          ...OPEN,
          'user_id = :payer',
          'size(device_failed) = :last AND NOT contains(device_failed, :digest)',
        ],
        values: { ...values, ':failed': 'failed', ':device': 'device' },
        event: historyEntry(now, 'failed', 'device', 'payer'),
      })
    },

    decide: (paymentId, decision, now) => change(paymentId, decisionWrite(decision, now)),

    noteLateDenial: (paymentId, now) =>
      change(paymentId, {
        set: ['denied_late_at = :now'],
        when: [
          `(#status IN (:cancelled, :expired, :failed) OR (${OVER}))`,
          // Once: a repeated callback must not change the time of the denial.
          'attribute_not_exists(denied_late_at)',
        ],
        values: {
          ...open(now),
          ':cancelled': 'cancelled',
          ':expired': 'expired',
          ':failed': 'failed',
        },
        event: historyEntry(now, 'denied_late', 'push', 'payer'),
      }),

    async refuseAnswer(paymentId, why, now) {
      const refused = await change(paymentId, {
        set: ['answer_refused_at = :now'],
        // Once, so that repeated callbacks do not lengthen the history.
        when: [...OPEN, 'attribute_not_exists(answer_refused_at)'],
        values: open(now),
        event: historyEntry(now, why, 'push', 'provider'),
      })
      return refused !== undefined
    },

    async *open(onUnreadable) {
      for (let shard = 0; shard < OPEN_SHARDS; shard += 1) {
        let from: Record<string, unknown> | undefined
        do {
          const page = await documents.send(
            new QueryCommand({
              TableName: table,
              IndexName: 'open',
              KeyConditionExpression: 'open_shard = :shard',
              ExpressionAttributeValues: { ':shard': shard },
              ExclusiveStartKey: from,
            }),
          )
          for (const found of page.Items ?? []) {
            const open = indexedPaymentOf(found)
            if (open instanceof Error) onUnreadable(open)
            else yield open
          }
          from = page.LastEvaluatedKey
        } while (from)
      }
    },

    expire: (paymentId, now) =>
      change(paymentId, {
        set: ['#status = :expired', 'decided_at = expires_at'],
        remove: 'open_shard',
        when: [OVER],
        values: { ...open(now), ':expired': 'expired' },
        event: historyEntry(now, 'expired', null, 'clock'),
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
  readonly add?: string
  readonly when: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
  /** Appended to the payment's history. */
  readonly event?: HistoryEntry
}

/** The condition of every decision: pending, and `expiresAt` not reached. */
const OPEN = ['#status = :pending', 'expires_at > :now']
/** `expiresAt` is reached, and `expired` is not stored yet. */
const OVER = '#status = :pending AND expires_at <= :now'
/**
 * The SDK repeats a write whose answer was lost; the number of each counted attempt is stored, so that it counts
 * once.
 */
const SETTLED = 'wrong_attempts :attempts'
const UNSETTLED = '(attribute_not_exists(wrong_attempts) OR NOT contains(wrong_attempts, :attempt))'
const open = (now: Date) => ({ ':pending': 'pending', ':now': now.toISOString() })

function decisionWrite(decision: Decision, now: Date): Change {
  const { status, channel, by, evidence, pushId, only } = decision
  const stored = {
    user_id: only.payerId,
    provider_phone_id: only.providerPhoneId,
    push_id: only.pushId,
    display_text: only.displayText,
    signing: only.signing,
    push_details: only.pushDetails && pushDetailsText(only.pushDetails),
  }
  const asked = Object.entries(stored).filter(([, value]) => value !== undefined)
  return {
    set: [
      '#status = :status',
      'decided_at = :now',
      ...(channel ? ['decided_by = :channel'] : []),
      ...(evidence ? ['evidence = :evidence', 'decided_proof = :proof'] : []),
      ...(pushId ? ['push_id = if_not_exists(push_id, :pushId)'] : []),
    ],
    remove: 'open_shard',
    when: [
      ...OPEN,
      ...asked.map(([name]) => `${name} = :${name}`),
      ...(only.noAnswerRefused ? ['attribute_not_exists(answer_refused_at)'] : []),
    ],
    values: {
      ...open(now),
      ...Object.fromEntries(asked.map(([name, value]) => [`:${name}`, value])),
      ':status': status,
      ...(channel && { ':channel': channel }),
      ...(evidence && { ':evidence': evidence, ':proof': proofOf(evidence) }),
      ...(pushId && { ':pushId': pushId }),
    },
    event: historyEntry(now, status, channel, by),
  }
}
