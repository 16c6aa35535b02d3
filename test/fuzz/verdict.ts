/** Whether an answer is one that the file, or the gateway for itself, may give to a request. */
import { misfit, type Operation, operations } from './apiFile.ts'
import { jsonIn } from './bodies.ts'
import { BAD } from './credentials.ts'
import type { Sent } from './request.ts'
import { valuesOf, type WireAnswer } from './wire.ts'

/** An answer that no client should ever see. */
export class Violation extends Error {
  /** How many moves of the scenario it took; all of them where that is not told. */
  moves = Number.POSITIVE_INFINITY
}

/** What the gateway and Node put on an answer of their own accord. */
const ALWAYS = ['content-type', 'content-length', 'date', 'connection', 'keep-alive']
const GATEWAY = [...ALWAYS, 'x-content-type-options', 'apigw-requestid']
/** What Node answers to what is no HTTP, before anything of ours sees it. */
const NODES_OWN = [400, 408, 413, 417, 431]
const HANDLER_BODY_MAX = 8192
const GATEWAY_BODY_MAX = 10 * 1024 * 1024
/** A stack, a file of ours or of a package, a name that only the code has. */
const INSIDE =
  /\bat (async )?[\w.<>]+ \(|\bnode:internal|node_modules|\.ts:\d+|\/functions\/|ValidationException|TypeError|SyntaxError|ZodError|ECONNREFUSED|DynamoDB|dynalite/

/**
 * What kind of answer it is, as `operation status code`; none where no operation of the file was asked.
 * Throws a `Violation` for any that must not be.
 */
export function judged(
  sent: Sent,
  answer: WireAnswer | 'closed' | 'silent',
  isProviderDown: boolean,
): string | undefined {
  if (answer === 'silent') throw new Violation('no answer came')
  if (answer === 'closed') {
    if (sent.isHttp) throw new Violation('the connection was closed without an answer')
    return undefined
  }
  const { status, text } = answer
  if (INSIDE.test(text)) throw new Violation('the answer tells what is inside')
  if (status >= 500 && !(status === 503 && isProviderDown)) {
    throw new Violation(`${status} is a fault of ours`)
  }
  if (!sent.isHttp) return whatever(sent, answer)
  if (!sent.target.startsWith('/api/')) return site(answer)
  if (!sent.operation) return noRoute(sent, answer)

  const code = fitsFile(sent.operation, answer)
  const kind = `${sent.operation.operationId} ${status} ${code}`
  followsRequest(sent, sent.operation, answer, kind)
  return kind
}

/** Nobody knows what Node makes of what is no HTTP, but it must be something, and open no door. */
function whatever(sent: Sent, answer: WireAnswer): undefined {
  const { status, text } = answer
  if (NODES_OWN.includes(status) && text === '') return
  const readings: (() => void)[] = [
    () => site(answer),
    () => noRoute(sent, answer),
    ...operations.map((operation) => () => {
      fitsFile(operation, answer)
      const opens = operation.isDevices ? sent.isProven : sent.credential === 'good'
      if (status < 300 && !operation.isPublic && !opens) {
        throw new Violation(`${operation.operationId} is done for ${sent.credential}`)
      }
    }),
  ]
  const whyNot: string[] = []
  for (const reading of readings) {
    try {
      return reading() as undefined
    } catch (error) {
      whyNot.push(String(error))
    }
  }
  throw new Violation(`the answer is none that there is:\n${whyNot.join('\n')}`)
}

/** The page and its like: nothing of it is the API's. */
function site(answer: WireAnswer): undefined {
  const isPage = valuesOf(answer, 'content-security-policy').length === 1
  if (!isPage || ![200, 304, 404, 405].includes(answer.status)) {
    throw new Violation(`this is none of the page's: ${answer.status}`)
  }
}

function noRoute({ method }: Sent, answer: WireAnswer): undefined {
  const wanted = method === 'HEAD' ? '' : '{"message":"Not Found"}'
  if (answer.status !== 404 || answer.text !== wanted) {
    throw new Violation(`this is no route, and yet it is answered ${answer.status}`)
  }
  onlyHeaders(answer, GATEWAY)
}

/** Status, type, body and headers are as the file tells them; gives the refusal's code. */
function fitsFile({ responses }: Operation, answer: WireAnswer): string {
  const { status, text } = answer
  const told = responses[status]
  if (!told) throw new Violation(`the file has no ${status} here`)
  const types = valuesOf(answer, 'content-type')
  const type = types[0] ?? ''
  const content = told.content[type]
  if (types.length !== 1 || !content) {
    throw new Violation(`the file has no ${status} of type ${types.join(' and ')} here`)
  }
  const body = jsonIn(Buffer.from(text))
  if (!body) throw new Violation('the body is not JSON')
  const wrong = misfit(content.schema, body.value)
  if (wrong) throw new Violation(`the body does not fit the file: ${wrong}`)
  const { code } = body.value as { code?: string }
  const isGateways = code === undefined && status >= 300
  if (isGateways) {
    onlyHeaders(answer, [
      ...GATEWAY,
      ...(status === 401 ? ['www-authenticate', 'cache-control'] : []),
    ])
    return 'message'
  }
  const headers = Object.entries(told.headers ?? {})
  onlyHeaders(answer, [...GATEWAY, ...headers.map(([name]) => name.toLowerCase())])
  for (const [name, { schema }] of headers) hasHeader(answer, name, schema, code)
  // An invitation has a code too.
  return status < 300 ? 'ok' : (code ?? 'ok')
}

/** A 409 of the phone's routes says when to try again only where waiting helps. */
function hasHeader(
  answer: WireAnswer,
  name: string,
  schema: Readonly<Record<string, unknown>>,
  code: string | undefined,
) {
  const values = valuesOf(answer, name.toLowerCase())
  if (values.length === 0 && code === 'no_code_sent') return
  if (values.length !== 1) throw new Violation(`${name} is there ${values.length} times`)
  const [value = ''] = values
  const isNumber = schema.type === 'integer' && /^\d+$/.test(value)
  const wrong = misfit(schema, isNumber ? Number(value) : value)
  if (wrong) throw new Violation(`${name} is ${value}: ${wrong}`)
}

function onlyHeaders({ headers }: WireAnswer, allowed: readonly string[]) {
  const names = headers.map(([name]) => name)
  const others = names.filter((name) => !allowed.includes(name))
  if (others.length > 0) throw new Violation(`nothing tells of the header ${others.join(', ')}`)
  const twice = names.filter((name, n) => names.indexOf(name) !== n)
  if (twice.length > 0) throw new Violation(`twice there: ${twice.join(', ')}`)
}

/** What the request was decides what the answer can be. */
function followsRequest(sent: Sent, operation: Operation, answer: WireAnswer, kind: string) {
  const { credential, body } = sent
  const { status } = answer
  if (operation.isPublic) return followsSignature(sent, status)
  if (operation.isDevices) return followsProof(sent, status)
  const isBad = credential !== 'good'
  if (isBad && status !== BAD[credential]) {
    throw new Violation(`${kind} for ${credential}, which should be ${BAD[credential]}`)
  }
  if (isBad) return
  // A sign-in is older than this clock's days, so it lets in no first device.
  if (kind === 'deviceConfirm 401 message') return
  if (status === 401 || kind.endsWith('403 message')) {
    throw new Violation('a good token is refused')
  }
  if ((status === 413) !== body.length > GATEWAY_BODY_MAX) throw new Violation('not the limit')
  if (status === 413 || status === 400) return
  const isOverlong = body.length > HANDLER_BODY_MAX
  if (isOverlong) throw new Violation(`a body of ${body.length} bytes is taken`)
  const why = whyNotAsTold(sent, operation)
  if (why) throw new Violation(`not 400, and the file would not have it: ${why}`)
}

/** Only the signature opens the callback, and a good one always does. */
function followsSignature({ body, isSigned, hasCallback, headers }: Sent, status: number) {
  const isTwice = headers.filter(([name]) => name.startsWith('x-authy-signature')).length > 2
  const wanted = !hasCallback
    ? 404
    : body.length > GATEWAY_BODY_MAX
      ? 413
      : Buffer.byteLength(String(body)) > HANDLER_BODY_MAX
        ? 400
        : isSigned && !isTwice
          ? 200
          : 403
  if (status !== wanted) throw new Violation(`${status} for a callback that is to be ${wanted}`)
}

/** Without its proof a device learns that, or that what it sent is no request; whatever the token says. */
function followsProof({ isProven, body }: Sent, status: number) {
  if ((status === 413) !== body.length > GATEWAY_BODY_MAX) throw new Violation('not the limit')
  if (status === 401) throw new Violation('a token is asked for where a proof opens')
  if (!isProven && ![400, 403, 404, 413].includes(status)) {
    throw new Violation(`${status} without a proof`)
  }
}

/** What of a request does not fit the file, though it was taken. */
function whyNotAsTold({ target, headers, body }: Sent, operation: Operation): string | undefined {
  const query = new URLSearchParams(target.split('?').slice(1).join('?'))
  for (const [name, value] of query) {
    const told = operation.parameters.find((one) => one.in === 'query' && one.name === name)
    if (!told) return `there is no ${name} in the query`
    const wrong = misfit(told.schema, value)
    if (wrong) return `${name}: ${wrong}`
  }
  for (const { name, schema } of operation.parameters.filter((one) => one.in === 'header')) {
    const sent = headers.filter(([one]) => one.toLowerCase() === name.toLowerCase())
    const wrong = sent.length === 1 ? misfit(schema, sent[0]?.[1]) : 'there is not exactly one'
    if (wrong) return `${name}: ${wrong}`
  }
  const value = body.length === 0 ? { value: undefined } : jsonIn(body)
  if (!value) return 'the body is not JSON'
  if (operation.body) return misfit(operation.body, counted(value.value))
  const isNothing = value.value === undefined || JSON.stringify(value.value) === '{}'
  return isNothing ? undefined : 'there is no body'
}

/** Texts as the file counts them: as they are stored, by characters and not by halves of them. */
function counted(value: unknown): unknown {
  if (typeof value === 'string') {
    return value
      .normalize('NFKC')
      .replace(/\p{Zs}+/gu, ' ')
      .trim()
      .replace(/./gsu, oneUnit)
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(counted)
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, counted(inside)]))
}

const oneUnit = (character: string) => (character.length > 1 ? 'x' : character)
