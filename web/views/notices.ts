import type { Notice } from '../api.ts'
import type { Config } from '../config.ts'
import { type Child, el, fill, keeping } from '../element.ts'
import { button } from '../form.ts'
import { wordsOf } from '../noticeWords.ts'

type Notices = {
  readonly unread: readonly Notice[]
  readonly config: Config
  /** Do not show the notice again in this browser. */
  putAway(notice: Notice): Promise<void>
  /** Called when the last notice is gone, so that the focus can be moved. */
  onLast(): void
}

/** Show the account's notices, and what to do if another person caused them. */
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
      el('p', {}, ...keeping(words, notice.ending)),
      el('p', {}, ...whatToDo(notice, config)),
      button('Got it', gotIt, { 'aria-label': `Got it: ${words}` }),
    )
    return row
  }
}

function whatToDo({ event }: Notice, { changePasswordUrl }: Config): Child[] {
  if (event.startsWith('account.')) return ["If you don't know why, ask them."]
  const changing = (words: string): Child =>
    changePasswordUrl ? el('a', { href: changePasswordUrl }, words) : words
  const end = el('a', { href: '#/phone' }, 'sign out everywhere')
  if (event.startsWith('device.')) {
    // A stranger's device can approve until it is removed, whatever the password is.
    const look = el('a', { href: '#/phone' }, 'Look at your phones under “Phone”')
    return [
      "Wasn't you? ",
      look,
      ' and remove what is not yours. Then ',
      changing('change your password'),
      ' and ',
      end,
      '.',
    ]
  }
  return [
    "Wasn't you? ",
    changing('Change your password'),
    ', then ',
    end,
    ', and tell the people who run this service.',
  ]
}
