import '../openPage.ts'
import { listWords } from '#words/listWords.ts'
import { amountInWords } from '../amountText.ts'
import type { Payment } from '../api.ts'
import { el, fill, verbatim } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { fragmentOf } from '../place.ts'
import { explain } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { layOver } from '../seen.ts'
import { dayAndTime } from '../times.ts'

/** The list as it was left for one of its payments. */
type Left = {
  readonly rows: readonly Payment[]
  readonly next: string | null
  readonly paymentId: string
  readonly scrollY: number
}

/** For each entry of the tab's history from which a row was opened; gone with a reload. */
const leftLists = new WeakMap<App, Map<number, Left>>()

/** The payer's own payments, newest first. Who comes back from one of them finds the list as they left it. */
export function showPayments(app: App, screen: Screen): void {
  const lists = leftLists.get(app) ?? new Map<number, Left>()
  leftLists.set(app, lists)
  const left = lists.get(Object(history.state).list)
  const rows: Payment[] = []
  let next = left?.next ?? null
  const list = el('ul', { class: 'payments' })
  const { box: message, say } = formMessage()
  const more = button(listWords.more, load, { busyLabel: listWords.loading })
  const came = el('p', { class: 'only-heard', role: 'status' })
  const loading = el('p', {}, listWords.moment)
  screen.show(listWords.title, loading, list, message, came)
  list.addEventListener('click', keep)
  if (left) restore(left)
  else first()

  async function first(): Promise<void> {
    try {
      await load()
    } catch (error) {
      screen.showTrouble(error, () => showPayments(app, screen))
    }
  }

  /** A row is opened: the way back leads to this entry of the history. */
  function keep({ target }: Event): void {
    const row = target instanceof Element ? target.closest('a') : null
    const paymentId = row?.dataset.paymentId
    if (paymentId === undefined) return
    const key = lists.size + 1
    history.replaceState({ list: key }, '')
    lists.set(key, { rows: [...rows], next, paymentId, scrollY: window.scrollY })
  }

  /** With the newest page as it is now, because a payment may have ended meanwhile. */
  async function restore({ rows: before, paymentId, scrollY }: Left): Promise<void> {
    const fresh = await app.api.payments(null, screen.signal).then(
      ({ payments }) => payments,
      () => [],
    )
    if (screen.signal.aborted) return
    const known = new Set(fresh.map((payment) => payment.paymentId))
    rows.push(...fresh, ...before.filter((payment) => !known.has(payment.paymentId)))
    render()
    list.querySelector<HTMLElement>(`[data-payment-id="${paymentId}"]`)?.focus()
    window.scrollTo(0, scrollY)
  }

  async function load(): Promise<void> {
    say()
    try {
      const page = await app.api.payments(next, screen.signal)
      rows.push(...page.payments)
      next = page.next
      render()
    } catch (error) {
      if (screen.signal.aborted) return
      if (rows.length === 0) throw error
      say(el('p', {}, explain(error)))
    }
  }

  function render(): void {
    const shown = layOver(rows, app.seen.values(), next !== null)
    const before = list.childElementCount
    fill(list, ...shown.map((payment) => row(app, payment)))
    loading.remove()
    if (next === null) more.remove()
    else if (!more.isConnected) message.after(more)
    if (before > 0) {
      came.textContent = listWords.came(shown.length - before)
      list.children[before]?.querySelector('a')?.focus()
    }
    if (shown.length === 0) {
      const send = el('a', { href: '#/send', class: 'button primary' }, listWords.send)
      message.after(el('p', {}, listWords.none), send)
    }
  }
}

/** One link, which opens how the payment ended or that it waits. */
function row(app: App, payment: Payment): HTMLElement {
  const { paymentId, payee, status, createdAt } = payment
  return el(
    'li',
    {},
    el(
      'a',
      {
        class: 'payment',
        href: fragmentOf({ view: 'waiting', paymentId }),
        'data-payment-id': paymentId,
      },
      verbatim('span', { class: 'payee', dir: 'auto' }, payee.name),
      ' ',
      verbatim('span', { class: 'value' }, amountOf(app, payment)),
      ' ',
      el('time', { datetime: createdAt }, dayAndTime(new Date(createdAt), new Date())),
      ' ',
      el('span', { class: `status ${status}` }, listWords.status[status]),
    ),
  )
}

/** The amount as the payment's display text has it. */
function amountOf({ config }: App, { amount }: Payment): string {
  const known = config.currencies.find(({ code }) => code === amount.currency)
  return amountInWords(amount.value, known ?? { code: amount.currency, digits: 0 })
}
