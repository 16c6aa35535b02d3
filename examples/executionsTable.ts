import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'

/** The index of payments that were begun and are not done: who looks at it finds what has to be looked at. */
export const UNFINISHED = 'unfinished'

export type Executions = {
  /** True for one caller only, however many there are: for the others it was begun before. */
  begin(paymentId: string, now: Date): Promise<boolean>
  /** In place of `begin`: not to be executed until a person has looked at it. False where it was begun or held before. */
  hold(paymentId: string, now: Date): Promise<boolean>
  done(paymentId: string, now: Date): Promise<void>
}

/** Which payments were begun and which are done. */
export function executionsTable(documents: DynamoDBDocumentClient, table: string): Executions {
  async function put(paymentId: string, now: Date, unfinished: 'yes' | 'held'): Promise<boolean> {
    const put = new PutCommand({
      TableName: table,
      Item: { payment_id: paymentId, begun_at: now.toISOString(), [UNFINISHED]: unfinished },
      ConditionExpression: 'attribute_not_exists(payment_id)',
    })
    try {
      await documents.send(put)
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  return {
    begin: (paymentId, now) => put(paymentId, now, 'yes'),
    hold: (paymentId, now) => put(paymentId, now, 'held'),

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
  }
}
