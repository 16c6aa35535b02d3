import '../openPage.ts'
import type { Payment } from '../api.ts'
import { CHANNEL_TEXTS } from '../channelTexts.ts'
import { el, fill, verbatim } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { fragmentOf } from '../place.ts'
import { explain } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { layOver } from '../seen.ts'
import { dateAndTime } from '../times.ts'

/** The payer's own payments, newest first. */
export function showPayments(app: App, screen: Screen): void {
  const rows: Payment[] = []
  let next: string | null = null
  const list = el('ul', { class: 'payments' })
  const { box: message, say } = formMessage()
  const more = button('Show more', load, { busyLabel: 'Loading…' })
  const loading = el('p', {}, 'One moment…')
  screen.show('My payments', loading, list, message)
  first()

  async function first(): Promise<void> {
    try {
      await load()
    } catch (error) {
      screen.showTrouble(error, () => showPayments(app, screen))
    }
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
    // The pressed button is gone: the focus moves to the first new payment.
    if (before > 0 && next === null) (list.children[before] as HTMLElement | undefined)?.focus()
    if (shown.length === 0) {
      const send = el('a', { href: '#/send', class: 'button primary' }, 'Send a payment')
      message.after(el('p', {}, 'You have not sent any payment yet.'), send)
    }
  }
}

function row(app: App, payment: Payment): HTMLElement {
  const { paymentId, payee, amount, status, reference } = payment
  const href = fragmentOf({ view: 'waiting', paymentId })
  return el(
    'li',
    { class: 'payment', tabindex: -1 },
    el(
      'div',
      { class: 'top' },
      verbatim('span', { class: 'payee', dir: 'auto' }, payee.name),
      verbatim('span', { class: 'value' }, `${amount.value} ${amount.currency}`),
    ),
    el(
      'div',
      { class: 'top' },
      el('span', { class: `status ${status}` }, STATUS[status]),
      status === 'pending' && el('a', { href, class: 'button' }, 'Look at it'),
    ),
    el(
      'dl',
      {},
      ...entry('Sent to', verbatim('span', { dir: 'auto' }, payee.id)),
      ...entry('Your e-mail', verbatim('span', { dir: 'auto' }, app.profile.email)),
      ...entry('Time', time(payment.createdAt)),
      ...entry('Decided', el('span', {}, howDecided(payment))),
      ...entry('Reference', verbatim('span', { class: 'id' }, reference)),
      ...entry('Payment id', verbatim('span', { class: 'id' }, paymentId), copyButton(paymentId)),
    ),
  )
}

const STATUS: Record<Payment['status'], string> = {
  pending: 'Waiting for your answer',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Expired',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

function howDecided({ status, decidedBy, sms }: Payment): string {
  if (status === 'failed') return sms.to === null ? 'too many tries' : 'too many wrong codes'
  if (decidedBy) return CHANNEL_TEXTS[decidedBy].howDecided
  if (status === 'expired') return 'no answer in time'
  if (status === 'cancelled') return 'it was cancelled'
  return 'not yet'
}

function entry(term: string, ...description: HTMLElement[]): HTMLElement[] {
  return [el('dt', {}, term), el('dd', {}, ...description)]
}

function time(rfc3339: string): HTMLElement {
  return el('time', { datetime: rfc3339 }, dateAndTime(new Date(rfc3339)))
}

function copyButton(paymentId: string): HTMLElement {
  const said = el('span', { role: 'status', class: 'hint' })
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(paymentId)
      said.textContent = 'Copied'
    } catch {
      said.textContent = 'Select and copy it by hand'
    }
  }
  const label = `Copy payment id ${paymentId}`
  return el('span', {}, button('Copy', copy, { kind: 'quiet', 'aria-label': label }), said)
}
