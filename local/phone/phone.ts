import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import * as z from 'zod'
import { authyApi } from './authyApi.ts'
import { type AuthyAnswer, AuthyRefusal, readParams, readPath } from './authyRequest.ts'
import { type KnownPhone, PhoneBook } from './phoneBook.ts'
import { callbackSender } from './phoneCallback.ts'
import { phoneScreen } from './phoneScreen.ts'

/** Far more than any request of Authy's protocol needs. */
const BODY_MAX_BYTES = 64 * 1024

export type PhoneOptions = {
  /** 0: any free one. */
  port: number
  /** What `X-Authy-API-Key`, or `?api_key=`, must be. */
  apiKey: string
  /** Asked when a callback is sent; the signature is computed over it too. */
  callbackUrl: () => string
  /** All time comes from it: expiry, nonces, what is written down. */
  clock: () => Date
  /** Where phones and Authy users are kept, as JSON, so that a restart finds them. */
  dataFile?: string
  /** A code of so many digits. */
  random?: (digits: number) => string
  /** Waits, for a delayed callback and for a slow provider. */
  setTimer?: (ms: number, fn: () => void) => void
}

export type Phone = {
  /** `http://localhost:PORT`: the page, and Authy's API. */
  url: string
  /** The same phones, for tests in the same process. */
  book: PhoneBook
  /** Resolves when every callback under way has been answered; those held back are not waited for. */
  settled(): Promise<void>
  close(): Promise<void>
}

/**
 * Start a pretend phone: Authy's HTTP API on loopback, true to the wire, with a page that shows a
 * phone for each number and signs its callbacks as Authy does.
 */
export async function startPhone(options: PhoneOptions): Promise<Phone> {
  const { apiKey, callbackUrl, clock, dataFile, random } = options
  const setTimer = options.setTimer ?? ((ms, fn) => void setTimeout(fn, ms).unref())
  const book: PhoneBook = new PhoneBook({
    clock,
    known: dataFile ? load(dataFile) : [],
    onAnswer: (push) => sender.send(push),
    onChange: () => screen.changed(),
    ...(random && { random }),
    ...(dataFile && { onKnown: (phones: KnownPhone[]) => save(dataFile, phones) }),
  })
  const onChange = () => book.changed()
  const { faults } = book
  const sender = callbackSender({ apiKey, callbackUrl, clock, setTimer, faults, onChange })
  const screen = phoneScreen(book, clock)

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
      if (!request.destroyed) console.error(error)
    })
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = splitUrl(request.url ?? '/')
    const body = await readBody(request)
    if (!path.startsWith('/protected/') && !path.startsWith('/onetouch/')) {
      screen.answer(request, path, body ?? Buffer.of(), response)
      return
    }
    const { providerDelayMs, answer503 } = book.faults
    if (providerDelayMs > 0) {
      await new Promise<void>((resolve) => setTimer(providerDelayMs, resolve))
    }
    if (answer503) {
      // Authy's own faults come from what stands before it, which does not speak JSON.
      response.writeHead(503, { 'content-type': 'text/html' })
      response.end('<html><body><h1>503 Service Unavailable</h1></body></html>')
      return
    }
    const answer = api(request, path, query, body)
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(answer.body))
  }

  function api(
    request: IncomingMessage,
    path: string,
    query: string,
    body: Buffer | null,
  ): AuthyAnswer {
    try {
      const type = request.headers['content-type'] ?? ''
      const inBody = request.method === 'POST' ? body : Buffer.of()
      if (!inBody) throw new AuthyRefusal(400, '60002', 'Invalid request')
      const inQuery = readParams(query, '', Buffer.of())
      const key = request.headers['x-authy-api-key'] ?? inQuery.api_key
      if (key !== apiKey) throw new AuthyRefusal(401, '60001', 'Invalid API key')
      const params = readParams(query, type, inBody)
      return authyApi(book, request.method ?? '', readPath(path), params)
    } catch (error) {
      if (error instanceof AuthyRefusal) return error.answer
      throw error
    }
  }

  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

  return {
    url: `http://localhost:${port}`,
    book,
    settled: sender.settled,
    async close() {
      sender.stop()
      screen.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await sender.settled()
    },
  }
}

/** Not `URL`, which would quietly walk `..` and so hide what a client really sent. */
function splitUrl(url: string): { path: string; query: string } {
  const at = url.indexOf('?')
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) }
}

/** Null when there is too much of it. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= BODY_MAX_BYTES) chunks.push(chunk)
  }
  return bytes <= BODY_MAX_BYTES ? Buffer.concat(chunks) : null
}

const knownPhones = z.array(
  z.object({
    number: z.string(),
    hasApp: z.boolean(),
    user: z
      .object({
        authyId: z.number(),
        number: z.string(),
        email: z.string(),
        confirmed: z.boolean(),
        registeredAt: z.coerce.date(),
      })
      .nullable(),
  }),
)

function load(file: string): KnownPhone[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  try {
    return knownPhones.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${file} does not hold phones: remove it to start anew`, { cause })
  }
}

/** Written beside and moved, so that a crash leaves the old file or the new one. */
function save(file: string, phones: KnownPhone[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(phones, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}
