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

/** The heading and sentences for a browser in which this page can't work; null if it can. */
export function phoneTrouble(
  isSecureContext: boolean,
): readonly [heading: string, ...sentences: string[]] | null {
  if (!isSecureContext) {
    return [
      "This address isn't safe",
      'Payfriend works only where the address begins with https, or with localhost on the very computer that it ' +
        'runs on. Open it there.',
    ]
  }
  const missing = missingOf(PHONE_NEEDED)
  if (missing.length === 0) return null
  return [
    "This browser can't approve payments",
    'It is too old, or an app shows this page inside itself. Update it, or open this page in Chrome, Edge, ' +
      'Firefox or Samsung Internet of 2025 or newer, or in Safari 18.4 or newer.',
    `This browser has no ${missing.join(', ')}.`,
  ]
}
