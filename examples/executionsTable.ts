import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'

/** The index of payments that were begun and are not done: who looks at it finds what has to be looked at. */
export const UNFINISHED = 'unfinished'

export type Executions = {
  /** True for one caller only, however many there are: for the others it was begun before. */
  begin(paymentId: string, now: Date): Promise<boolean>
  done(paymentId: string, now: Date): Promise<void>
}

/** Which payments were begun and which are done. */
export const executionsTable = (documents: DynamoDBDocumentClient, table: string): Executions => ({
  async begin(paymentId, now) {
    const put = new PutCommand({
      TableName: table,
      Item: { payment_id: paymentId, begun_at: now.toISOString(), [UNFINISHED]: 'yes' },
      ConditionExpression: 'attribute_not_exists(payment_id)',
    })
    try {
      await documents.send(put)
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  },

  async done(paymentId, now) {
    const update = new UpdateCommand({
      TableName: table,
      Key: { payment_id: paymentId },
      // What is not in the index any more is what is finished.
      UpdateExpression: `SET done_at = :now REMOVE ${UNFINISHED}`,
      ConditionExpression: 'attribute_exists(payment_id)',
      ExpressionAttributeValues: { ':now': now.toISOString() },
    })
    await documents.send(update)
  },
})
