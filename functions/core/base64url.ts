/** Base64url as JOSE and WebAuthn write it (RFC 4648 section 5): no padding, and one spelling for each value. */

/** The bytes as text. For short values: each byte is an argument of one call. */
export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (sign) => IN_URL[sign] ?? '')
const IN_URL: Readonly<Record<string, string>> = { '+': '-', '/': '_' }

/**
 * The bytes of a text, or undefined if they are more than `bytesMax`, or if the text is not base64url, has padding, or
 * has bits that no byte uses: a value that can be spelled twice can be stored twice.
 */
export function bytesOf(text: string, bytesMax: number): Uint8Array<ArrayBuffer> | undefined {
  if (text.length > Math.ceil((bytesMax * 4) / 3) || !BASE64URL.test(text)) return undefined
  const base64 = text.replace(/[-_]/g, (sign) => (sign === '-' ? '+' : '/'))
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
}
/** Groups of four characters; in a last group of two or three the last character has only bits that are used. */
const BASE64URL = /^([\w-]{4})*([\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/
