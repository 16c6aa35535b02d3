/** The requests to which this browser has sent a yes, so that another tab of it never denies that. */
const KEY = 'payfriend.saidYes'
const KEPT_MAX = 20

/** Call it before the yes is sent: what was sent may count, although its result is lost. */
export function noteYes(id: string): void {
  try {
    localStorage.setItem(
      KEY,
      JSON.stringify([...kept().filter((one) => one !== id), id].slice(-KEPT_MAX)),
    )
  } catch {
    // Storage is full: this tab itself knows its answers.
  }
}

/** The server has refused the yes: it did not count. */
export function withdrawYes(id: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept().filter((one) => one !== id)))
  } catch {
    // As above.
  }
}

/** Whether a yes was sent and not refused. */
export const hasSaidYes = (id: string): boolean => kept().includes(id)

function kept(): unknown[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(read) ? read : []
  } catch {
    return []
  }
}
