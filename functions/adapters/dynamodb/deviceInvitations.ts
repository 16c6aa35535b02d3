/** Invitations of devices: an item for each of the page's, the operator's in the payer's item. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { ASK_RINGS_PER_HOUR, INVITATIONS_PER_HOUR } from '../../core/device.ts'
import type { DeviceStore } from '../../core/devicePorts.ts'
import { EMPTY_TRAIL } from '../../core/payerTrail.ts'
import { instant, text, whole } from './attributes.ts'
import { OPEN } from './deviceExpressions.ts'
import { epoch, HOUR_MS, invitationsKey } from './limitItems.ts'
import { payerWrites } from './payerWrites.ts'
import { readItem } from './readItem.ts'

type Invitations = Pick<
  DeviceStore,
  | 'invite'
  | 'countInvitation'
  | 'countAskRing'
  | 'invitation'
  | 'spend'
  | 'noteAsked'
  | 'inviteByOperator'
>

export function deviceInvitations(documents: DynamoDBDocumentClient, table: string): Invitations {
  const { get, tell } = payerWrites(documents, table)

  /** One conditional write to an invitation; false if the condition failed. */
  async function mark(
    hash: string,
    update: string,
    when: string,
    values: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: keyOf(hash) },
          UpdateExpression: update,
          ConditionExpression: when,
          ExpressionAttributeValues: values,
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  /** Count one more in the payer's hour; false if it is full. */
  async function count(
    payerId: string,
    what: 'uses' | 'ask_rings',
    most: number,
    now: Date,
  ): Promise<boolean> {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: invitationsKey(payerId, now) },
          UpdateExpression: 'SET expires_epoch = :ttl ADD #what :one',
          ConditionExpression: 'attribute_not_exists(#what) OR #what < :max',
          ExpressionAttributeNames: { '#what': what },
          ExpressionAttributeValues: {
            ':one': 1,
            ':max': most,
            ':ttl': epoch(now, 2 * HOUR_MS),
          },
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  return {
    async invite({ hash, payerId, email, authTime, expiresAt }) {
      await documents.send(
        new PutCommand({
          TableName: table,
          Item: {
            user_id: keyOf(hash),
            invited_by: payerId,
            email,
            invited_auth_time: authTime,
            invited_until: expiresAt.toISOString(),
            // The table's time to live only sweeps; the expiry is in the condition of the write that spends it.
            expires_epoch: Math.ceil(expiresAt.getTime() / 1000),
          },
        }),
      )
    },

    countInvitation: (payerId, now) => count(payerId, 'uses', INVITATIONS_PER_HOUR, now),

    countAskRing: (payerId, now) => count(payerId, 'ask_rings', ASK_RINGS_PER_HOUR, now),

    async invitation(hash) {
      const Item = await readItem(documents, table, { user_id: keyOf(hash) })
      if (!Item) return undefined
      const found = invitation.parse(Item)
      return {
        hash,
        payerId: found.invited_by,
        email: found.email,
        authTime: found.invited_auth_time,
        expiresAt: found.invited_until,
        hasAsked: found.has_asked,
      }
    },

    spend: (hash, deviceId, now) =>
      mark(
        hash,
        'SET spent_for = :device',
        'invited_until > :now AND (attribute_not_exists(spent_for) OR spent_for = :device)',
        { ':device': deviceId, ':now': now.toISOString() },
      ),

    async noteAsked(hash) {
      // Once it has expired it may be gone.
      await mark(hash, 'SET has_asked = :yes', 'attribute_exists(invited_by)', { ':yes': true })
    },

    async inviteByOperator({ payerId, email }, { hash, until, isNow }, now) {
      const seen = (await get(payerId)) ?? { payerId, trail: EMPTY_TRAIL }
      const invited = await tell(seen, { event: 'device.invited', by: 'operator', isNow }, now, {
        set: 'email = if_not_exists(email, :email), owner_invitation = :invitation',
        when: [OPEN],
        values: {
          ':email': email,
          ':invitation': { codeHash: hash, endsAt: until.toISOString(), isNow },
        },
        isStored: ({ devices }) => devices.invitation?.hash === hash,
      })
      return invited !== undefined
    },
  }
}

const keyOf = (hash: string) => `invite#${hash}`

const invitation = z.object({
  invited_by: text,
  email: text,
  invited_auth_time: whole,
  has_asked: z.boolean().default(false),
  invited_until: instant,
})
