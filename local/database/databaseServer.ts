import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asksForNoPage } from '../ownRequest.ts'
import type { DatabaseEngine, DatabaseReply } from './databaseEngine.ts'

/** DynamoDB allows 16 MB, but Payfriend's requests are far smaller. */
const REQUEST_BYTES_MAX = 1024 * 1024

/** Serve an engine on a free port of 127.0.0.1. The caller must close the server first, then the engine. */
export async function serveEngine(engine: DatabaseEngine) {
  const server = createServer((request, response) => read(engine, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo

  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function read(engine: DatabaseEngine, request: IncomingMessage, response: ServerResponse) {
  // The keys here are public; only web pages must be kept out.
  if (!asksForNoPage(request)) return respond(response, { status: 403, body: {} })
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= REQUEST_BYTES_MAX) chunks.push(chunk)
  })
  request.on('end', async () => {
    if (bytes > REQUEST_BYTES_MAX) return respond(response, { status: 413, body: {} })
    const { headers } = request
    respond(response, await engine.answer({ headers, body: String(Buffer.concat(chunks)) }))
  })
}

function respond(response: ServerResponse, { status, body }: DatabaseReply) {
  const text = Buffer.from(JSON.stringify(body))
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': text.length,
  })
  response.end(text)
}
