/** The lower limit for a Lambda that reads one item: the SDK without any code of Payfriend. */
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
