import { type Doing, doingOf } from './doing.ts'
import type { SignedOut } from './signedOut.ts'

/** RTS Art. 4(3)(d): after this long without activity the payer is signed out. */
export const IDLE_MS = 300_000
/** The warning, with its button to stay signed in, is shown for this long before. */
export const WARNING_MS = 60_000
/** The longest that a payment waits for its payer. */
const LONGEST_PAYMENT_MS = 600_000
/** Setting the device's clock back by less than this signs nobody out. */
const CLOCK_SLACK_MS = 60_000
/** Activity is stored at most this often, not at each key. */
const COARSENESS_MS = 1000
/** A tab that slept through more sign-ins than this shows the reason `idle`. */
const ENDS_MAX = 5

/** A place for one text. */
export type Kept = {
  read(): string | null
  write(text: string): void
  remove(): void
}

export type Activity = ReturnType<typeof createActivity>

/**
 * When the payer was last active in any tab, and which payments wait for them: all tabs of a browser
 * are signed in and out together.
 *
 * It compares times and sets no timer, because timers sleep when a laptop does. If the stored text is
 * missing or makes no sense, the five minutes count as over.
 *
 * @param shared storage that all tabs of a browser read; nothing in it is secret
 * @param own this tab's storage, which names the tab's sign-in: if another payer signed in while this
 *   tab slept, their activity must not keep this tab signed in
 */
export function createActivity(shared: Kept, own: Kept, now: () => number = Date.now) {
  function known(): Doing | null {
    const doing = doingOf(shared.read())
    if (doing === null || doing.input > now() + CLOCK_SLACK_MS) return null
    const latest = now() + LONGEST_PAYMENT_MS + CLOCK_SLACK_MS
    return Object.values(doing.waits).some((until) => until > latest) ? null : doing
  }

  /** The activity in this browser; null after a sign-out or after the five minutes. */
  function alive(): Doing | null {
    const doing = known()
    return doing !== null && !isEnded(doing) && msLeftOf(doing) > 0 ? doing : null
  }

  const isEnded = ({ since, ends }: Doing) => ends[since] !== undefined

  function msLeftOf({ input, waits }: Doing): number {
    return Math.max(0, Math.max(input, ...Object.values(waits)) + IDLE_MS - now())
  }

  /** The same; null if it belongs to another sign-in than this tab's, so that this tab changes nothing. */
  function mine(): Doing | null {
    const doing = alive()
    return doing !== null && String(doing.since) === own.read() ? doing : null
  }

  function write(doing: Doing): void {
    shared.write(JSON.stringify(doing))
  }

  function wait(id: string, until: number): void {
    const doing = mine()
    if (doing === null) return
    const rounded = Math.round(Math.min(until, now() + LONGEST_PAYMENT_MS))
    if (Math.abs(rounded - (doing.waits[id] ?? 0)) < COARSENESS_MS) return
    write({ ...doing, waits: { ...doing.waits, [id]: rounded } })
  }

  return {
    /** Milliseconds until the payer has to be signed out; 0: now. */
    msLeft(): number {
      const doing = mine()
      return doing === null ? 0 : msLeftOf(doing)
    },

    /** A sign-in in this browser ended because its payer was inactive for too long. */
    lapsed(): boolean {
      const doing = known()
      const isOnPurpose = doing !== null && isEnded(doing)
      return shared.read() !== null && alive() === null && !isOnPurpose
    },

    /** This browser has a sign-in that is active, and it is not this tab's. */
    othersActive: (): boolean => alive() !== null && mine() === null,

    /** The payer has just signed in. */
    begin(): void {
      const { since = now(), waits = {} } = alive() ?? {}
      const { [since]: _, ...ends } = known()?.ends ?? {}
      write({ since, input: now(), waits, ends })
      own.write(String(since))
    },

    /** The payer did something. */
    note(): void {
      const doing = mine()
      if (doing !== null && now() >= doing.input + COARSENESS_MS) write({ ...doing, input: now() })
    },

    /** A payment waits until then. Its payer answers on their phone, so they count as active until then. */
    hold: wait,

    /** Polling of this payment has stopped: it may wait until then, but its payer no longer counts as active. */
    leave: (id: string, until: number): void => wait(id, until - IDLE_MS),

    /** The payment ended at that time. The five minutes begin then, even if the page learned of it later. */
    release(id: string, over: number): void {
      const doing = mine()
      if (doing === null) return
      const { [id]: _, ...waits } = doing.waits
      write({ ...doing, waits, input: Math.max(doing.input, Math.round(Math.min(over, now()))) })
    },

    /**
     * The payer signed out on purpose. One write ends the sign-in and stores why, so that no other tab can read
     * the end without its reason and take it for inactivity.
     */
    end(why: SignedOut): void {
      const doing = known()
      own.remove()
      if (doing === null) {
        shared.remove()
        return
      }
      const { [doing.since]: _, ...earlier } = doing.ends
      const kept = Object.entries(earlier).slice(1 - ENDS_MAX)
      write({ ...doing, waits: {}, ends: { ...Object.fromEntries(kept), [doing.since]: why } })
    },

    /** Why this tab's sign-in was ended on purpose, in any tab; null if it was not. */
    endedBy: (): SignedOut | null => known()?.ends[own.read() ?? ''] ?? null,
  }
}
