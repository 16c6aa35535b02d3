import * as z from 'zod'

/** What a client sent, before any of it has been checked. */
export type Params = Readonly<Record<string, unknown>>

/** As deep as `logos[][res]`, and one more. */
const NESTING_MAX = 4
/** Several times what any request of these protocols has. */
const FIELDS_MAX = 100

/**
 * Read a form or a query, with Rails-style names (`user[email]`, `logos[][res]`) or plain ones. A name
 * that comes twice has its last value. Throws `SyntaxError` for what makes no sense, `URIError` for what
 * is not UTF-8, as does the next.
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

/** Each segment is decoded once and by itself: an encoded slash or dots lead nowhere else. */
export function readSegments(path: string): string[] {
  const segments = path.slice(1).split('/').map(decodeURIComponent)
  if (segments.some((one) => one === '..' || one === '.' || one.includes('/'))) {
    throw new SyntaxError('a path that walks')
  }
  return segments
}

/** Forms and queries have text only, JSON has numbers and booleans too: one text for all. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
export const some = text.pipe(z.string().min(1))
export const whole = text.pipe(z.string().regex(/^[0-9]{1,9}$/)).transform(Number)

type Node = Record<string, unknown>

/** Without a prototype, so that a field named `__proto__` is a field and nothing else. */
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
