/** The audit entry `pushes.denied`, in the payer's item. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isRowTold } from '../../core/channels/pushPause.ts'
import type { PushDenials } from '../../core/ports.ts'
import { trailOf } from './payerTrailItem.ts'
import { type TrailWrite, trailWrite } from './payerTrailWrite.ts'
import { readItem } from './readItem.ts'

/**
 * If another audit entry was written first, the write is tried again; after so many failed conditions it is a fault.
 */
const TRIES_MAX = 10

export function denialTrail(documents: DynamoDBDocumentClient, table: string): PushDenials {
  const read = (payerId: string) => readItem(documents, table, { user_id: payerId })

  async function write(payerId: string, told: TrailWrite): Promise<boolean> {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: payerId },
          UpdateExpression: `SET ${told.set}`,
          // The update would otherwise create an item without an account's attributes.
          ConditionExpression: `attribute_exists(user_id) AND ${told.when}`,
          ExpressionAttributeValues: told.values,
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  return {
    async tell(payerId, since, now) {
      let lost: TrailWrite | undefined
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const item = await read(payerId)
        if (!item) return false
        const trail = trailOf(item)
        if (lost?.left(trail)) return true
        if (isRowTold(trail.recent, since)) return false
        const told = trailWrite(trail, { payerId, event: 'pushes.denied', by: 'payer' }, now)
        if (await write(payerId, told)) return true
        lost = told
      }
      throw new Error(
        `payer ${payerId}: denials' entry failed the condition of ten writes in a row`,
      )
    },
  }
}
