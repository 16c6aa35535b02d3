/** What a push message says. It has no authority: whatever it is, one notification is shown and our own page opens. */

import { workerWords } from '#words/workerWords.ts'
import { APPROVE_PATH } from '../../invitation.ts'

export type Ring = {
  readonly title: string
  readonly body: string
  /** A newer notification of the same tag replaces this one. */
  readonly tag: string
  /** The fragment of the phone's page that a press opens; empty for the page alone. */
  readonly place: string
}

/** For a message that cannot be read: a browser takes away the subscription of a worker that shows nothing. */
export const GENERAL: Ring = {
  ...workerWords,
  tag: 'payfriend',
  place: '',
}

/** The type of a declarative push message (Push API). */
const DECLARATIVE = 8030
const TAG = /^[\w-]{1,64}$/
/** What asks, or the list of all that waits and what has happened. */
const PLACE = /^#((payment|device|phone|stop)\.[\w-]+|waiting)$/

/**
 * Read a push message's text. Words that are not there whole are replaced by general ones, another site's address by
 * our page.
 *
 * @param origin of this worker
 */
export function readRing(text: string, origin: string): Ring {
  const { web_push, notification } = objectOf(text)
  const { title, body, tag, navigate } = Object(notification)
  if (web_push !== DECLARATIVE || !isWords(title) || !isWords(body)) return GENERAL
  return {
    title,
    body,
    tag: typeof tag === 'string' && TAG.test(tag) ? tag : GENERAL.tag,
    place: placeIn(navigate, origin),
  }
}

/** The fragment in an address of our own page; empty for any other address. */
function placeIn(address: unknown, origin: string): string {
  if (typeof address !== 'string') return ''
  try {
    const url = new URL(address)
    const isOwn = url.origin === origin && url.pathname === APPROVE_PATH
    return isOwn ? placeOf(url.hash) : ''
  } catch {
    return ''
  }
}

/** A fragment that a notification may open; empty for any other text. */
export const placeOf = (fragment: unknown): string =>
  typeof fragment === 'string' && PLACE.test(fragment) ? fragment : ''

const isWords = (value: unknown): value is string => typeof value === 'string' && /\S/.test(value)

function objectOf(text: string): { readonly web_push?: unknown; readonly notification?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
