/**
 * Types for two parts of web-push 3.6.7: its main module loads a proxy's agent, which no push here uses, and calls a
 * function that Node has deprecated. They are no promise of the package, so its version is pinned, and a test compares
 * what they make with what the main module makes.
 */
declare module 'web-push/src/encryption-helper.js' {
  /** RFC 8291. Throws if the keys are none. */
  export function encrypt(
    userPublicKey: string,
    userAuth: string,
    payload: string,
    contentEncoding: 'aes128gcm',
  ): { readonly cipherText: Buffer }
}

declare module 'web-push/src/vapid-helper.js' {
  /** RFC 8292, for twelve hours from the machine's own clock. */
  export function getVapidHeaders(
    audience: string,
    subject: string,
    publicKey: string,
    privateKey: string,
    contentEncoding: 'aes128gcm',
  ): { readonly Authorization: string }
}
