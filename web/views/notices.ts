import '../openPage.ts'
import { noticeActionsWords } from '#words/noticeActionsWords.ts'
import type { Config } from '../config.ts'
import type { Devices } from '../deviceApi.ts'
import { type Child, el, fill, keeping } from '../element.ts'
import { button } from '../form.ts'
import { type Notice, phoneOf, wordsNaming } from '../noticeWords.ts'

type Notices = {
  readonly unread: readonly Notice[]
  readonly config: Config
  /** Their names are in the notices. */
  readonly devices: Devices
  /** Do not show the notice again in this browser. */
  putAway(notice: Notice): Promise<void>
  /** Called when the last notice is gone, so that the focus can be moved. */
  onLast(): void
}

/** So many are shown, so that the view under them is near, with large letters too; the older ones are behind one press. */
const SHOWN_MAX = 1

/** Show the account's notices, the newest first, and what to do if another person caused them. */
export function showNotices(
  box: HTMLElement,
  { unread, config, devices, putAway, onLast }: Notices,
): void {
  const rows = unread.flatMap((notice) => noticeRow(notice) ?? [])
  const count = el('summary', {})
  const folded = el('details', { class: 'older' })
  draw()

  function draw(): void {
    const older = rows.slice(SHOWN_MAX)
    count.textContent = noticeActionsWords.older(older.length)
    fill(folded, count, ...older)
    fill(box, ...rows.slice(0, SHOWN_MAX), older.length > 0 && folded)
  }

  function noticeRow(notice: Notice): HTMLElement | undefined {
    const words = wordsNaming(notice, devices)
    if (words === undefined) return undefined
    const gotIt = async () => {
      await putAway(notice)
      rows.splice(rows.indexOf(row), 1)
      draw()
      const next = box.querySelector('button')
      if (next) next.focus()
      else onLast()
    }
    const row = el(
      'div',
      { class: 'told' },
      el('p', {}, ...keeping(words, notice.ending, phoneOf(notice, devices))),
      whatToDo(notice, config),
      button(noticeActionsWords.gotIt, gotIt, { 'aria-label': noticeActionsWords.gotItOf(words) }),
    )
    return row
  }
}

/** Folded, because with large letters it would fill the screen. */
function whatToDo({ event }: Notice, { changePasswordUrl }: Config): Child {
  if (event.startsWith('account.') || event === 'device.invited') {
    return el('p', {}, noticeActionsWords.askThem)
  }
  const changing = (words: string): Child =>
    changePasswordUrl ? el('a', { href: changePasswordUrl }, words) : words
  const end = el('a', { href: '#/phone' }, noticeActionsWords.signOut)
  const look = el('a', { href: '#/phone' }, noticeActionsWords.lookAtPhones)
  const words = event.startsWith('device.')
    ? // A stranger's device can approve until it is removed, whatever the password is.
      noticeActionsWords.notYourPhone<Child>(look, changing(noticeActionsWords.thenPassword), end)
    : noticeActionsWords.notYou<Child>(changing(noticeActionsWords.password), end)
  return el('details', {}, el('summary', {}, noticeActionsWords.whatToDo), el('p', {}, ...words))
}
