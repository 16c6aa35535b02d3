/** The items of the limits in the table of payers, with consistent reads and conditional writes. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { readItem } from './readItem.ts'

/** A write whose condition failed is tried again; after so many failed conditions it is a fault. */
export const TRIES_MAX = 10
export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** A DynamoDB time to live, in epoch seconds: `now` plus the given milliseconds. */
export const epoch = (now: Date, ms: number) => Math.ceil((now.getTime() + ms) / 1000)

/** The counter of a payer's invitations in this hour (UTC). */
export const invitationsKey = (payerId: string, now: Date): string =>
  `limit#invitations#${payerId}#${now.toISOString().slice(0, 13)}`

export type Values = Readonly<Record<string, unknown>>
export type LimitItems = ReturnType<typeof limitItems>

export function limitItems(documents: DynamoDBDocumentClient, table: string) {
  const send = (
    key: string,
    update: string,
    values: Values | undefined,
    more: { when?: string; names?: Readonly<Record<string, string>>; isAnswered?: boolean },
  ) =>
    documents.send(
      new UpdateCommand({
        TableName: table,
        Key: { user_id: key },
        UpdateExpression: update,
        ConditionExpression: more.when,
        ExpressionAttributeNames: more.names && { ...more.names },
        ExpressionAttributeValues: values && { ...values },
        ReturnValues: more.isAnswered ? 'ALL_NEW' : undefined,
      }),
    )

  return {
    read: (key: string) => readItem(documents, table, { user_id: key }),

    /** A conditional write; false if the condition failed and nothing was written. */
    async write(
      key: string,
      update: string,
      when: string,
      values?: Values,
      names?: Readonly<Record<string, string>>,
    ): Promise<boolean> {
      try {
        await send(key, update, values, { when, ...(names && { names }) })
        return true
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false
        throw error
      }
    },

    /** A write without a condition, which creates a missing item; returns the item after the write. */
    async writeAnyway(key: string, update: string, values: Values) {
      return (await send(key, update, values, { isAnswered: true })).Attributes
    },
  }
}
