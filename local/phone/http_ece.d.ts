/** Types for the part of http_ece 1.2.0 that is used; it ships none. */
declare module 'http_ece' {
  import type { ECDH } from 'node:crypto'

  const ece: {
    /** RFC 8188, 8291. Throws if the message was encrypted for another key or was changed. */
    decrypt(
      message: Buffer,
      options: {
        readonly version: 'aes128gcm'
        readonly privateKey: ECDH
        readonly authSecret: string
      },
    ): Buffer
  }
  export default ece
}
