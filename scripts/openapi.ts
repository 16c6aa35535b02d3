/**
 * `npm run openapi` writes `docs/api/openapi.json`, the API as its route table, its schemas and its refusals make it, and
 * from that the types of the client.
 */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'
import { TEXTS_MAX } from '../functions/core/channels/smsCodeRules.ts'
import { DEFAULTS, TEXT_PAUSE_SECONDS } from '../functions/core/limits.ts'
import { VERIFICATION_SENDS_MAX } from '../functions/core/payer.ts'
import { REFUSALS, type RefusalCode, refusalCodes } from '../functions/core/refusals.ts'
import { query } from '../functions/handlers/listPayments.ts'
import { IDEMPOTENCY_KEY } from '../functions/handlers/sendPayment.ts'
import { GATEWAY_ANSWERS, type GatewayStatus } from '../functions/http/gatewayAnswers.ts'
import { lambdas, type RouteName } from '../functions/routes.ts'
import { CLIENT_FILE, clientTypes } from './clientTypes.ts'
import { DEVICE_PROOF, deviceOperations } from './openapiDeviceRoutes.ts'
import type { Operation, Parameter } from './openapiOperation.ts'
import { answers, problemName, problems, requests, SAID, tells } from './openapiSchemas.ts'
import { tagOf, tags } from './openapiTags.ts'

export const FILE = resolve(import.meta.dirname, '../docs/api/openapi.json')

/** The refusals of every route that reads a body or a query. */
const ALWAYS: readonly RefusalCode[] = ['invalid_request']
/** The refusals of every route about one payment. */
const OF_PAYMENT: readonly RefusalCode[] = [...ALWAYS, 'not_found']
const CLOSED: readonly RefusalCode[] = ['expired', 'already_decided']

