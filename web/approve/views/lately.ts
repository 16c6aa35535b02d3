import { ownPhoneWords } from '#words/ownPhoneWords.ts'
import { type Child, el, fill, verbatim } from '../../element.ts'
import { latelyOf } from '../latelyWords.ts'
import type { Watched } from '../watch.ts'

/** What happened to the accounts of this phone lately, in small. */
export function latelyBox() {
  const box = el('div', { class: 'lately' })
  let shown = ''

  function render(all: readonly Watched[]): void {
    const told = all.map((watched) => ({ email: watched.device.email, words: latelyOf(watched) }))
    const key = JSON.stringify(told)
    if (key === shown) return
    shown = key
    fill(box, ...told.filter(({ words }) => words.length > 0).map(part))
  }

  return { box, render }
}

const part = ({ email, words }: { readonly email: string; readonly words: readonly string[] }) =>
  el(
    'section',
    {},
    el('p', {}, ...ownPhoneWords.lately<Child>(verbatim('strong', { dir: 'auto' }, email))),
    el('ul', {}, ...words.map((sentence) => el('li', {}, sentence))),
    el(
      'p',
      {},
      ...ownPhoneWords.wasNotYou<Child>(
        el('a', { href: '/', target: '_blank', rel: 'noopener' }, ownPhoneWords.signIn),
      ),
    ),
  )
