import { phoneBrowserWords } from '#words/phoneBrowserWords.ts'
import { missingOf } from '../browserCheck.ts'

/** Browser features that the phone's page needs besides those that every browser on the list has. */
export const PHONE_NEEDED = [
  'PublicKeyCredential',
  'PublicKeyCredential.prototype.toJSON',
  'crypto.subtle',
  'indexedDB',
  'navigator.credentials.create',
  'navigator.credentials.get',
] as const

/**
 * The heading and sentences for a browser in which this page can't work; null if it can.
 *
 * @param name the name of the service
 */
export function phoneTrouble(
  isSecureContext: boolean,
  name: string,
): readonly [heading: string, ...sentences: string[]] | null {
  const words = phoneBrowserWords(name)
  if (!isSecureContext) {
    return [words.addressNotSafe, words.safeAddress]
  }
  const missing = missingOf(PHONE_NEEDED)
  if (missing.length === 0) return null
  return [words.cantApprove, words.updateBrowser, words.otherWays, words.lacks(missing)]
}
