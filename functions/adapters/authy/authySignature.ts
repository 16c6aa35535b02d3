/** Whether a callback is Authy's: the signature over its exact body, and how old it is. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far a callback's own time may be from ours, either way. */
const NONCE_SECONDS_MAX = 300
/** 32 bytes in base64: nothing else can be a signature. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/
/** A time has 17 characters at most, a UUID 36. */
const NONCE_LENGTH_MAX = 64
/**
 * What an unsigned body can make us do: several times more than an honest one, which has some fifty
 * values, four levels and 6 KB of parameters.
 */
const VALUES_MAX = 300
const DEPTH_MAX = 16
const PARAMETERS_LENGTH_MAX = 32 * 1024

export type SignedRequest = {
  readonly method: string
  /** The callback's address as Authy was told it, never as the request names it. */
  readonly url: string
  readonly body: string
  readonly signature: string | undefined
  readonly nonce: string | undefined
}

/**
 * Check a callback's signature (authy.com's scheme: HMAC-SHA256 over nonce, method, address and the
 * body flattened as Rails' `to_query` does).
 *
 * @returns `fresh`; `timeless`, if the nonce is not a time and so says nothing about age; `forged`,
 *   if the signature is not Authy's or the nonce is a time more than five minutes away
 */
export function checkSignature(
  request: SignedRequest,
  apiKey: string,
  now: Date,
): 'fresh' | 'timeless' | 'forged' {
  const { method, url, signature = '', nonce = '' } = request
  // Before the body is looked at: whoever sends these need not be reckoned with.
  if (!SIGNATURE.test(signature)) return 'forged'
  if (nonce === '' || nonce.length > NONCE_LENGTH_MAX) return 'forged'
  const parameters = flattened(request.body)
  if (parameters === undefined) return 'forged'
  const expected = createHmac('sha256', apiKey)
    .update(`${nonce}|${method}|${url}|${parameters}`)
    .digest('base64')
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return 'forged'
  // The nonce is the second it was sent in every capture known, but nothing promises that.
  if (!/^\d{1,12}(\.\d{1,9})?$/.test(nonce)) return 'timeless'
  const ageSeconds = Math.abs(now.getTime() / 1000 - Number(nonce))
  return ageSeconds > NONCE_SECONDS_MAX ? 'forged' : 'fresh'
}

/**
 * A JSON body as the parameters that are signed, numbers as they were written; nothing if it is no
 * JSON object, or more than any callback is. Each key and value is encoded once.
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

/** What counts in JSON: texts, each as one, numbers, and what there is between values. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[[\]{},]/g

/** 1.0 stays "1.0", and digits beyond 2^53 stay themselves: the signature is over what was written. */
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

  /** `name` is encoded already: it is carried down, not made anew for each value. */
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
      // A key can look like a list's end.
      const isNowInList = isInList || (isTop ? key : `[${key}]`).includes('[]')
      const pair = query(fields[key], inside, isNowInList)
      // What is empty is left out, with its key.
      if (pair !== '') pairs.push(pair)
    }
    // Sorted at every level of objects, but never within a list. All is ASCII: these are bytes.
    if (!isInList) pairs.sort()
    return pairs.join('&')
  }

  return query(root, '', false)
}

/** As a form field is encoded, which encodes more than `encodeURIComponent` does; no sign costs more than another. */
function encoded(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text
  if (!text.isWellFormed()) throw new URIError('half of a character')
  let form = ''
  for (const byte of Buffer.from(text)) form += FORM[byte]
  return form
}

/** What stands for each byte. */
const FORM = Array.from({ length: 256 }, (_, byte) => {
  const sign = String.fromCharCode(byte)
  if (/[\w.~-]/.test(sign)) return sign
  return sign === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})
