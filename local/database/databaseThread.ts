/** The embedded database's thread, started by `database.ts`. It posts its address, and ends on the first message. */
import { parentPort, workerData } from 'node:worker_threads'
import { openEngine } from './databaseEngine.ts'
import { serveEngine } from './databaseServer.ts'

const engine = await openEngine({
  path: workerData.dataDir,
  streamed: workerData.streamed,
  tell: (record) => parentPort?.postMessage({ record }),
})
const server = await serveEngine(engine)
parentPort?.postMessage({ endpoint: server.endpoint })
parentPort?.once('message', async () => {
  await server.close()
  await engine.close()
})
