import type { Notice } from '../api.ts'
import type { Config } from '../config.ts'
import { type Child, el, fill } from '../element.ts'
import { button } from '../form.ts'

type Notices = {
  readonly unread: readonly Notice[]
  readonly config: Config
  /** Nobody has to see it again in this browser. */
  putAway(notice: Notice): Promise<void>
  /** Nothing is left: the focus has to go elsewhere. */
  onLast(): void
}

/** Show what happened to the account, and what to do if it was somebody else. */
export function showNotices(box: HTMLElement, { unread, config, putAway, onLast }: Notices): void {
  fill(box, ...unread.flatMap((notice) => noticeRow(notice) ?? []))

  function noticeRow(notice: Notice): HTMLElement | undefined {
    const words = wordsOf(notice)
    if (words === undefined) return undefined
    const gotIt = async () => {
      await putAway(notice)
      row.remove()
      const next = box.querySelector('button')
      if (next) next.focus()
      else onLast()
    }
    const row = el(
      'div',
      { class: 'told' },
      el('p', {}, words),
      el('p', {}, ...whatToDo(notice, config)),
      button('Got it', gotIt, { 'aria-label': `Got it: ${words}` }),
    )
    return row
  }
}

/** Nothing for what a newer server tells of and this page does not know. */
function wordsOf({ event, at, ending }: Notice): string | undefined {
  const when = dateAndTime(new Date(at))
  switch (event) {
    case 'phone.changed':
      return `Your phone was changed on ${when}.${ending ? ` It now ends in ${ending}.` : ''}`
    case 'codes.locked':
      return `Five wrong codes in a row were entered on ${when}, so codes were locked for a while.`
    case 'sessions.ended':
      return `You were signed out everywhere on ${when}.`
    case 'account.locked':
      return `Your account was locked on ${when} by the people who run this service.`
    case 'account.unlocked':
      return `Your account was unlocked on ${when} by the people who run this service.`
    case 'account.closed':
      return `Your account was closed on ${when} by the people who run this service.`
    default:
      return undefined
  }
}

function whatToDo({ event }: Notice, { changePasswordUrl }: Config): Child[] {
  if (event.startsWith('account.')) return ["If you don't know why, ask them."]
  const change = 'change your password'
  return [
    "Wasn't you? ",
    el('a', { href: '#/phone' }, 'Sign out everywhere'),
    ', ',
    changePasswordUrl ? el('a', { href: changePasswordUrl }, change) : change,
    ', and tell the people who run this service.',
  ]
}

/** "28 November 2026, 12:00", where the person is: no order of day and month to mistake. */
function dateAndTime(date: Date): string {
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }).format(date)
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }).format(date)
  return `${day}, ${time}`
}
