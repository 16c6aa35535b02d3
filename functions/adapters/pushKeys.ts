/** The keys of a browser's push subscription, in requests. */
import { createECDH } from 'node:crypto'
import * as z from 'zod'
import { bytesOf } from '../core/base64url.ts'

/** A message's key: a point of P-256, uncompressed. Messages could be encrypted for no other. */
export const p256dh = z.string().refine((text) => isPoint(bytesOf(text, 65)))

/** RFC 8291, 3.2: a secret of 16 bytes. */
export const authSecret = z.string().refine((text) => bytesOf(text, 16)?.length === 16)

function isPoint(bytes: Uint8Array | undefined): boolean {
  if (bytes?.length !== 65 || bytes[0] !== 4) return false
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  try {
    return pair.computeSecret(bytes).length === 32
  } catch {
    return false
  }
}
