/** Reading and limiting a request's body. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { visit } from 'jsonc-parser'
import { invalidField } from '../core/refusals.ts'

/** The limit of a body in bytes; the largest real one is a callback of some 3 KB. */
const BODY_BYTES_MAX = 8192
/** The limit of keys, values, lists and objects in a body; the largest real one, a new device's, has some fifty. */
const PARTS_MAX = 64

type Bodied = Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded' | 'headers'>

/** The body as it was sent. Refuses `invalid_request` if it is too long. */
export function bodyText({ body, isBase64Encoded }: Bodied): string {
  if (!body) return ''
  const encoding = isBase64Encoded ? 'base64' : 'utf8'
  // Checked before decoding, because API Gateway allows ten megabytes.
  if (Buffer.byteLength(body, encoding) > BODY_BYTES_MAX) {
    throw invalidField('', 'The body is longer than 8 KB.')
  }
  return Buffer.from(body, encoding).toString()
}

/**
 * The body as a JSON value; a missing body is an empty object. Refuses `invalid_request` if it is not unambiguous
 * JSON.
 */
export function jsonBody(event: Bodied): unknown {
  const text = bodyText(event)
  if (text === '') return {}
  if (!/^application\/json\s*(;|$)/i.test(event.headers['content-type'] ?? '')) {
    throw invalidField('', 'The body must be JSON, with content type application/json.')
  }
  const flaw = jsonFlaw(text)
  if (flaw) throw invalidField('', flaw)
  try {
    return JSON.parse(text)
  } catch {
    throw invalidField('', 'The body is not JSON.')
  }
}

/**
 * Finds what `JSON.parse` accepts silently: a repeated key, or a key that names a prototype. Stops as soon as the body
 * exceeds the limit of values.
 */
function jsonFlaw(text: string): string | undefined {
  let flaw: string | undefined
  let parts = 0
  const objects: Set<string>[] = []
  const part = () => {
    parts += 1
    if (parts > PARTS_MAX) throw new TooManyParts()
  }
  try {
    visit(text, {
      onObjectBegin: () => {
        part()
        objects.push(new Set())
      },
      onObjectEnd: () => void objects.pop(),
      onObjectProperty: (key) => {
        part()
        const keys = objects.at(-1)
        if (key === '__proto__') flaw ??= 'The body has a key that is not allowed.'
        if (keys?.has(key)) flaw ??= 'The body has the same key twice.'
        keys?.add(key)
      },
      onArrayBegin: part,
      onLiteralValue: part,
    })
  } catch (error) {
    if (!(error instanceof TooManyParts)) throw error
    return 'The body has too many parts.'
  }
  return flaw
}

/** Stops `visit`. */
class TooManyParts extends Error {}
