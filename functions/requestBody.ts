/** What a request carries, read once and for all. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { visit } from 'jsonc-parser'
import { invalidField } from './core/refusals.ts'

/** Bytes of a request's body; the largest honest one is a callback of some 3 KB. */
const BODY_BYTES_MAX = 8192

type Bodied = Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded' | 'headers'>

/** The body as it was sent; refuses one that is too long. */
export function bodyText({ body, isBase64Encoded }: Bodied): string {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > BODY_BYTES_MAX) throw invalidField('', 'The body is longer than 8 KB.')
  return bytes.toString()
}

/** The body as one JSON value with one meaning; refuses everything else. No body is an empty object. */
export function jsonBody(event: Bodied): unknown {
  const text = bodyText(event)
  if (text === '') return {}
  if (!/^application\/json\s*(;|$)/i.test(event.headers['content-type'] ?? '')) {
    throw invalidField('', 'The body must be JSON, with content type application/json.')
  }
  const value = parsed(text)
  const flaw = value === undefined ? 'The body is not JSON.' : jsonFlaw(text)
  if (flaw) throw invalidField('', flaw)
  return value
}

/** Before anything else looks at the text: 8 KB of brackets that nobody closes are too deep for `visit`. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What `JSON.parse` would let pass in silence: a key that is there twice, or one that names a prototype. */
function jsonFlaw(text: string): string | undefined {
  let flaw: string | undefined
  const objects: Set<string>[] = []
  visit(text, {
    onObjectBegin: () => void objects.push(new Set()),
    onObjectEnd: () => void objects.pop(),
    onObjectProperty: (key) => {
      const keys = objects.at(-1)
      if (key === '__proto__') flaw ??= 'The body has a key that is not allowed.'
      if (keys?.has(key)) flaw ??= 'The body has the same key twice.'
      keys?.add(key)
    },
  })
  return flaw
}
