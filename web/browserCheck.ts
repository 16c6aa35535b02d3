/**
 * Browser features that the page needs and for which it has no replacement. Each browser in package.json's
 * `browserslist` has all of them.
 */
export const NEEDED = [
  'AbortController',
  'Array.prototype.at',
  'Array.prototype.flatMap',
  'BroadcastChannel',
  'Element.prototype.replaceChildren',
  'HTMLDialogElement.prototype.showModal',
  'Object.fromEntries',
  'Object.hasOwn',
  'Promise.prototype.finally',
  'TextEncoder',
  'URLSearchParams',
  'crypto.getRandomValues',
  'crypto.randomUUID',
  'crypto.subtle',
  'fetch',
] as const

const PROBE = 'payfriend.probe'
/** About as long as the tokens that the page stores. */
const PROBE_LENGTH = 4096

export type BrowserTrouble =
  | { readonly kind: 'unsafeAddress' }
  | { readonly kind: 'tooOld'; readonly missing: readonly string[] }
  | { readonly kind: 'keepsNothing' }

/**
 * Why the page can't work in this browser; null if it can.
 *
 * @param isSecureContext without one even a new browser has no `crypto.subtle`
 */
export function browserTrouble(isSecureContext: boolean): BrowserTrouble | null {
  if (!isSecureContext) return { kind: 'unsafeAddress' }
  const missing = missingOf(NEEDED)
  if (missing.length > 0) return { kind: 'tooOld', missing }
  return canKeep() ? null : { kind: 'keepsNothing' }
}

/** Those of these features that this browser lacks. */
export const missingOf = (paths: readonly string[]): string[] =>
  paths.filter((path) => !isHere(path))

function isHere(path: string): boolean {
  const step = (at: unknown, name: string) => (at as Record<string, unknown> | undefined)?.[name]
  return path.split('.').reduce(step, globalThis as unknown) !== undefined
}

/** Writes a value, because a browser that forbids storage still has the API. No sign-in can end without storage. */
function canKeep(): boolean {
  try {
    for (const storage of [sessionStorage, localStorage]) {
      storage.setItem(PROBE, 'x'.repeat(PROBE_LENGTH))
      storage.removeItem(PROBE)
    }
    new BroadcastChannel(PROBE).close()
    return true
  } catch {
    return false
  }
}
