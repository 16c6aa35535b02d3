/** What a scenario is made of, as plain data: fast-check makes it, shrinks it, and can write it down. */
import * as fc from 'fast-check'
import { operationOf, operations, type Schema } from './apiFile.ts'
import { type Change, changes, type Packing, packings } from './bodies.ts'
import { BAD, type Bad, type Credential } from './credentials.ts'
import { BAD_PROOFS, type Proof } from './deviceParts.ts'
import { HEADERS, IDS, IN_PATH, METHODS, QUERIES } from './nasty.ts'

/** Which payment, device or approval an ask is about; a text stands in the path as it is. */
type PaymentChoice = 'newest' | 'older' | "another's" | 'unknown' | { readonly text: string }
export type Signature = 'good' | 'timeless' | 'old' | 'wrong' | 'missing' | "another key's"
export type Header = readonly [name: string, value: string]
export type Framing =
  | ('length' | 'chunked' | 'none')
  | ('tooLong' | 'cutOff' | 'tooShort' | 'both' | 'badChunk')

export type Ask = {
  readonly kind: 'ask'
  readonly operation: string
  /** Which of the three people. */
  readonly who: number
  readonly credential: Credential
  readonly payment: PaymentChoice
  /** A JSON value in which `<right>` and the like are filled in (see `filling.ts`); none: no body. */
  readonly body?: unknown
  readonly changes: readonly Change[]
  readonly packing: Packing
  readonly query: string
  /** Besides host, length and credential; names and values may be what is none. */
  readonly headers: readonly Header[]
  readonly method?: string | undefined
  /** Put into the path, at a place counted round it. */
  readonly inPath?: { readonly at: number; readonly text: string } | undefined
  readonly framing: Framing
  /** Of a callback. */
  readonly signature: Signature
  /** Of a device's request. */
  readonly proof: Proof
  /** Which of the person's browsers asks, or is asked about. */
  readonly browser: number
}

export type Move =
  | Ask
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'push'; readonly who: number; readonly answer: 'approved' | 'denied' }
  | { readonly kind: 'fault'; readonly isOn: boolean }
  | { readonly kind: 'sweep' }

export type PhoneState = 'app' | 'noApp' | 'none'
export const PROVIDERS = ['authy', 'twilioVerify'] as const
export type ProviderName = (typeof PROVIDERS)[number]
export type Scenario = {
  readonly provider: ProviderName
  readonly phones: readonly PhoneState[]
  readonly moves: readonly Move[]
}

export const JSON_TYPE: Header = ['content-type', 'application/json']

/** An ask with nothing wrong about it but what is said. */
export const ask = (operation: string, more: Partial<Ask> = {}): Ask => ({
  kind: 'ask',
  operation,
  who: 0,
  credential: 'good',
  payment: 'newest',
  changes: [],
  packing: 'plain',
  query: '',
  headers: more.body === undefined ? [] : [JSON_TYPE],
  framing: 'length',
  signature: 'good',
  proof: 'good',
  browser: 0,
  ...more,
})

/** Values that fit a schema of the file, its examples among them. */
function fitting(schema: Schema): fc.Arbitrary<unknown> {
  const { properties, required = [], pattern, enum: values, examples, type } = schema
  if (properties) {
    const inside = Object.entries(properties).map(([name, one]) => [name, fitting(one)])
    const requiredKeys = required as string[]
    return fc.record<Record<string, unknown>>(Object.fromEntries(inside), {
      requiredKeys,
      noNullPrototype: true,
    })
  }
  const shown = Array.isArray(examples) ? [fc.constantFrom<unknown>(...examples)] : []
  if (Array.isArray(values)) return fc.oneof(fc.constantFrom(...values), ...shown)
  if (typeof pattern === 'string') return fc.oneof(fc.stringMatching(new RegExp(pattern)), ...shown)
  if (type === 'object') return fc.dictionary(fc.string(), fc.jsonValue())
  const { minLength = 0, maxLength = 500 } = schema as { minLength?: number; maxLength?: number }
  const length = { minLength, maxLength }
  const texts = (['grapheme-ascii', 'binary'] as const).map((unit) =>
    fc.string({ ...length, unit }),
  )
  return fc.oneof(...texts, ...shown)
}

