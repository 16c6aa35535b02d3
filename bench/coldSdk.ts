/** What a Lambda that reads one item can't be faster than: the SDK and nothing of ours. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'

const { DYNAMODB_ENDPOINT } = process.env
const documents = DynamoDBDocumentClient.from(
  new DynamoDBClient(DYNAMODB_ENDPOINT ? { endpoint: DYNAMODB_ENDPOINT } : {}),
)

export const handler = async ({ payerId }: { payerId: string }) => {
  const Key = { user_id: payerId }
  const { Item } = await documents.send(new GetCommand({ TableName: 'users', Key }))
  return Item
}
