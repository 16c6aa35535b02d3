import { type Activity, createActivity } from './activity.ts'
import { forget, recall, remember } from './tabStorage.ts'

const KEY = 'payfriend.activity'

/** Activity in the browser's storage; once that is full, each tab counts for itself. */
export function openActivity(): Activity {
  let memory: string | null = null
  const shared = {
    read() {
      try {
        return localStorage.getItem(KEY) ?? memory
      } catch {
        return memory
      }
    },
    write(text: string) {
      memory = text
      try {
        localStorage.setItem(KEY, text)
        memory = null
      } catch {}
    },
    remove() {
      memory = null
      try {
        localStorage.removeItem(KEY)
      } catch {}
    },
  }
  const own = {
    read() {
      const since = recall('since')
      return typeof since === 'string' ? since : null
    },
    write: (since: string) => remember('since', since),
    remove: () => forget('since'),
  }
  return createActivity(shared, own)
}
