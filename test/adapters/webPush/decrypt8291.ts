/** Test support: decrypts Web Push messages by RFC 8188 and 8291 alone, without the library that made them. */
import { createDecipheriv, createECDH, hkdfSync } from 'node:crypto'

/** The text of a message of one record. */
export function decrypt8291(
  message: Buffer,
  { privateKey, auth }: { readonly privateKey: string; readonly auth: string },
): string {
  const salt = message.subarray(0, 16)
  const keyLength = message.readUInt8(20)
  const serverKey = message.subarray(21, 21 + keyLength)
  const sealed = message.subarray(21 + keyLength)
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(privateKey, 'base64url')
  const info = [Buffer.from('WebPush: info\0'), pair.getPublicKey(), serverKey]
  const secret = Buffer.from(auth, 'base64url')
  const ikm = hkdf(pair.computeSecret(serverKey), secret, Buffer.concat(info), 32)
  const key = hkdf(ikm, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = hkdf(ikm, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const cipher = createDecipheriv('aes-128-gcm', key, nonce)
  cipher.setAuthTag(sealed.subarray(-16))
  const padded = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
  const end = padded.lastIndexOf(2)
  if (padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('not the last record')
  return padded.subarray(0, end).toString()
}

const hkdf = (ikm: Buffer, salt: Buffer, info: Buffer, length: number) =>
  Buffer.from(hkdfSync('sha256', ikm, salt, info, length))
