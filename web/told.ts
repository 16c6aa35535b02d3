import { sha256Hex } from './digest.ts'
import type { Notice } from './noticeWords.ts'

const KEY = 'payfriend.told'
/** More than there ever are at once; the oldest are dropped. */
const KEPT_MAX = 50

/**
 * The notices that were read and dismissed in this browser. Other browsers show them again, so that a thief who
 * dismisses a notice hides nothing from the payer.
 *
 * Only digests are stored, which tell the next person at this browser nothing. If the browser forbids storage,
 * they are kept only until the next reload.
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
    /** The notices that this payer has not dismissed here. */
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

const nameOf = (email: string, { event, at }: Notice): Promise<string> =>
  sha256Hex(JSON.stringify([email, event, at]))
