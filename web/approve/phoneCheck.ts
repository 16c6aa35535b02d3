import { missingOf } from '../browserCheck.ts'
import { addingWords } from '../words/addingWords.ts'

/** Browser features that the phone's page needs besides those that every browser on the list has. */
export const PHONE_NEEDED = [
  'PublicKeyCredential',
  'PublicKeyCredential.prototype.toJSON',
  'crypto.subtle',
  'indexedDB',
  'navigator.credentials.create',
  'navigator.credentials.get',
] as const

/** The heading and sentences for a browser in which this page can't work; null if it can. */
export function phoneTrouble(
  isSecureContext: boolean,
): readonly [heading: string, ...sentences: string[]] | null {
  if (!isSecureContext) {
    return [addingWords.addressNotSafe, addingWords.safeAddress]
  }
  const missing = missingOf(PHONE_NEEDED)
  if (missing.length === 0) return null
  return [
    addingWords.cantApprove,
    addingWords.updateBrowser,
    addingWords.otherWays,
    addingWords.lacks(missing),
  ]
}
