import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asksForNoPage } from '../ownRequest.ts'

export type LocalServer = { readonly url: string; close(): Promise<void> }

/** AWS allows more, but Payfriend's requests are far smaller. */
const REQUEST_BYTES_MAX = 1024 * 1024

/** Start an emulator of an AWS service on a free port, for programs of this machine only. */
export async function startLocalServer(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => Promise<void>,
): Promise<LocalServer> {
  const server = createServer(async (request, response) => {
    try {
      if (!asksForNoPage(request)) {
        response.writeHead(403).end()
        return
      }
      await answer(request, await read(request), response)
    } catch (error) {
      console.error(error)
      response.destroy()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > REQUEST_BYTES_MAX) throw new Error('the request is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
