import { createHash } from 'node:crypto'

/** SHA-256 of a text in UTF-8: 32 bytes. */
export const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()

/** SHA-256 of a text in UTF-8, in lower-case hexadecimal digits. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')
