import { type Doing, doingOf } from './doing.ts'
import type { SignedOut } from './signedOut.ts'

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
/** A tab that slept through more sign-ins than these is told that its time was over. */
const ENDS_MAX = 5

/** A place for a few words. */
export type Kept = {
  read(): string | null
  write(text: string): void
  remove(): void
}

export type Activity = ReturnType<typeof createActivity>

/**
 * When the person was last active, in any tab, and which payments wait for them: signing in and out
 * concerns all tabs at once.
 *
 * Told by the clock and never by a timer, because timers sleep when a laptop does. Where nothing
 * sensible is known, the five minutes are over.
 *
 * @param shared where all tabs of a browser find it; it is no secret
 * @param own this tab's own, which says whose time it is: a tab that slept while one person was signed
 *   out and another came must not live by the other's
 */
export function createActivity(shared: Kept, own: Kept, now: () => number = Date.now) {
  function known(): Doing | null {
    const doing = doingOf(shared.read())
    if (doing === null || doing.input > now() + CLOCK_SLACK_MS) return null
    const latest = now() + LONGEST_PAYMENT_MS + CLOCK_SLACK_MS
    return Object.values(doing.waits).some((until) => until > latest) ? null : doing
  }

  /** What goes on in this browser, and nothing once the person signed out or the five minutes are over. */
  function alive(): Doing | null {
    const doing = known()
    return doing !== null && !isEnded(doing) && msLeftOf(doing) > 0 ? doing : null
  }

  const isEnded = ({ since, ends }: Doing) => ends[since] !== undefined

  function msLeftOf({ input, waits }: Doing): number {
    return Math.max(0, Math.max(input, ...Object.values(waits)) + IDLE_MS - now())
  }

  /** The same, where it is this tab's. Whoever comes too late changes nothing. */
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
    /** Milliseconds until the person has to be signed out; 0: now. */
    msLeft(): number {
      const doing = mine()
      return doing === null ? 0 : msLeftOf(doing)
    },

    /** Somebody was signed in here and has been away for too long since. */
    lapsed(): boolean {
      const doing = known()
      const isOnPurpose = doing !== null && isEnded(doing)
      return shared.read() !== null && alive() === null && !isOnPurpose
    },

    /** Somebody is active in this browser, but since another sign-in than this tab's. */
    othersActive: (): boolean => alive() !== null && mine() === null,

    /** The person has just proved who they are. */
    begin(): void {
      const { since = now(), waits = {} } = alive() ?? {}
      const { [since]: _, ...ends } = known()?.ends ?? {}
      write({ since, input: now(), waits, ends })
      own.write(String(since))
    },

    /** The person did something. */
    note(): void {
      const doing = mine()
      if (doing !== null && now() >= doing.input + COARSENESS_MS) write({ ...doing, input: now() })
    },

    /** A payment waits until then for its payer, who is at their phone and not here. */
    hold: wait,

    /** Nobody looks any more how it stands: all that is sure is that it may wait until then. */
    leave: (id: string, until: number): void => wait(id, until - IDLE_MS),

    /** It was over at that time: with that the five minutes begin, whenever it was heard of. */
    release(id: string, over: number): void {
      const doing = mine()
      if (doing === null) return
      const { [id]: _, ...waits } = doing.waits
      write({ ...doing, waits, input: Math.max(doing.input, Math.round(Math.min(over, now()))) })
    },

    /**
     * The person signed out on purpose. In the one write that leaves the other tabs without time stands why,
     * so that none of them can find the one without the other and take it for idleness.
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

    /** Why somebody ended this tab's sign-in on purpose, in whichever tab; null: nobody did. */
    endedBy: (): SignedOut | null => known()?.ends[own.read() ?? ''] ?? null,
  }
}
