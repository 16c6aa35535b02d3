import type { Child } from '../element.ts'
import { detailsOf } from '../problem.ts'
import type { Screen } from '../screen.ts'
import type { ServerClock } from '../serverClock.ts'
import type { DeviceCalls } from './deviceCalls.ts'
import type { Request } from './documents.ts'
import type { createHomeScreen } from './homeScreen.ts'
import type { Rings } from './rings.ts'
import type { Watch, Watched } from './watch.ts'

/** What a view of the phone's page gets. */
export type PhonePage = {
  readonly calls: DeviceCalls
  readonly clock: ServerClock
  readonly watch: Watch
  readonly rings: Rings
  readonly homeScreen: ReturnType<typeof createHomeScreen>
  /** End the view that is shown, with its listeners; the screen is for the next one. */
  nextScreen(): PhoneScreen
  /** Go to the place that a fragment names. */
  go(fragment: string): void
}

/** The card in the middle, while one view is shown. */
export type PhoneScreen = Pick<Screen, 'show' | 'signal'> & {
  /** Change the heading of what is shown; the focus stays where it is. */
  retitle(heading: string): void
  /** As `show`, with a heading that the browser's history, which keeps titles, does not learn. */
  showAsked(heading: readonly Child[], ...content: Child[]): void
}

/** A request and the device that can answer it. */
export type Asked = { readonly request: Request; readonly device: Watched['device'] }

/** The newest phone that still waits to be let in, over or not. */
export const newestPending = (all: readonly Watched[]): Watched['device'] | undefined =>
  all
    .map(({ device }) => device)
    .filter(({ pending }) => pending !== null)
    .sort((a, b) => endOf(b) - endOf(a))[0]

/** Until when the digits can be typed, in the server's milliseconds. */
export const endOf = ({ pending }: Pick<Watched['device'], 'pending'>): number =>
  Date.parse(pending?.expiresAt ?? '')

/** What waits, of all accounts, the oldest first. */
export const askedOf = (all: readonly Watched[]): Asked[] =>
  all
    .flatMap(({ requests, device }) => requests.map((request) => ({ request, device })))
    .sort((a, b) => a.request.createdAt - b.request.createdAt)

/** No account could be asked: what is shown may be old. */
export const isOffline = (all: readonly Watched[]): boolean =>
  all.length > 0 &&
  all.every(({ trouble }) => trouble !== null && detailsOf(trouble).kind === 'unreachable')
