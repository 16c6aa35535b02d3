/**
 * Test support: the embedded database in the test's own process, in memory. Each is alone in its world, as one
 * in a thread is, and costs no thread: it is there in a few milliseconds, and its answers cross no network.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createTables, type DatabaseOptions, STREAMED } from '../../local/database/database.ts'
import { type DatabaseEngine, openEngine } from '../../local/database/databaseEngine.ts'
import { handingTo } from '../../local/database/withoutConnection.ts'

/** With all its tables, each empty. */
export async function startMemoryDatabase({
  onChange,
}: Pick<DatabaseOptions, 'onChange'> = {}): Promise<DatabaseEngine> {
  const engine = await openEngine(onChange && { streamed: STREAMED, tell: onChange })
  const client = clientOf(engine)
  await createTables(client)
  client.destroy()
  return engine
}

/** The settings of a client of the account's owner, that hands its requests to the engine as they would be sent. */
export const settingsFor = ({ answer }: Pick<DatabaseEngine, 'answer'>) => ({
  region: 'local',
  endpoint: 'http://127.0.0.1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: handingTo(async (call) => {
    const { status, body } = await answer(call)
    return { status, text: JSON.stringify(body) }
  }),
})

/** Such a client, of the bare SDK. */
export const clientOf = (engine: Pick<DatabaseEngine, 'answer'>) =>
  new DynamoDBClient(settingsFor(engine))