const eur = (value: string) => ({ value, currency: 'EUR' })

/** Bodies that get somewhere, because they know what was texted. */
const KNOWING: Readonly<Record<string, readonly unknown[]>> = {
  sendPayment: [
    { payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' }, amount: eur('20.50') },
    { payee: { name: 'José', id: 'DE89 3704 0044 0532 0130 00' }, amount: eur('0.01') },
    { payee: { name: 'נוויל', id: '12345' }, amount: { value: '1', currency: 'JPY' } },
  ],
  smsVerify: [{ code: '<right>' }, { code: '<wrong>' }, { code: "<another's>" }],
  phoneStart: [
    { phoneNumber: '<new number>', channel: 'sms' },
    { phoneNumber: '<new number>', channel: 'call' },
    { phoneNumber: '<number>', channel: 'sms' },
    { phoneNumber: "<another's number>", channel: 'sms' },
  ],
  phoneVerify: [
    { verificationId: '<verification>', code: '<new>' },
    { verificationId: '<verification>', code: '<wrong>' },
    { verificationId: '<verification>', code: '<new>', currentCode: '<right>' },
    { verificationId: '<verification>', code: '<new>', currentCode: '<wrong>' },
    { verificationId: "<another's verification>", code: '<new>', currentCode: '<right>' },
  ],
  authyCallback: ['<approved>', '<denied>', "<another's approved>"],
  deviceEnrol: ['<enrolment>', "<another's enrolment>", '<passkey of another site>'],
  deviceLeave: [{ by: 'text' }],
  deviceConfirm: [
    { digits: '<digits>' },
    { digits: '<digits>', code: '<right>' },
    { digits: '<digits>', code: '<wrong>' },
    { digits: '<wrong digits>', code: '<right>' },
  ],
  devicePush: [
    '<subscription>',
    '<subscription elsewhere>',
    { subscription: null },
    { test: true },
  ],
  decideApproval: ['<yes>', '<no>', '<unverified yes>', '<yes elsewhere>', "<another's yes>"],
}

function bodies(operation: string): fc.Arbitrary<unknown> {
  const { body } = operationOf(operation)
  const known = KNOWING[operation]
  return fc.oneof(
    { weight: body ? 1 : 20, arbitrary: fc.constant(undefined) },
    ...(known ? [{ weight: 12, arbitrary: fc.constantFrom(...known) }] : []),
    ...(body ? [{ weight: 4, arbitrary: fitting(body) }] : []),
    { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> },
  )
}

/** The usual, but for one time in `n`. */
const mostly = <T>(n: number, usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: n - 1, arbitrary: usual },
    { weight: 1, arbitrary: other },
  )

const nothing: fc.Arbitrary<readonly Header[]> = fc.constant([])
const jsonType: fc.Arbitrary<readonly Header[]> = fc.constant([JSON_TYPE])
const key: fc.Arbitrary<readonly Header[]> = fc
  .nat(9)
  .map((n) => [['idempotency-key', `<key ${n}>`]])
const odd: fc.Arbitrary<readonly Header[]> = fc.array(fc.constantFrom(...HEADERS), {
  minLength: 1,
  maxLength: 3,
})

const payments: fc.Arbitrary<PaymentChoice> = fc.oneof(
  { weight: 12, arbitrary: fc.constant('newest' as const) },
  { weight: 4, arbitrary: fc.constantFrom('older' as const, "another's" as const, 'unknown') },
  { weight: 2, arbitrary: fc.constantFrom(...IDS).map((text) => ({ text })) },
  { weight: 1, arbitrary: fc.webPath().map((text) => ({ text })) },
)
const framings = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Framing>('chunked') },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Framing>(
      'none',
      'tooLong',
      'cutOff',
      'tooShort',
      'both',
      'badChunk',
    ),
  },
)
const bad = fc.constantFrom(...(Object.keys(BAD) as Bad[]))
const badProof = fc.constantFrom(...BAD_PROOFS)
const badSignature = fc.constantFrom<Signature>('old', 'wrong', 'missing', "another key's")

