/** An ask as bytes, with what the verdict has to know of it. */
import { createHmac } from 'node:crypto'
import { METHODS } from 'node:http'
import { flattened } from '../../functions/adapters/authy/authySignature.ts'
import { type Operation, operationAt, operationOf } from './apiFile.ts'
import { packed, written } from './bodies.ts'
import { type Credential, shown } from './credentials.ts'
import { deviceBodies, proofOf } from './deviceParts.ts'
import { callbackOf, filled, type Place } from './filling.ts'
import type { Ask, Framing, Header, Signature } from './moves.ts'
import { AUTHY_KEY } from './running.ts'
import type { WireRequest } from './wire.ts'

export type Sent = {
  readonly method: string
  readonly target: string
  readonly headers: readonly Header[]
  readonly body: Buffer
  readonly framing: Framing
  readonly credential: Credential
  /** The operation of the file that this is for, if any. */
  readonly operation: Operation | undefined
  /** Nothing about it is wrong by HTTP itself, so that it is for Payfriend to answer. */
  readonly isHttp: boolean
  /** The callback's signature is Authy's, and not too old. */
  readonly isSigned: boolean
  /** Only one of the providers calls back. */
  readonly hasCallback: boolean
  /** Of a device's request: the proof is one that fits it. */
  readonly isProven: boolean
  /** Which browser it came from. */
  readonly browser: number
  readonly wire: WireRequest
}

/** The bytes of a head that a server reads at most. */
const HEAD_BYTES = 15_000

export function requestOf(ask: Ask, place: Place): Sent {
  const meant = operationOf(ask.operation)
  const method = ask.method ?? meant.method
  const target = targetOf(ask, place, meant)
  const body = bodyOf(ask, place)
  const signature = ask.operation === 'authyCallback' ? signatureOf(ask.signature, body, place) : []
  const proof = meant.isDevices ? proofOf(ask, place, { method, target, body }) : []
  const headers: Header[] = [
    ['host', `localhost:${place.running.port}`],
    ...shown(ask.credential, place.running.walletOf(ask.who)),
    ...signature,
    ...proof,
    ...ask.headers.map(([name, value]): Header => [name, filled(value, place)]),
  ]
  const { framed, ending } = framedAs(ask.framing, body, headers)
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...framed.map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n')
  const isHttp = isGoodHttp(method, target, framed, ask.framing) && head.length < HEAD_BYTES
  return {
    method,
    target,
    headers: framed,
    body,
    framing: ask.framing,
    credential: ask.credential,
    operation: operationAt(method, target),
    isHttp,
    isSigned: isSignedBy(ask.signature, body),
    hasCallback: place.running.provider === 'authy',
    isProven: ask.proof === 'good',
    browser: ask.browser,
    wire: {
      head,
      body: ending,
      isAlone: !isHttp || body.length > 65_536,
      isOpenEnded: !isHttp,
    },
  }
}

const UNKNOWN = 'B'.repeat(22)

function targetOf(
  { payment, inPath, query, browser }: Ask,
  place: Place,
  { path }: Operation,
): string {
  const id =
    typeof payment === 'object'
      ? payment.text
      : {
          newest: '<newest>',
          older: '<older>',
          "another's": "<another's payment>",
          unknown: UNKNOWN,
        }[payment]
  const named = { ...place, browser }
  const whole = `/api${path
    .replace('{paymentId}', filled(id, named))
    .replace('{deviceId}', filled(DEVICES.get(id) ?? id, named))
    .replace('{approvalId}', filled(APPROVALS.get(id) ?? id, named))}`
  const at = (inPath?.at ?? 0) % (whole.length + 1)
  const changed = `${whole.slice(0, at)}${inPath?.text ?? ''}${whole.slice(at)}`
  return query === '' ? changed : `${changed}?${filled(query, place)}`
}

/** What stands in the place of a payment's id in the paths of devices and of approvals. */
const DEVICES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '<newest>': '<device>',
    '<older>': '<other device>',
    "<another's payment>": "<another's device>",
    [UNKNOWN]: 'B'.repeat(43),
  }),
)
const APPROVALS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '<newest>': 'payment.<newest>',
    '<older>': 'device.<other device>',
    "<another's payment>": "payment.<another's payment>",
    [UNKNOWN]: 'removal',
  }),
)