const operations: Record<RouteName, Operation> = {
  sendPayment: {
    summary: 'Start a payment and ask for its push',
    description:
      "The payment is stored first; then the payer's phone or device shows payee and amount (PSD2 Art. " +
      '97(2), RTS Art. 5). The same key with the same terms gives the payment as it is now, with ' +
      'other terms it is refused. The start is 503 only where nothing was stored, and 409 only where ' +
      'the operator locked the account while it was under way. `device_required`: no device is active, and one was ' +
      'lately, or the deployment sends no texts; `phone_not_verified`: the payer has neither a device nor a phone.',
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        required: true,
        description:
          'Chosen by the client, one for each intent to pay: it never starts two. In double quotes, ' +
          "the form of the IETF's draft, it is the same key as without.",
        schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
      },
    ],
    body: 'StartPayment',
    success: {
      201: ['Payment', 'The payment is started.'],
      200: ['Payment', 'This key has started it already: the payment as it is now.'],
    },
    refusals: [
      ...ALWAYS,
      'idempotency_key_missing',
      'phone_not_verified',
      'device_required',
      'idempotency_key_reused',
      'already_decided',
      'locked',
      'starts_locked',
      'too_many_open_payments',
      'too_many_payments',
      'provider_unavailable',
      'payments_off',
    ],
  },
  listPayments: {
    summary: "The payer's own payments, newest first",
    description: 'In pages. What was started in this very second may still be missing.',
    parameters: [
      {
        name: 'limit',
        in: 'query',
        description: 'How many in a page, 1 to 100; 20 if not said.',
        schema: { ...queryOf('limit'), default: '20' },
      },
      {
        name: 'cursor',
        in: 'query',
        description: 'The `next` of the page before; opaque, and good for its own payer only.',
        schema: queryOf('cursor'),
      },
    ],
    success: { 200: ['PaymentPage', 'A page.'] },
    refusals: ALWAYS,
  },
  paymentStatus: {
    summary: 'One payment as it is now',
    description: 'It never writes and never asks the provider: poll it every three seconds.',
    success: { 200: ['Payment', 'The payment.'] },
    refusals: OF_PAYMENT,
  },
  cancelPayment: {
    summary: 'Cancel a payment that waits',
    success: { 200: ['Payment', 'The payment is cancelled, now or before.'] },
    refusals: [...OF_PAYMENT, ...CLOSED],
  },
  smsStart: {
    summary: 'Text the payer a code for this payment',
    description:
      'The code is good for this payment and nothing else (RTS Art. 5(1)(b)). ' +
      `${TEXTS_MAX} texts for a payment, ${TEXT_PAUSE_SECONDS} s apart; ` +
      `by default ${DEFAULTS.textsPerHour} an hour and ${DEFAULTS.textsPerDay} a day for a payer. ` +
      '`phone_not_verified`: the ' +
      'phone that the payment was started for was replaced twice since. `device_required`: the payer has an active ' +
      'device, or had one within the last hours (by default ' +
      `${DEFAULTS.deviceWaitHours}), and the deployment's setting \`textsBesideDevice\` does not let texts in beside it. ` +
      'There only where the provider sends texts, as all routes for texts and phones.',
    success: { 202: ['Payment', 'The text is on its way.'] },
    refusals: [
      ...OF_PAYMENT,
      ...CLOSED,
      'phone_not_verified',
      'device_required',
      'no_attempts_left',
      'locked',
      'too_many_sms',
      'provider_unavailable',
      'sms_off',
    ],
    withoutRetryAfter: ['no_attempts_left'],
  },
  smsVerify: {
    summary: 'Approve a payment with the code from the text',
    description:
      'Five attempts for a payment, counted before they are checked; and five wrong codes in a row of ' +
      'one payer, whatever payments they are for, lock codes for 5 minutes, then 15, 30, 60, and a ' +
      'day (RTS Art. 4(3)(b)).',
    body: 'SmsCode',
    success: { 200: ['Payment', 'The payment is approved.'] },
    refusals: [
      ...OF_PAYMENT,
      ...CLOSED,
      'device_required',
      'no_code_sent',
      'no_attempts_left',
      'wrong_code',
      'code_expired',
      'locked',
      'provider_unavailable',
    ],
    withoutRetryAfter: ['no_attempts_left'],
  },
  authyCallback: {
    summary: "A payer's answer to a push, signed by Authy",
    description:
      'There only where Authy is the provider. Open to everybody, and believed only by its signature. Callbacks that come twice, late, for ' +
      'payments that are not known or are not understood are answered 200 and change nothing.',
    parameters: ['X-Authy-Signature', 'X-Authy-Signature-Nonce'].map((name) => ({
      name,
      in: 'header',
      required: true,
      schema: { type: 'string' },
    })),
    success: { 200: ['Received', 'Received.'] },
    refusals: [...ALWAYS, 'forged_callback', 'provider_unavailable'],
  },
  profile: {
    summary: 'Who is signed in, their phone and their devices',
    success: { 200: ['Profile', 'The profile.'] },
    refusals: ALWAYS,
  },
  phoneStart: {
    summary: 'Send a code to a phone that is to be trusted',
    description:
      'Where a verified phone is there already, it gets a code too: the old phone lets in the new ' +
      'one, and its text has the whole number and the reference. Another number makes the verification ' +
      'before it void. ' +
      `${VERIFICATION_SENDS_MAX} sends for a verification, ${TEXT_PAUSE_SECONDS} s apart; by default ` +
      `${DEFAULTS.provingTextsPerHour} an hour and ${DEFAULTS.provingTextsPerDay} a day for a ` +
      'payer, and for a number that is not theirs yet. They are counted apart from codes for payments. From the ' +
      "payer's first device on, the old phone gets no code: an active device has to say yes " +
      '(`GET /approvals`), or the operator’s `invitation` comes with the number; without both it is `device_required`.',
    body: 'StartVerification',
    success: { 202: ['VerificationStarted', 'The code is on its way.'] },
    refusals: [
      ...ALWAYS,
      'device_required',
      'no_attempts_left',
      'locked',
      'too_many_sms',
      'provider_unavailable',
      'sms_off',
    ],
  },
  phoneVerify: {
    summary: 'Trust the phone whose code this is',
    description:
      'Five attempts for a verification, counted before they are checked. `device_required`: an active device has to ' +
      'say yes first, and no code was looked at.',
    body: 'VerificationCodes',
    success: { 200: ['Profile', 'The phone is trusted.'] },
    refusals: [
      ...ALWAYS,
      'current_code_required',
      'device_required',
      'not_found',
      'no_code_sent',
      'no_attempts_left',
      'wrong_code',
      'code_expired',
      'locked',
      'provider_unavailable',
    ],
  },
  endSessions: {
    summary: 'Sign the payer out everywhere',
    description:
      'This session ends too. Refresh tokens are good for nothing any more; access tokens that were ' +
      'given before start, text and change nothing, and end within five minutes.',
    success: { 200: ['SessionsEnded', 'Every session is over.'] },
    refusals: [...ALWAYS, 'locked'],
  },
  ...deviceOperations,
}

