import { isUtf8 } from 'node:buffer'
import type { PhoneBook } from './phoneBook.ts'
import { type Params, readForm, readSegments } from './requestParts.ts'
import { checkVerification, startVerification, updateVerification } from './verificationRoutes.ts'
import {
  invalid,
  notFound,
  type VerifyAnswer,
  type VerifyCall,
  VerifyRefusal,
} from './verifyRequest.ts'
import {
  createService,
  deleteService,
  listServices,
  readService,
  updateService,
} from './verifyServiceRoutes.ts'
import { VerifyServices } from './verifyServices.ts'

export type VerifyOptions = {
  /** User and password of HTTP Basic. */
  apiKey: string
  apiSecret: string
  /** Two services that are there from the start: one in PSD2 mode, one not. */
  paymentsServiceSid: string
  phonesServiceSid: string
}

/** The pretend phone's services, and keys in the form of real ones. `npm start` makes a secret of its own. */
export const LOCAL_VERIFY = {
  apiKey: 'SK10ca1'.padEnd(34, '0'),
  apiSecret: 'local-verify-secret',
  paymentsServiceSid: 'VA1'.padEnd(34, '0'),
  phonesServiceSid: 'VA2'.padEnd(34, '0'),
} as const satisfies VerifyOptions

const ACCOUNT_SID = 'AC10ca1'.padEnd(34, '0')

/** The `Retry-After` of a 429, while that fault is on. */
const RETRY_AFTER_SECONDS = 7

export type VerifyRequest = {
  method: string
  /** As sent, neither decoded nor normalized. */
  path: string
  query: string
  authorization: string | undefined
  contentType: string
  /** Null if it was too large. */
  body: Buffer | null
}

/** The part of Twilio Verify's HTTP API, version 2, for codes by text and call. */
export function verifyApi(
  account: VerifyOptions & { book: PhoneBook; clock: () => Date; baseUrl: () => string },
): (request: VerifyRequest) => VerifyAnswer {
  const { book, clock, baseUrl, apiKey, apiSecret } = account
  const services = new VerifyServices(clock)
  services.create(
    { friendlyName: 'Payfriend payments', psd2Enabled: true },
    account.paymentsServiceSid,
  )
  services.create({ friendlyName: 'Payfriend' }, account.phonesServiceSid)

  const answer = (request: VerifyRequest): VerifyAnswer => {
    if (book.faults.answer429) {
      const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) }
      throw new VerifyRefusal(20429, undefined, headers)
    }
    if (credentials(request) !== `${apiKey}:${apiSecret}`) {
      throw new VerifyRefusal(20003, undefined, {
        'www-authenticate': 'Basic realm="Twilio API"',
      })
    }
    const segments = read('path', () => readSegments(request.path)).slice(1)
    const resource = `/${segments.join('/')}`
    const route = ROUTES.find(([pattern]) => matches(pattern, segments))
    if (!route) throw notFound(resource)
    const handle = route[1][request.method]
    if (!handle) throw new VerifyRefusal(20004)
    return handle({
      book,
      services,
      accountSid: ACCOUNT_SID,
      baseUrl,
      resource,
      serviceSid: segments[1] ?? '',
      verificationSid: segments[3] ?? '',
      params: paramsOf(request),
    })
  }

  return (request) => {
    try {
      return answer(request)
    } catch (error) {
      if (error instanceof VerifyRefusal) return error.answer
      throw error
    }
  }
}

type Handle = (call: VerifyCall) => VerifyAnswer

/** Below `/v2`; `*` stands for any one segment. */
const ROUTES: readonly (readonly [string, Readonly<Record<string, Handle>>])[] = [
  ['Services', { GET: listServices, POST: createService }],
  ['Services/*', { GET: readService, POST: updateService, DELETE: deleteService }],
  ['Services/*/Verifications', { POST: startVerification }],
  ['Services/*/Verifications/*', { POST: updateVerification }],
  ['Services/*/VerificationCheck', { POST: checkVerification }],
]

function matches(pattern: string, segments: readonly string[]): boolean {
  const parts = pattern.split('/')
  return (
    parts.length === segments.length &&
    parts.every((part, at) => part === '*' || part === segments[at])
  )
}

function credentials({ authorization = '' }: VerifyRequest): string {
  const [, encoded = ''] = /^basic ([a-z0-9+/=]+)$/i.exec(authorization) ?? []
  return Buffer.from(encoded, 'base64').toString()
}

/** Parameters are read from the form of a POST, and from the query of a GET. */
function paramsOf({ method, query, contentType, body }: VerifyRequest): Params {
  if (method !== 'POST') return read('query', () => readForm(query))
  const type = contentType.split(';')[0]?.trim().toLowerCase()
  if (!body) throw invalid('body (it is too large)')
  if (body.length === 0) return {}
  if (type !== 'application/x-www-form-urlencoded') throw invalid('body (it is not a form)')
  return read('body', () => {
    if (!isUtf8(body)) throw new URIError('not UTF-8')
    return readForm(body.toString())
  })
}

/** Twilio's answer to a malformed request is not known; 60200 is its code for most mistakes. */
function read<T>(what: string, reading: () => T): T {
  try {
    return reading()
  } catch (error) {
    if (error instanceof URIError || error instanceof SyntaxError) throw invalid(what)
    throw error
  }
}
