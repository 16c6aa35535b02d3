import { isUtf8 } from 'node:buffer'
import * as z from 'zod'

/** What a client sent, before any of it has been checked. */
export type Params = Readonly<Record<string, unknown>>
export type AuthyAnswer = { status: number; body: Record<string, unknown> }

/** As deep as `logos[][res]`, and one more. */
const NESTING_MAX = 4

/** A no in Authy's own words: an error body with its code as a string. */
export class AuthyRefusal extends Error {
  readonly answer: AuthyAnswer

  constructor(
    status: number,
    code: string,
    message: string,
    { beside = {}, errors = { message } }: { beside?: object; errors?: object } = {},
  ) {
    super(message)
    this.answer = { status, body: { ...beside, message, success: false, errors, error_code: code } }
  }
}

/**
 * Read the parameters of an Authy request: libraries send them in the query, as a form with
 * Rails-style names (`user[email]`, `logos[][res]`) or as JSON. Where a name comes twice, the body
 * wins. Throws `AuthyRefusal` for what cannot be read, as do the two below.
 */
export const readParams = (query: string, contentType: string, body: Buffer): Params =>
  read(() => {
    if (!isUtf8(body)) throw new URIError('not UTF-8')
    return { ...readForm(query), ...readBody(contentType, body.toString()) }
  })

/** Each segment is decoded once and by itself: an encoded slash or dots lead nowhere else. */
export const readPath = (path: string): string[] =>
  read(() => {
    const segments = path.slice(1).split('/').map(decodeURIComponent)
    if (segments.some((one) => one === '..' || one === '.' || one.includes('/'))) {
      throw new SyntaxError('a path that walks')
    }
    return segments
  })

/** Parameters as a schema wants them; the refusal names the first that is not. */
export function checked<S extends z.ZodType>(schema: S, params: Params): z.infer<S> {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  const name = String(result.error.issues[0]?.path[0])
  const why = params[name] == null ? 'Parameter is required' : 'Parameter is invalid'
  throw new AuthyRefusal(400, '60004', `Invalid parameter: ${name} - ${why}`)
}

/** Forms and queries have text only, JSON has numbers and booleans too: one text for all. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
export const some = text.pipe(z.string().min(1))
export const whole = text.pipe(z.string().regex(/^[0-9]{1,9}$/)).transform(Number)
/** Only `true`: whether Authy took Python's `True` as well is not known. */
export const flag = text.nullish().transform((value) => value === 'true')

function read<T>(reading: () => T): T {
  try {
    return reading()
  } catch (error) {
    if (error instanceof URIError) throw new AuthyRefusal(400, '60005', 'Invalid UTF-8')
    if (error instanceof SyntaxError) throw new AuthyRefusal(400, '60002', 'Invalid request')
    throw error
  }
}

function readBody(contentType: string, text: string): Params {
  if (text.trim() === '') return {}
  const type = contentType.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded') return readForm(text)
  if (type !== 'application/json') throw new SyntaxError(`cannot read ${type}`)
  const value: unknown = JSON.parse(text)
  if (!isNode(value)) throw new SyntaxError('not an object')
  return value
}

type Node = Record<string, unknown>

/** Without a prototype, so that a field named `__proto__` is a field and nothing else. */
const node = (): Node => Object.create(null)

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readForm(text: string): Params {
  const form = node()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const [name = '', ...value] = pair.split('=')
    const keys = keysOf(decode(name))
    if (keys.length > NESTING_MAX) throw new SyntaxError('nested too deep')
    put(form, keys, decode(value.join('=')))
  }
  return form
}

const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))

/** `logos[][res]` → `logos`, ``, `res`. */
function keysOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name)
  if (!match?.[1]) return [name]
  return [match[1], ...[...(match[2] ?? '').matchAll(/\[([^\]]*)\]/g)].map(([, key]) => key ?? '')]
}

function put(into: Node, [key = '', next, ...rest]: string[], value: string): void {
  if (next === undefined) {
    into[key] = value
    return
  }
  if (next !== '') {
    into[key] ??= node()
    put(nodeIn(into[key]), [next, ...rest], value)
    return
  }
  into[key] ??= []
  const list = into[key]
  if (!Array.isArray(list)) throw new SyntaxError(`${key} is a list and is not`)
  if (rest[0] === undefined) {
    list.push(value)
    return
  }
  // A name that the last member has already begins the next member.
  if (list.length === 0 || rest[0] in nodeIn(list.at(-1))) list.push(node())
  put(nodeIn(list.at(-1)), rest, value)
}

function nodeIn(value: unknown): Node {
  if (!isNode(value)) throw new SyntaxError('one name is used in two ways')
  return value
}
