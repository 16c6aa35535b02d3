/** Test support: a provider that answers as a test says, or never ends, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

type Seen = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
export type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** @param answer to every request, as it is when the request is there */
export async function startAnswering(answer: Answer) {
  const seen: Seen[] = []
  const open: ServerResponse[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { method = '', url = '', headers } = request
    seen.push({ method, url, headers, body })
    answer(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    /** An answer that never ends, but with `cut`. */
    hanging:
      (begin: (response: ServerResponse) => void): Answer =>
      (response) => {
        open.push(response)
        begin(response)
      },
    cut() {
      for (const response of open.splice(0)) response.destroy()
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export const says =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  }

/** What is no answer, however good `good` is, with its status as far as it was read, and what is told of it. */
export const noAnswers = (good: object): [string, Answer, number | null, string][] => [
  ['a 503 in HTML', says(503, '<h1>503</h1>'), 503, 'SyntaxError'],
  ['a success without a body', says(204, ''), 204, 'SyntaxError'],
  ['HTML', says(200, '<html>Welcome</html>'), 200, 'SyntaxError'],
  ['nothing', says(200, ''), 200, 'SyntaxError'],
  ['JSON cut short', says(200, JSON.stringify(good).slice(0, -1)), 200, 'SyntaxError'],
  ['null', says(200, 'null'), 200, 'ZodError'],
  ['a list', says(200, [good]), 200, 'ZodError'],
  ['a good answer of 70 KB', says(200, { ...good, padding: 'x'.repeat(70_000) }), null, 'Error'],
  [
    'a good answer that is small only while it is packed',
    says(200, gzipSync(JSON.stringify({ ...good, padding: 'x'.repeat(10_000_000) })), {
      'content-encoding': 'gzip',
    }),
    200,
    'SyntaxError',
  ],
  ['a hang-up', (response) => void response.destroy(), null, 'ECONNRESET'],
  [
    'a hang-up in the middle',
    (response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"status":', () => response.destroy())
    },
    null,
    'ECONNRESET',
  ],
]

/** What never ends, before or in the middle of `good`. */
export const endless = (good: object): [string, (response: ServerResponse) => void][] => [
  ['no answer', () => {}],
  ['headers without a body', (response) => void response.writeHead(200).flushHeaders()],
  [
    'a good answer without an end',
    (response) => {
      response.writeHead(200, { 'content-length': '10000' })
      response.write(JSON.stringify(good))
    },
  ],
]