/** An ask, most of it as it should be; of people with a good token, or of strangers. */
const asks = (isKnown: boolean): fc.Arbitrary<Ask> =>
  fc.oneof(...operations.map(({ operationId }) => asksOf(operationId, isKnown)))

function asksOf(operation: string, isKnown: boolean): fc.Arbitrary<Ask> {
  const goodSignature = mostly<Signature>(8, fc.constant('good'), fc.constant('timeless'))
  const queries = fc.constantFrom(...QUERIES)
  const places = fc.record({ at: fc.nat(80), text: fc.constantFrom(...IN_PATH) })
  const someChanges = fc.array(changes, { minLength: 1, maxLength: 3 })
  const headers = fc.tuple(
    mostly(12, jsonType, nothing),
    operation === 'sendPayment' ? mostly(15, key, nothing) : nothing,
    mostly(5, nothing, odd),
  )
  return fc.record({
    kind: fc.constant('ask'),
    operation: fc.constant(operation),
    who: mostly(3, fc.constant(0), fc.nat(2)),
    credential: isKnown ? mostly<Credential>(12, fc.constant('good'), bad) : bad,
    payment: payments,
    body: bodies(operation),
    changes: mostly<readonly Change[]>(2, fc.constant([]), someChanges),
    packing: mostly(12, fc.constant('plain'), packings),
    query: mostly(operation === 'listPayments' ? 2 : 15, fc.constant(''), queries),
    headers: headers.map((all) => all.flat()),
    method: mostly(25, fc.constant(undefined), fc.constantFrom(...METHODS)),
    inPath: mostly(15, fc.constant(undefined), places),
    framing: mostly(20, fc.constant('length'), framings),
    signature: isKnown ? mostly(4, goodSignature, badSignature) : badSignature,
    proof: isKnown ? mostly<Proof>(4, fc.constant('good'), badProof) : badProof,
    browser: mostly(3, fc.constant(0), fc.nat(3)),
  })
}

/** What happens beside the requests. */
const happenings: fc.Arbitrary<Move> = fc.oneof(
  fc.constantFrom(1, 19, 20, 21, 299, 300, 301, 600, 3600).map((seconds) => ({
    kind: 'time' as const,
    seconds,
  })),
  fc.record({
    kind: fc.constant('push' as const),
    who: fc.nat(2),
    answer: fc.constantFrom('approved' as const, 'denied' as const),
  }),
  fc.boolean().map((isOn) => ({ kind: 'fault' as const, isOn })),
  fc.constant({ kind: 'sweep' as const }),
)

const phones = fc.tuple(
  fc.constantFrom<PhoneState>('app', 'app', 'noApp', 'none'),
  fc.constantFrom<PhoneState>('app', 'noApp'),
  fc.constantFrom<PhoneState>('none', 'app'),
)

/** Begun by one of these, so that what follows falls into every state that there is; or by nothing. */
export const scenarios = (beginnings: readonly (readonly Move[])[]): fc.Arbitrary<Scenario> =>
  fc.record({
    provider: fc.constantFrom(...PROVIDERS),
    phones,
    moves: fc
      .tuple(
        mostly(3, fc.constant([]), fc.constantFrom(...beginnings)),
        fc.array(mostly<Move>(8, asks(true), happenings), {
          minLength: 1,
          maxLength: 40,
          size: 'max',
        }),
      )
      .map((parts) => parts.flat()),
  })

/** Only strangers ask, while people's payments wait: not one byte of the tables may change. */
export const strangers: fc.Arbitrary<Scenario> = fc.record({
  provider: fc.constantFrom(...PROVIDERS),
  phones: fc.constant<PhoneState[]>(['app', 'noApp', 'none']),
  moves: fc.array(asks(false), { minLength: 1, maxLength: 100, size: 'max' }),
})