/** The whole file. */
export function openapi() {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Payfriend',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'See on your own phone whom you pay and how much, and say yes or no: strong customer ' +
        'authentication with dynamic linking (PSD2; Delegated Regulation (EU) 2018/389, the RTS). ' +
        'A refusal is `application/problem+json` with a `code` of a closed list: match the code, ' +
        'the words may change. `{"message"}` is API Gateway speaking for itself.',
    },
    servers: [{ url: '/api' }],
    security: [{ accessToken: ['payfriend/pay'] }],
    tags: tags(),
    paths: paths(),
    components: {
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'An access token (`token_use` = `access`) of the OpenID provider that `/config.json` ' +
            'names, with scope `payfriend/pay`. Its `sub` is the payer.',
        },
        deviceProof: DEVICE_PROOF,
      },
      schemas: {
        ...schemasOf(requests, 'input'),
        ...schemasOf({ ...answers, ...problems }, 'output'),
        RefusalCode: {
          type: 'string',
          enum: refusalCodes,
          description: 'Every code that there is.',
        },
      },
    },
  }
}

type Open = (typeof lambdas)[RouteName]['route']['open']

/** The security of a route, if it is not the access token. */
const SECURITY: Record<Exclude<Open, 'payers'>, readonly object[]> = {
  device: [{ deviceProof: [] }],
  public: [],
}

function paths() {
  const found: Record<string, Record<string, object>> = {}
  for (const [name, operation] of Object.entries(operations) as [RouteName, Operation][]) {
    const { method, path, open } = lambdas[name].route
    found[path] = { ...found[path], [method.toLowerCase()]: operationOf(name, operation, open) }
  }
  return found
}

function operationOf(name: RouteName, operation: Operation, open: Open) {
  const { summary, description, parameters = [], body } = operation
  const all = [...inPath(lambdas[name].route.path), ...parameters]
  return {
    operationId: name,
    tags: [tagOf(lambdas[name].route.path, open)],
    summary,
    ...(description && { description }),
    ...(open !== 'payers' && { security: SECURITY[open] }),
    ...(all.length > 0 && { parameters: all }),
    ...(body && { requestBody: { required: true, content: json(ref(body)) } }),
    ...(name === 'authyCallback' && {
      requestBody: { required: true, content: json({ type: 'object' }) },
    }),
    responses: responsesOf(operation, open),
  }
}

