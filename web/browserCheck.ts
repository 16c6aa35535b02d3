/**
 * What the page uses and nothing of ours replaces. Each browser that `browserslist` in package.json names
 * has all of it.
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
/** As much room as tokens take. */
const PROBE_LENGTH = 4096

export type BrowserTrouble =
  | { readonly kind: 'unsafeAddress' }
  | { readonly kind: 'tooOld'; readonly missing: readonly string[] }
  | { readonly kind: 'keepsNothing' }

/**
 * Why the page can't work in this browser; null where it can.
 *
 * @param isSecureContext a browser has no `crypto.subtle` elsewhere, however new it is
 */
export function browserTrouble(isSecureContext: boolean): BrowserTrouble | null {
  if (!isSecureContext) return { kind: 'unsafeAddress' }
  const missing = NEEDED.filter((path) => !isHere(path))
  if (missing.length > 0) return { kind: 'tooOld', missing }
  return canKeep() ? null : { kind: 'keepsNothing' }
}

function isHere(path: string): boolean {
  const step = (at: unknown, name: string) => (at as Record<string, unknown> | undefined)?.[name]
  return path.split('.').reduce(step, globalThis as unknown) !== undefined
}

/** Tried out, since a browser that forbids it has it all the same. Without it no sign-in comes to its end. */
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
