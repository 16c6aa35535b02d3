/**
 * What this tab keeps across a reload and a sign-in; no other tab can read it.
 *
 * The page does not start if storage is forbidden. If storage becomes full later, values are kept only until
 * the next reload.
 */
const memory = new Map<string, string>()
const NAMES = [
  'refreshToken',
  'signIn',
  'person',
  'form',
  'key',
  'phone',
  'begun',
  'asked',
  'invitation',
  'ownerInvitation',
  'noSms',
  'signedOut',
  'since',
  'place',
  'notDone',
  'signInNext',
] as const

export type TabStorageName = (typeof NAMES)[number]

/** The stored value, or null. The caller must check its form. */
export function recall(name: TabStorageName): unknown {
  const text = read(`payfriend.${name}`)
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function remember(name: TabStorageName, value: unknown): void {
  const text = JSON.stringify(value)
  memory.set(`payfriend.${name}`, text)
  try {
    sessionStorage.setItem(`payfriend.${name}`, text)
  } catch {}
}

export function forget(...names: readonly TabStorageName[]): void {
  for (const name of names) {
    memory.delete(`payfriend.${name}`)
    try {
      sessionStorage.removeItem(`payfriend.${name}`)
    } catch {}
  }
}

export function forgetAll(): void {
  forget(...NAMES)
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key) ?? memory.get(key) ?? null
  } catch {
    return memory.get(key) ?? null
  }
}
