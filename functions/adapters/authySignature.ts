/** Whether a callback is Authy's: the signature over its exact body, and how old it is. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far a callback's own time may be from ours, either way. */
const NONCE_SECONDS_MAX = 300
/** Deeper than any callback; a bound on what an unsigned body can make us do. */
const DEPTH_MAX = 16

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
  { method, url, body, signature, nonce }: SignedRequest,
  apiKey: string,
  now: Date,
): 'fresh' | 'timeless' | 'forged' {
  if (!signature || !nonce) return 'forged'
  const parameters = flattened(body)
  if (parameters === undefined) return 'forged'
  const expected = createHmac('sha256', apiKey)
    .update(`${nonce}|${method}|${url}|${parameters}`)
    .digest('base64')
  if (!equal(signature, expected)) return 'forged'
  // The nonce is the second it was sent in every capture known, but nothing promises that.
  if (!/^\d{1,12}(\.\d{1,9})?$/.test(nonce)) return 'timeless'
  const ageSeconds = Math.abs(now.getTime() / 1000 - Number(nonce))
  return ageSeconds > NONCE_SECONDS_MAX ? 'forged' : 'fresh'
}

/** A JSON body as the parameters that are signed, numbers as they were written; nothing if it is no JSON object. */
export function flattened(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body, asWritten)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return toQuery(value, '', 0)
  } catch {
    return undefined
  }
}

function toQuery(value: unknown, name: string, depth: number): string {
  if (depth > DEPTH_MAX) throw new RangeError('nested too deep')
  if (Array.isArray(value)) {
    return value.map((entry) => toQuery(entry, `${name}[]`, depth + 1)).join('&')
  }
  if (typeof value !== 'object' || value === null) {
    return `${encoded(name)}=${encoded(value === null ? '' : String(value))}`
  }
  // What is empty is left out, with its key.
  const pairs = Object.entries(value)
    .map(([key, entry]) => toQuery(entry, name === '' ? key : `${name}[${key}]`, depth + 1))
    .filter((pair) => pair !== '')
  // Sorted at every level of objects, but never within a list.
  if (!name.includes('[]')) pairs.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return pairs.join('&')
}

/** As a form field is encoded, which encodes more than `encodeURIComponent` does. */
const encoded = (text: string) =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')

/** 1.0 stays "1.0", and digits beyond 2^53 stay themselves: the signature is over what was written. */
const asWritten = (_key: string, value: unknown, context?: { source?: string }) =>
  typeof value === 'number' ? context?.source : value

function equal(given: string, expected: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
