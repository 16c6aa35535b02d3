/** Stands before a server, passes every call on, and answers some itself, as that server does on a bad day. */
import { Agent, createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Instead = { readonly status: number; readonly type: string; readonly body: string }

/** `instead` is asked before each call; what it gives is the answer. */
export async function startTap(
  to: string,
  instead: (headers: IncomingHttpHeaders) => Instead | undefined,
) {
  const agent = new Agent({ keepAlive: true })
  const { hostname, port } = new URL(to)
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request
    const answer = instead(headers)
    if (answer) {
      request.resume()
      response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
      return
    }
    const passed = httpRequest({ hostname, port, method, path, headers, agent }, (got) => {
      response.writeHead(got.statusCode ?? 502, got.headers)
      got.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
