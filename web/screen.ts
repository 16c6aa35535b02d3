/** What a view is given: the page around it, and its own place in it. */
import type { Activity } from './activity.ts'
import type { Api, Payment, Profile } from './api.ts'
import type { Config } from './config.ts'
import type { Child } from './element.ts'
import type { Place } from './place.ts'
import type { ServerClock } from './serverClock.ts'
import type { Session } from './session.ts'

/** What every view may use. */
export type App = {
  readonly config: Config
  readonly api: Api
  readonly clock: ServerClock
  readonly session: Session
  readonly activity: Activity
  /** The signed-in person, as last told by the server. */
  profile: Profile
  /** The payments seen since the page was loaded; newer than any list. */
  readonly seen: Map<string, Payment>
  go(place: Place, options?: { readonly replace?: boolean; readonly notice?: Child[] }): void
}

/** The card in the middle, for as long as one view has it. */
export type Screen = {
  /** Show this; the heading takes the focus, so that a screen reader starts there. */
  show(heading: string, ...content: Child[]): void
  /** Show what went wrong, and a way on. */
  showTrouble(error: unknown, tryAgain: () => void): void
  /** Aborted once the person has gone elsewhere. */
  readonly signal: AbortSignal
}
