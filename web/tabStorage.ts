/**
 * What this tab remembers across a reload and a trip to sign-in, and no other tab ever sees.
 *
 * The page doesn't start where storage is forbidden. It may become full later: then it is remembered until
 * the next reload only.
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
  'noSms',
  'signedOut',
  'since',
  'place',
  'notDone',
  'signInNext',
] as const

export type TabStorageName = (typeof NAMES)[number]

/** The stored value, as whoever wrote it must check, or null. */
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
