import { sendWords } from '#words/sendWords.ts'
import type { Payment } from '../api.ts'
import { type Child, el, fill, verbatim } from '../element.ts'
import { button } from '../form.ts'
import { lastPayees, type Payee, withoutPayees } from '../lastPayees.ts'
import type { App, Screen } from '../screen.ts'
import { layOver } from '../seen.ts'

/** The newest page of a payer's list, asked for once: what this page sees later is laid over it. */
const lists = new WeakMap<App, readonly Payment[]>()

/**
 * A button for each payee whom the payer paid last, and for those of a laptop. The form does not wait for the list, and
 * without an answer offers none.
 */
export function payeeButtons(
  app: App,
  screen: Screen,
  choose: (payee: Payee) => void,
): HTMLElement {
  const box = el('div', {})
  const own = () => lastPayees(layOver(lists.get(app) ?? [], app.seen.values(), false))
  const render = () => {
    const paid = own()
    const friends = withoutPayees(app.config.friends, paid)
    fill(box, group(sendWords.paidBefore, paid, choose), group(sendWords.friends, friends, choose))
  }
  render()
  if (!lists.has(app)) {
    app.api.payments(null, screen.signal).then(
      ({ payments }) => {
        lists.set(app, payments)
        if (own().length > 0 && !box.contains(document.activeElement)) render()
      },
      () => {},
    )
  }
  return box
}

function group(label: string, payees: readonly Payee[], choose: (payee: Payee) => void): Child {
  if (payees.length === 0) return null
  const buttons = payees.map((payee) => {
    const one = button(payee.name, () => choose(payee), { isName: true })
    one.setAttribute('dir', 'auto')
    // On each, and whole: names may look alike (Cyrillic Н), and so may the beginnings and the ends of accounts.
    one.append(' ', verbatim('span', { class: 'account', dir: 'auto' }, payee.id))
    return one
  })
  return el(
    'div',
    { class: 'friends', role: 'group', 'aria-label': label },
    el('p', { class: 'hint', 'aria-hidden': 'true' }, label),
    ...buttons,
  )
}