function bodyOf({ body, changes, packing, who, ...ask }: Ask, place: Place): Buffer {
  if (body === undefined && changes.length === 0) return Buffer.alloc(0)
  const value =
    typeof body === 'string'
      ? (CALLBACKS[body]?.(place, who) ?? deviceBodies.get(body)?.({ ...ask, who }, place) ?? body)
      : body
  const named = { ...place, browser: ask.browser }
  const text = written(JSON.parse(filled(JSON.stringify(value ?? {}), named)), changes)
  return packed(text, packing)
}

const CALLBACKS: Readonly<Record<string, (place: Place, who: number) => object>> = {
  '<approved>': (place, who) => callbackOf(place, who, 'approved'),
  '<denied>': (place, who) => callbackOf(place, who, 'denied'),
  "<another's approved>": (place, who) => callbackOf(place, who + 1, 'approved'),
}

function signatureOf(signature: Signature, body: Buffer, { running }: Place): Header[] {
  if (signature === 'missing') return []
  const seconds = Math.floor(running.clock.now().getTime() / 1000)
  const nonce =
    { old: String(seconds - 301), timeless: 'not a time' }[signature as string] ?? String(seconds)
  const key = signature === "another key's" ? 'local-authy-key' : AUTHY_KEY
  const signed = `${nonce}|POST|${running.callbackUrl}|${flattened(String(body)) ?? ''}`
  const good = createHmac('sha256', key).update(signed).digest('base64')
  return [
    ['x-authy-signature', signature === 'wrong' ? good.replace(/^.{6}/, 'AAAAAA') : good],
    ['x-authy-signature-nonce', nonce],
  ]
}

const isSignedBy = (signature: Signature, body: Buffer) =>
  (signature === 'good' || signature === 'timeless') && flattened(String(body)) !== undefined

/** The head's words on the body's length, and the body as it goes over the wire. */
function framedAs(framing: Framing, body: Buffer, headers: readonly Header[]) {
  const withLength = (length: number): Header[] => [...headers, ['content-length', String(length)]]
  const chunks = (lengthText: string) =>
    Buffer.concat([Buffer.from(`${lengthText}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])
  const hex = body.length.toString(16)
  const chunked: Header = ['transfer-encoding', 'chunked']
  const whole = body.length === 0 ? Buffer.from('0\r\n\r\n') : chunks(hex)
  switch (framing) {
    case 'length':
      return { framed: body.length > 0 ? withLength(body.length) : [...headers], ending: body }
    case 'chunked':
      return { framed: [...headers, chunked], ending: whole }
    case 'none':
      return { framed: [...headers], ending: body }
    case 'tooLong':
      return { framed: withLength(body.length), ending: Buffer.concat([body, Buffer.from('GET ')]) }
    case 'cutOff':
      return { framed: withLength(body.length + 10), ending: body }
    case 'tooShort':
      return { framed: withLength(Math.max(0, body.length - 3)), ending: body }
    case 'both':
      return { framed: [...withLength(body.length), chunked], ending: whole }
    case 'badChunk':
      return { framed: [...headers, chunked], ending: chunks('zz') }
  }
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** Headers by which HTTP itself does something. */
const OWN = new Set(['connection', 'upgrade', 'expect', 'te', 'trailer', 'transfer-encoding'])

function isGoodHttp(method: string, target: string, headers: readonly Header[], framing: Framing) {
  if (!METHODS.includes(method) || method === 'CONNECT') return false
  if (!/^\/[\x21-\x7e]*$/.test(target)) return false
  if (framing !== 'length' && framing !== 'chunked') return false
  const named = (wanted: string) => headers.filter(([name]) => name.toLowerCase() === wanted)
  if (named('host').length !== 1 || named('content-length').length > 1) return false
  if (framing === 'chunked' && named('content-length').length > 0) return false
  return headers.every(
    ([name, value]) =>
      NAME.test(name) &&
      VALUE.test(value) &&
      (!OWN.has(name.toLowerCase()) || (framing === 'chunked' && value === 'chunked')) &&
      (name.toLowerCase() !== 'content-length' || /^\d{1,9}$/.test(value)),
  )
}
