/** Checking a callback of Authy: the signature over its exact body, and its age. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** The largest difference between a callback's time and ours, in both directions. */
const NONCE_SECONDS_MAX = 300
/** The form of a signature: 32 bytes in base64. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/
/** The limit of a nonce's length; a time has at most 17 characters, a UUID 36. */
const NONCE_LENGTH_MAX = 64
/**
 * The limits of the work on an unverified body, several times those of a real one, which has some fifty values, four
 * levels and 6 KB of parameters.
 */
const VALUES_MAX = 300
const DEPTH_MAX = 16
const PARAMETERS_LENGTH_MAX = 32 * 1024

export type SignedRequest = {
  readonly method: string
  /** The callback's address as configured at Authy, never from the request. */
  readonly url: string
  readonly body: string
  readonly signature: string | undefined
  readonly nonce: string | undefined
}

/**
 * Check a callback's signature (authy.com's scheme: HMAC-SHA256 over nonce, method, address and the
 * body flattened as Rails' `to_query` does).
 *
 * @returns `fresh`; `timeless` if the nonce is not a time, so that the age is unknown; `forged` if the signature is
 *   wrong or the nonce is a time more than five minutes from ours
 */
export function checkSignature(
  request: SignedRequest,
  apiKey: string,
  now: Date,
): 'fresh' | 'timeless' | 'forged' {
  const { method, url, signature = '', nonce = '' } = request
  // Checked before the body is parsed, so that an obviously forged request costs no work.
  if (!SIGNATURE.test(signature)) return 'forged'
  if (nonce === '' || nonce.length > NONCE_LENGTH_MAX) return 'forged'
  const parameters = flattened(request.body)
  if (parameters === undefined) return 'forged'
  const expected = createHmac('sha256', apiKey)
    .update(`${nonce}|${method}|${url}|${parameters}`)
    .digest('base64')
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return 'forged'
  // In every known capture the nonce is the time of sending, but Authy does not document that.
  if (!/^\d{1,12}(\.\d{1,9})?$/.test(nonce)) return 'timeless'
  const ageSeconds = Math.abs(now.getTime() / 1000 - Number(nonce))
  return ageSeconds > NONCE_SECONDS_MAX ? 'forged' : 'fresh'
}

/**
 * The signed parameters of a JSON body, with numbers as they were written. `undefined` if the body is not a JSON object
 * or exceeds the limits. Each key and value is encoded once.
 */
export function flattened(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return toQuery(JSON.parse(numbersAsTexts(body)))
  } catch {
    return undefined
  }
}

/** The tokens of JSON: strings, numbers, and the signs between values. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[[\]{},]/g

/** Keeps numbers as they were written (1.0, digits beyond 2^53), because the signature covers that form. */
function numbersAsTexts(json: string): string {
  let values = 0
  let depth = 0
  return json.replace(TOKEN, (token) => {
    switch (token.charAt(0)) {
      case '"':
        return token
      case ']':
      case '}':
        depth -= 1
        return token
      case '[':
      case '{':
        depth += 1
        values += 1
        break
      case ',':
        values += 1
        break
      default:
        return `"${token}"`
    }
    if (values > VALUES_MAX || depth > DEPTH_MAX) throw new RangeError('more than any callback')
    return token
  })
}

function toQuery(root: object): string {
  let lengthLeft = PARAMETERS_LENGTH_MAX

  /** `name` is encoded already, so that it is not encoded again for each value. */
  function query(value: unknown, name: string, isInList: boolean): string {
    if (Array.isArray(value)) {
      return value.map((entry) => query(entry, `${name}%5B%5D`, true)).join('&')
    }
    if (typeof value !== 'object' || value === null) {
      const pair = `${name}=${encoded(value === null ? '' : String(value))}`
      lengthLeft -= pair.length
      if (lengthLeft < 0) throw new RangeError('more than any callback')
      return pair
    }
    const pairs: string[] = []
    const fields = value as Readonly<Record<string, unknown>>
    for (const key of Object.keys(fields)) {
      const isTop = name === ''
      const inside = isTop ? encoded(key) : `${name}%5B${encoded(key)}%5D`
      // A key can end in `[]` as a list's name does.
      const isNowInList = isInList || (isTop ? key : `[${key}]`).includes('[]')
      const pair = query(fields[key], inside, isNowInList)
      // An empty list or object is left out with its key.
      if (pair !== '') pairs.push(pair)
    }
    // Objects are sorted at every level, lists are not. The text is ASCII, so this is byte order.
    if (!isInList) pairs.sort()
    return pairs.join('&')
  }

  return query(root, '', false)
}

/** Form encoding, which encodes more characters than `encodeURIComponent`; the cost is the same for every character. */
function encoded(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text
  if (!text.isWellFormed()) throw new URIError('half of a character')
  let form = ''
  for (const byte of Buffer.from(text)) form += FORM[byte]
  return form
}

/** The encoded form of each byte. */
const FORM = Array.from({ length: 256 }, (_, byte) => {
  const sign = String.fromCharCode(byte)
  if (/[\w.~-]/.test(sign)) return sign
  return sign === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})
