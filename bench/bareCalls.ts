/** Recorded calls of DynamoDB, made by the bare SDK. */
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'

type Input = BatchGetItemCommandInput &
  GetItemCommandInput &
  PutItemCommandInput &
  QueryCommandInput &
  UpdateItemCommandInput

/** A function that makes a recorded call again: its body is the operation's input. */
export function bareCalls(client: DynamoDBClient) {
  const by: Record<string, (input: Input) => Promise<unknown>> = {
    BatchGetItem: (input) => client.send(new BatchGetItemCommand(input)),
    GetItem: (input) => client.send(new GetItemCommand(input)),
    PutItem: (input) => client.send(new PutItemCommand(input)),
    Query: (input) => client.send(new QueryCommand(input)),
    UpdateItem: (input) => client.send(new UpdateItemCommand(input)),
  }
  return (operation: string, body: string) => {
    const send = by[operation]
    if (!send) throw new Error(`the bare SDK is not measured with ${operation}`)
    return send(JSON.parse(body))
  }
}
