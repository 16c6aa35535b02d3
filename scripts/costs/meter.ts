/** Stands between the handlers and the embedded database, and counts what each call would cost in DynamoDB. */
import { isDeepStrictEqual } from 'node:util'
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { isFollowed, type TableShape, tables } from '../../functions/tables.ts'
import type { Call, Instead, Rig } from '../../test/rig.ts'
import { type Item, indexWriteUnits, itemBytes, readUnits, writeUnits } from './units.ts'

export type Change = {
  readonly table: keyof typeof tables
  readonly before: Item | undefined
  readonly after: Item
}

export type Units = {
  calls: number
  reads: number
  writes: number
  indexWrites: number
  /** As followers of the tables are brought them. */
  changes: Change[]
}

export type Meter = ReturnType<typeof startMeter>

/** From now on every call of the rig's handlers is counted. */
export function startMeter(rig: Rig) {
  const client = new DynamoDBClient({
    endpoint: rig.database,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  let units = none()
  let turn: Promise<unknown> = Promise.resolve()
  // One after another, so that what was there before a write is what it found.
  rig.store.instead = (call) => {
    const answer = turn.then(() => carryOut(call))
    turn = answer.catch(() => {})
    return answer
  }

  async function carryOut({ operation, text }: Call): Promise<Instead> {
    const input = JSON.parse(text)
    units.calls += 1
    if (operation === 'GetItem') {
      const { Item } = await client.send(new GetItemCommand(input))
      units.reads += readUnits(itemBytes(Item), { isConsistent: input.ConsistentRead === true })
      return { status: 200, body: { Item } }
    }
    if (operation === 'Query') {
      const { Items = [], Count, LastEvaluatedKey } = await client.send(new QueryCommand(input))
      const bytes = Items.reduce((sum, item) => sum + itemBytes(item), 0)
      units.reads += readUnits(bytes, { isConsistent: input.ConsistentRead === true })
      return { status: 200, body: { Items, Count, LastEvaluatedKey } }
    }
    if (operation !== 'PutItem' && operation !== 'UpdateItem') {
      throw new Error(`what ${operation} costs is not known here`)
    }
    return write(operation, input)
  }

  async function write(operation: 'PutItem' | 'UpdateItem', input: Input): Promise<Instead> {
    const shape: TableShape = tables[input.TableName]
    const keyName = shape.partitionKey.name
    const Key = input.Key ?? { [keyName]: input.Item?.[keyName] }
    const read = async () =>
      (
        await client.send(
          new GetItemCommand({ TableName: input.TableName, Key, ConsistentRead: true } as never),
        )
      ).Item
    const before = await read()
    try {
      const { Attributes } =
        operation === 'PutItem'
          ? await client.send(new PutItemCommand(input as never))
          : await client.send(new UpdateItemCommand(input as never))
      const after = (await read()) ?? {}
      units.writes += writeUnits(before, after)
      units.indexWrites += indexWriteUnits(shape, before, after)
      if (isFollowed(shape, [before, after]) && !isDeepStrictEqual(before, after)) {
        units.changes.push({ table: input.TableName, before, after })
      }
      return { status: 200, body: { Attributes } }
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error
      units.writes += writeUnits(before, input.Item)
      const { name, message, Item } = error
      return { status: 400, body: { __type: `com.amazonaws.dynamodb#${name}`, message, Item } }
    }
  }

  return {
    /** What was counted since it was last asked. */
    take(): Units {
      const taken = units
      units = none()
      return taken
    },
    stop() {
      rig.store.instead = undefined
      client.destroy()
    },
  }
}

type Input = {
  readonly TableName: keyof typeof tables
  readonly Key?: Item
  readonly Item?: Item
}

const none = (): Units => ({ calls: 0, reads: 0, writes: 0, indexWrites: 0, changes: [] })
