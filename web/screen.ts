/** What a view gets: the page around it, and the card in which it is shown. */
import type { Activity } from './activity.ts'
import type { Api, Payment, Profile } from './api.ts'
import type { Config } from './config.ts'
import type { Child } from './element.ts'
import type { Place } from './place.ts'
import type { ServerClock } from './serverClock.ts'
import type { Session } from './session.ts'

export type App = {
  readonly config: Config
  readonly api: Api
  readonly clock: ServerClock
  readonly session: Session
  readonly activity: Activity
  /** The signed-in payer, from the server's last answer. */
  profile: Profile
  /** The payments seen since the page was loaded; newer than any list. */
  readonly seen: Map<string, Payment>
  go(place: Place, options?: { readonly replace?: boolean; readonly notice?: Child[] }): void
}

/** The card in the middle, while one view is shown. */
export type Screen = {
  /** Show this; the heading takes the focus, so that a screen reader starts there. */
  show(heading: string, ...content: Child[]): void
  /** Show an error and a button to try again. */
  showTrouble(error: unknown, tryAgain: () => void): void
  /** Aborted once another view is shown. */
  readonly signal: AbortSignal
}
