/** RTS Art. 4(3)(d): nobody stays signed in for longer than this without doing anything. */
export const IDLE_MS = 300_000
/** For so long before that it is said, with a way to stay. */
export const WARNING_MS = 60_000
/** No payment waits longer for its payer. */
const LONGEST_PAYMENT_MS = 600_000
/** A clock that was put right by less than this ends nothing. */
const CLOCK_SLACK_MS = 60_000
/** Typing is not written down key by key. */
const COARSENESS_MS = 1000

/** Where all tabs of a browser find the one time; it is no secret. */
export type Kept = {
  read(): string | null
  write(text: string): void
  remove(): void
}

export type Activity = ReturnType<typeof createActivity>

/**
 * Until when the person was last active, in any tab: signing in and out concerns all tabs at once.
 *
 * Told by the clock and never by a timer, because timers sleep when a laptop does. Where nothing
 * sensible is known, the five minutes are over.
 */
export function createActivity(kept: Kept, now: () => number = Date.now) {
  function activeUntil(): number | null {
    const text = kept.read()
    return text !== null && /^\d+$/.test(text) ? Number(text) : null
  }

  function msLeft(): number {
    const until = activeUntil()
    if (until === null || until > now() + LONGEST_PAYMENT_MS + CLOCK_SLACK_MS) return 0
    return Math.max(0, until + IDLE_MS - now())
  }

  /** Whoever comes too late changes nothing. */
  function moveTo(until: number): void {
    if (msLeft() > 0) kept.write(String(Math.round(until)))
  }

  function extendTo(until: number): void {
    if (until >= (activeUntil() ?? 0) + COARSENESS_MS) moveTo(until)
  }

  return {
    /** Milliseconds until the person has to be signed out; 0: now. */
    msLeft,

    /** Somebody was signed in here and has been away for too long since. */
    lapsed: (): boolean => activeUntil() !== null && msLeft() === 0,

    /** The person has just proved who they are. */
    begin: (): void => kept.write(String(now())),

    /** The person did something. */
    note: (): void => extendTo(now()),

    /** A payment waits for its payer until then, who is at their phone and not here. */
    hold: (until: number): void => extendTo(Math.min(until, now() + LONGEST_PAYMENT_MS)),

    /** It waits no more: the five minutes begin. */
    release: (): void => moveTo(now()),

    /** The person signed out. */
    forget: (): void => kept.remove(),
  }
}

const KEY = 'payfriend.activeUntil'

/** The browser's own; where storage is forbidden each tab counts for itself. */
export function openActivity(): Activity {
  let memory: string | null = null
  return createActivity({
    read() {
      try {
        return localStorage.getItem(KEY) ?? memory
      } catch {
        return memory
      }
    },
    write(text) {
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
  })
}
