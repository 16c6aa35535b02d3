import * as z from 'zod'

/** A client's parameters, not yet checked. */
export type Params = Readonly<Record<string, unknown>>

/** One level more than `logos[][res]`. */
const NESTING_MAX = 4
/** Several times what any request of these protocols has. */
const FIELDS_MAX = 100

/**
 * Parse a form or a query, with Rails-style names (`user[email]`, `logos[][res]`) or plain ones. A name
 * that comes twice gets its last value. Like `readSegments`, it throws `SyntaxError` for a text that is
 * malformed and `URIError` for one that is not UTF-8.
 */
export function readForm(text: string): Params {
  const form = node()
  const pairs = text.split('&', FIELDS_MAX + 1)
  if (pairs.length > FIELDS_MAX) throw new SyntaxError('too many fields')
  for (const pair of pairs) {
    if (pair === '') continue
    const [name = '', ...value] = pair.split('=')
    const keys = keysOf(decode(name))
    if (keys.length > NESTING_MAX) throw new SyntaxError('nested too deep')
    put(form, keys, decode(value.join('=')))
  }
  return form
}

/** Decode each segment of a path once; an encoded slash, `.` or `..` is refused. */
export function readSegments(path: string): string[] {
  const segments = path.slice(1).split('/').map(decodeURIComponent)
  if (segments.some((one) => one === '..' || one === '.' || one.includes('/'))) {
    throw new SyntaxError('a segment is ., .. or has a slash in it')
  }
  return segments
}

/** Numbers and booleans of JSON become text, because forms and queries have text only. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
export const some = text.pipe(z.string().min(1))
export const whole = text.pipe(z.string().regex(/^[0-9]{1,9}$/)).transform(Number)

type Node = Record<string, unknown>

/** An object without a prototype, so that a field named `__proto__` is an ordinary field. */
const node = (): Node => Object.create(null)

/** An object that is not a list. */
export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

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
  if (!Array.isArray(list)) throw new SyntaxError(`${key} is both a list and no list`)
  if (rest[0] === undefined) {
    list.push(value)
    return
  }
  // If the last member already has this name, a new member begins.
  if (list.length === 0 || rest[0] in nodeIn(list.at(-1))) list.push(node())
  put(nodeIn(list.at(-1)), rest, value)
}

function nodeIn(value: unknown): Node {
  if (!isNode(value)) throw new SyntaxError('one name is used in two ways')
  return value
}
