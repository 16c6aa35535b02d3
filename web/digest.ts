/** The SHA-256 of a text's UTF-8 bytes. */
export const sha256 = (text: string): Promise<ArrayBuffer> =>
  crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))

/** The same in hexadecimal. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = new Uint8Array(await sha256(text))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
