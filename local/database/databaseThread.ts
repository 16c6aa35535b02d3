/** The embedded database's thread, started by `database.ts`. It posts its address, and then answers calls until it is closed. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ToThread } from './database.ts'
import { openEngine } from './databaseEngine.ts'
import { serveEngine } from './databaseServer.ts'

const engine = await openEngine({
  path: workerData.dataDir,
  streamed: workerData.streamed,
  tell: (record) => parentPort?.postMessage({ record }),
})
const server = await serveEngine(engine)
parentPort?.postMessage({ endpoint: server.endpoint })
parentPort?.on('message', async (message: ToThread) => {
  if (message === 'close') {
    await server.close()
    await engine.close()
    parentPort?.close()
    return
  }
  const { status, body } = await engine.answer(message.call)
  parentPort?.postMessage({ id: message.id, reply: { status, text: JSON.stringify(body) } })
})
