import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'

/** A payment's item as it is now, or why the table cannot be read: its archive can be looked at all the same. */
export async function storedItem(
  client: DynamoDBClient,
  table: string,
  paymentId: string,
): Promise<{ readonly item: unknown } | { readonly why: string }> {
  const get = { TableName: table, Key: { payment_id: paymentId }, ConsistentRead: true }
  try {
    const { Item } = await DynamoDBDocumentClient.from(client).send(new GetCommand(get))
    return { item: Item }
  } catch (error) {
    return { why: error instanceof Error ? error.name : String(error) }
  } finally {
    client.destroy()
  }
}
