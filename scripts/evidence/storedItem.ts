import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { tables } from '../../functions/tables.ts'
import type { TableName } from './evidenceSource.ts'

/**
 * The item of a payment or a payer as it is now, or why the table cannot be read; the archive can still be checked.
 * `name` is the table's name in AWS or on the laptop.
 */
export async function storedItem(
  client: DynamoDBClient,
  { table, name, id }: { readonly table: TableName; readonly name: string; readonly id: string },
): Promise<{ readonly item: unknown } | { readonly why: string }> {
  const Key = { [tables[table].partitionKey.name]: id }
  const get = { TableName: name, Key, ConsistentRead: true }
  try {
    const { Item } = await DynamoDBDocumentClient.from(client).send(new GetCommand(get))
    return { item: Item }
  } catch (error) {
    return { why: error instanceof Error ? error.name : String(error) }
  } finally {
    client.destroy()
  }
}