function responsesOf(operation: Operation, open: Open) {
  const { success, withoutRetryAfter = [] } = operation
  // Only the provider calls past a firewall.
  const refusals = [...operation.refusals, ...(open === 'public' ? [] : BY_ADDRESS)]
  const responses: Record<number, object> = {}
  for (const [status, [schema, description]] of Object.entries(success)) {
    responses[Number(status)] = {
      description,
      headers:
        schema === 'Payment' && status === '201' ? { Location: LOCATION, ...NO_STORE } : NO_STORE,
      content: json(ref(schema)),
    }
  }
  const statuses = new Set([
    ...refusals.map((code) => REFUSALS[code].status),
    ...Object.keys(GATEWAY_ANSWERS).map(Number),
  ])
  for (const status of [...statuses].sort((a, b) => a - b)) {
    const codes = refusals.filter((code) => REFUSALS[code].status === status)
    const gateway = gatewayMeaning(status, open)
    if (codes.length === 0 && !gateway) continue
    responses[status] = {
      description: [...codes.map((code) => `\`${code}\``), ...(gateway ? [gateway] : [])].join(
        '; ',
      ),
      ...(codes.length > 0 && {
        headers: codes.some(
          (code) => tells(code, 'retryAfterSeconds') && !withoutRetryAfter.includes(code),
        )
          ? { 'Retry-After': AGAIN, ...NO_STORE }
          : NO_STORE,
      }),
      content: {
        ...(codes.length > 0 && { 'application/problem+json': { schema: oneOf(codes) } }),
        ...(gateway && json(ref('Message'))),
      },
    }
  }
  return responses
}

/** What each route refuses that is called by the page's address. */
const BY_ADDRESS: readonly RefusalCode[] = ['wrong_address']

function gatewayMeaning(status: number, open: Open): string | undefined {
  // Only a payer has a token.
  if (open !== 'payers' && (status === 401 || status === 403)) return undefined
  if (!(status in GATEWAY_ANSWERS)) return undefined
  return GATEWAY_ANSWERS[status as GatewayStatus].meaning
}

const NO_STORE = { 'Cache-Control': { schema: { type: 'string', const: 'no-store' } } }
const LOCATION = {
  description: 'Where the payment is.',
  schema: { type: 'string', pattern: '^/api/payments/[A-Za-z0-9_-]{22}$' },
}
const AGAIN = {
  description: 'Whole seconds until it is worth trying again.',
  schema: { type: 'integer', minimum: 1 },
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const json = (schema: object) => ({ 'application/json': { schema } })

function oneOf(codes: readonly RefusalCode[]) {
  const refs = codes.map((code) => ref(problemName(code)))
  if (refs.length === 1) return refs[0]
  const mapping = Object.fromEntries(codes.map((code, i) => [code, refs[i]?.$ref]))
  return { oneOf: refs, discriminator: { propertyName: 'code', mapping } }
}

/** The parameters that a path can have. */
const IN_PATH = {
  paymentId: 'One that is malformed belongs to no payment: 404.',
  deviceId: "The thumbprint of the device's key. One that is malformed belongs to no device: 404.",
  approvalId:
    'As `GET /approvals` told it: `payment.`, `device.`, `phone.` or `stop.` and the id; or `removal`. A malformed one is a 404.',
}

const inPath = (path: string): Parameter[] =>
  Object.entries(IN_PATH)
    .filter(([name]) => path.includes(`{${name}}`))
    .map(([name, description]) => ({
      name,
      in: 'path',
      required: true,
      description,
      schema: { type: 'string' },
    }))

function queryOf(name: keyof typeof query.shape): object {
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' })
  return Object(properties[name])
}

/** Named schemas that refer to each other, each with its additions from `SAID`. */
function schemasOf(named: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output') {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const uri = (id: string) => `#/components/schemas/${id}`
  const { schemas } = z.toJSONSchema(registry, { io, uri })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema, $id, ...schema }]) => [
      name,
      beside(name, schema),
    ]),
  )
}

/** The schema with what `SAID` adds at this place and below. */
function beside(place: string, schema: object): object {
  const { properties, ...rest } = schema as { properties?: Record<string, object> }
  return {
    ...rest,
    ...SAID[place],
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inside]) => [
          name,
          beside(`${place}/${name}`, inside),
        ]),
      ),
    }),
  }
}

/** The file's text. */
export const openapiText = (): string => `${JSON.stringify(openapi(), null, 2)}\n`

if (import.meta.main) {
  writeFileSync(FILE, openapiText())
  writeFileSync(CLIENT_FILE, await clientTypes(openapi()))
}
