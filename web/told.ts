import type { Notice } from './api.ts'

const KEY = 'payfriend.told'
/** More than there ever are at once; the oldest go. */
const KEPT_MAX = 50

/**
 * What somebody has read and put away in this browser. Elsewhere it is shown again, so that a thief who puts
 * a notice away hides nothing from the owner.
 *
 * Only digests are kept, which tell the next person at this browser nothing. A browser may forbid storage;
 * then it is remembered until the next reload only.
 */
export function openTold() {
  const memory: string[] = []

  function read(): string[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
      return Array.isArray(kept) ? [...memory, ...kept] : memory
    } catch {
      return memory
    }
  }

  return {
    /** Those that this person has not put away here. */
    async unread(email: string, notices: readonly Notice[]): Promise<Notice[]> {
      const known = read()
      const names = await Promise.all(notices.map((notice) => nameOf(email, notice)))
      return notices.filter((_, index) => !known.includes(names[index] ?? ''))
    },

    async putAway(email: string, notice: Notice): Promise<void> {
      const name = await nameOf(email, notice)
      const kept = read()
      memory.push(name)
      try {
        const all = [...new Set([...kept, name])]
        localStorage.setItem(KEY, JSON.stringify(all.slice(-KEPT_MAX)))
      } catch {}
    },
  }
}

async function nameOf(email: string, { event, at }: Notice): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([email, event, at]))
  const digest = await crypto.subtle.digest('SHA-256', text)
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
