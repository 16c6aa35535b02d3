/** Test support: both tables on the embedded database, with a network that can lose answers. */
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { onTestFinished } from 'vitest'
import { tablesClient } from '../../functions/adapters/dynamodb/tablesClient.ts'
import { settingsFor, startMemoryDatabase } from '../harness/memoryDatabase.ts'

export type Tables = Awaited<ReturnType<typeof startTables>>
type Call = { readonly command: string; readonly input: object }

export async function startTables() {
  const database = await startMemoryDatabase()
  /** Of the next writes, by number: true where the write takes place and its answer is lost. */
  const losses: boolean[] = []
  const calls: Call[] = []
  const meanwhile: { readonly after: string; happens(): Promise<unknown> }[] = []
  const documents = tablesClient({ ...settingsFor(database), maxAttempts: 3 })
  // Within the SDK's own retries, so that it sends again what it has no answer to.
  documents.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        calls.push({ command: commandName ?? '', input: call.input })
        const answer = await next(call)
        if (meanwhile[0]?.after === commandName) await meanwhile.shift()?.happens()
        if (commandName !== 'UpdateItemCommand' || !losses.shift()) return answer
        throw Object.assign(new Error('the answer was lost'), {
          name: 'TimeoutError',
          $retryable: {},
        })
      },
    { step: 'deserialize', priority: 'high' },
  )

  return {
    documents,
    /** What the database was asked, as it was sent. */
    calls,

    /** Which answers of the next writes are lost, as the first and the third by `true, false, true`. */
    lose: (...next: boolean[]) => void losses.splice(0, losses.length, ...next),

    /** What happens once, when the next read or write has taken place and is not answered yet; in turn. */
    meanwhile(after: 'read' | 'write', happens: () => Promise<unknown>) {
      meanwhile.push({ after: after === 'read' ? 'GetItemCommand' : 'UpdateItemCommand', happens })
    },

    /** From now on, until the test ends, no database answers, but what is said here. */
    faulty() {
      const faulty = mockClient(documents)
      onTestFinished(() => faulty.restore())
      return faulty
    },

    /** The item of the table of people, as it is. */
    async user(key: string) {
      const read = { TableName: 'users', Key: { user_id: key }, ConsistentRead: true }
      return (await documents.send(new GetCommand(read))).Item
    },

    async close() {
      documents.destroy()
      await database.close()
    },
  }
}
