import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LastEvents } from '../auditTrail/lastEvents.ts'
import { asksFromNoOtherPage } from '../ownRequest.ts'
import { authyApi } from './authyApi.ts'
import { type AuthyAnswer, AuthyRefusal, readParams, readPath } from './authyRequest.ts'
import { type KnownPhone, PhoneBook } from './phoneBook.ts'
import { callbackSender } from './phoneCallback.ts'
import { type KnownDevice, type PhoneDevices, phoneDevices } from './phoneDevices.ts'
import { loadDevices, loadPhones, save } from './phoneFile.ts'
import { phoneScreen } from './phoneScreen.ts'
import { PUSH_PATH, pushService } from './pushService.ts'
import { LOCAL_VERIFY, type VerifyOptions, verifyApi } from './verifyApi.ts'
import type { VerifyAnswer } from './verifyRequest.ts'

/** Far more than any request of these protocols needs. */
const BODY_MAX_BYTES = 64 * 1024

export type PhoneOptions = {
  /** 0: any free one. */
  port: number
  /** False: there are no phone numbers, and no provider's APIs; the phone has its passkey only. Default: true. */
  hasProvider?: boolean
  /** The key that `X-Authy-API-Key` or `?api_key=` must have. */
  apiKey: string
  /** Twilio Verify's credentials and first services. Default: fixed ones, for tests. */
  verify?: VerifyOptions
  /** The address of callbacks, read for each one; the signature covers it too. */
  callbackUrl: () => string
  /** The page's address, with the API that the pretend devices call. Default: that of `npm start`. */
  siteUrl?: string
  /** What the bus delivered last; without it no event is shown. */
  events?: LastEvents
  /** The only source of time: for expiry, nonces and stored times. */
  clock: () => Date
  /** The JSON file in which phones and Authy users are kept, so that a restart finds them. */
  dataFile?: string
  /** The JSON file for the devices and their private keys. */
  devicesFile?: string
  /** Returns a code with this number of digits. */
  random?: (digits: number) => string
  /** The timer for delayed callbacks and a slow provider. */
  setTimer?: (ms: number, fn: () => void) => void
}

export type Phone = {
  /** `http://localhost:PORT`: the page and, if it plays a provider, the APIs of Authy and of Twilio Verify. */
  url: string
  /** The phones' state, for tests in the same process. */
  book: PhoneBook
  devices: PhoneDevices
  /** Something that the page shows, and that is not the phone's own, has changed. */
  changed(): void
  /** Resolves when every callback under way has been answered, except delayed ones. */
  settled(): Promise<void>
  close(): Promise<void>
}

/**
 * Start the pretend phone: an emulator of the HTTP APIs of Authy and Twilio Verify on loopback, in their wire
 * formats, with a page that shows a phone for each number and each device. Its callbacks are signed as Authy's.
 */
export async function startPhone(options: PhoneOptions): Promise<Phone> {
  const { apiKey, verify = LOCAL_VERIFY, callbackUrl, clock, dataFile, random } = options
  const setTimer = options.setTimer ?? ((ms, fn) => void setTimeout(fn, ms).unref())
  const book: PhoneBook = new PhoneBook({
    clock,
    known: dataFile ? loadPhones(dataFile) : [],
    onAnswer: (push) => sender.send(push),
    onChange: () => screen.changed(),
    ...(random && { random }),
    ...(dataFile && { onKnown: (phones: KnownPhone[]) => save(dataFile, phones) }),
  })
  const onChange = () => book.changed()
  const { faults } = book
  const sender = callbackSender({ apiKey, callbackUrl, clock, setTimer, faults, onChange })
  let url = ''
  const { siteUrl = 'http://localhost:3000', devicesFile, hasProvider = true } = options
  const devices: PhoneDevices = phoneDevices({
    ...{ siteUrl, clock, faults, onChange, pushUrl: () => url },
    known: devicesFile ? loadDevices(devicesFile) : [],
    ...(devicesFile && { onKnown: (known: KnownDevice[]) => save(devicesFile, known) }),
    isWatched: () => screen.isWatched(),
  })
  const screen = phoneScreen({ book, devices, clock, hasProvider, events: options.events })
  const takePush = pushService({
    ...{ faults, setTimer, url: () => url },
    find: devices.subscription,
    onMessage: devices.rung,
    onMissed: devices.missed,
  })
  const answerVerify = verifyApi({ ...verify, book, clock, baseUrl: () => url })

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
      // `errored` if the client went away; `destroyed` is true after each body that was read whole.
      if (error !== request.errored) console.error(error)
    })
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = splitUrl(request.url ?? '/')
    const body = await readBody(request)
    const isVerify = path.startsWith('/v2/')
    if (path.startsWith(PUSH_PATH)) {
      const gone = new Promise<void>((resolve) => response.once('close', resolve))
      response.writeHead(await takePush({ path, headers: request.headers, body, gone })).end()
      return
    }
    const isApi = isVerify || path.startsWith('/protected/') || path.startsWith('/onetouch/')
    if (!isApi || !hasProvider) {
      await screen.answer(request, path, body ?? Buffer.of(), response)
      return
    }
    // A web page must not approve payments or send texts, not even with the key.
    if (!asksFromNoOtherPage(request)) {
      response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' })
      response.end('from no page of the web')
      return
    }
    const { providerDelayMs, answer503 } = book.faults
    if (providerDelayMs > 0) {
      await new Promise<void>((resolve) => setTimer(providerDelayMs, resolve))
    }
    if (answer503) {
      // A real 503 comes from a proxy in front of the provider, so its body is HTML.
      response.writeHead(503, { 'content-type': 'text/html' })
      response.end('<html><body><h1>503 Service Unavailable</h1></body></html>')
      return
    }
    const answer: VerifyAnswer = isVerify
      ? answerVerify({ ...sentBy(request), path, query, body })
      : answerAuthy(request, path, query, body)
    const type = { 'content-type': 'application/json; charset=utf-8' }
    response.writeHead(answer.status, { ...(answer.body && type), ...answer.headers })
    response.end(answer.body && JSON.stringify(answer.body))
  }

  function answerAuthy(
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
      const params = { ...inQuery, ...readParams('', type, inBody) }
      return authyApi(book, request.method ?? '', readPath(path), params)
    } catch (error) {
      if (error instanceof AuthyRefusal) return error.answer
      throw error
    }
  }

  url = await new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', () =>
      resolve(`http://localhost:${(server.address() as AddressInfo).port}`),
    )
  })

  return {
    url,
    book,
    devices,
    changed: screen.changed,
    settled: sender.settled,
    async close() {
      sender.stop()
      devices.close()
      screen.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await sender.settled()
    },
  }
}

const sentBy = ({ method = '', headers }: IncomingMessage) => ({
  method,
  authorization: headers.authorization,
  contentType: headers['content-type'] ?? '',
})

/** Not parsed by `URL`, which would resolve `..` and so hide what a client really sent. */
function splitUrl(url: string): { path: string; query: string } {
  const at = url.indexOf('?')
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) }
}

/** The whole body; null if it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= BODY_MAX_BYTES) chunks.push(chunk)
  }
  return bytes <= BODY_MAX_BYTES ? Buffer.concat(chunks) : null
}
