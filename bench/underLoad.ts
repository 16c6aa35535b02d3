/** The server under load, started in a process of its own, and its tables as the measuring process writes them. */
import { type ChildProcess, fork } from 'node:child_process'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { paymentsTable } from '../functions/adapters/dynamodb/paymentsTable.ts'
import { startIssuer } from './issuer.ts'
import type { FromServer, Ready, ToServer, Usage } from './parts.ts'

export type UnderLoad = Awaited<ReturnType<typeof startUnderLoad>>

/** Start the server with its tables in memory, or in the folder `dataDir`. */
export async function startUnderLoad(dataDir?: string) {
  const { issuer, tokenOf, closeIssuer } = await startIssuer()
  const server = fork(
    new URL('./server.ts', import.meta.url),
    [issuer, ...(dataDir === undefined ? [] : [dataDir])],
    { stdio: 'inherit' },
  )
  const ready = (await next(server)) as Ready
  const client = new DynamoDBClient({
    endpoint: ready.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const documents = DynamoDBDocumentClient.from(client)
  const ask = (message: ToServer): Promise<Usage> => {
    server.send(message)
    return next(server) as Promise<Usage>
  }

  return {
    ...ready,
    tokenOf,
    /** The bare SDK. */
    client,
    documents,
    store: paymentsTable(documents, 'payments'),
    /** The processor time and memory of API, engine and pretend phone together. */
    usage: () => ask({ ask: 'usage' }),
    /** From now on the provider takes this long to answer. */
    delayProvider: (ms: number) => ask({ ask: 'delay', ms }),
    /** Run the sweep once. */
    sweep: () => ask({ ask: 'sweep' }),
    async close() {
      client.destroy()
      closeIssuer()
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.disconnect()
      await ended
    },
  }
}

function next(from: ChildProcess): Promise<FromServer> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the server ended'))
    from.once('exit', ended)
    from.once('message', (message) => {
      from.off('exit', ended)
      resolve(message as FromServer)
    })
  })
}
