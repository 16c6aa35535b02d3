import type { Terms } from '../api.ts'
import { answered, type Draft, forgetKey, keyFor, recallDraft, rememberDraft } from '../draft.ts'
import { el } from '../element.ts'
import { button, field, formMessage, onSubmit, tellFields } from '../form.ts'
import { detailsOf, explain } from '../problem.ts'
import type { App, Screen } from '../screen.ts'

/** Say whom to pay and how much. One press, one payment, whatever happens to the answer. */
export function showSend(app: App, screen: Screen): void {
  const draft = recallDraft()
  const payeeName = input('payee-name', draft.payeeName)
  const payeeId = input('payee-id', draft.payeeId)
  const value = input('amount-value', draft.value, { inputmode: 'decimal' })
  const currency = el('select', { id: 'amount-currency', required: true })
  for (const { code } of app.config.currencies) currency.append(el('option', { value: code }, code))
  if (app.config.currencies.some(({ code }) => code === draft.currency)) {
    currency.value = draft.currency
  }

  const fields = {
    'payee.name': field('Name', payeeName),
    'payee.id': field('E-mail or account number', payeeId),
    'amount.value': field('Amount', value, 'For example 20 or 20.50'),
    'amount.currency': field('Currency', currency),
  }
  const { box: message, say } = formMessage()
  const submit = button('Send payment', () => {}, { kind: 'primary', type: 'submit' })
  const form = el(
    'form',
    { class: 'send' },
    el(
      'fieldset',
      {},
      el('legend', {}, 'Whom do you pay?'),
      friends(),
      fields['payee.name'].row,
      fields['payee.id'].row,
    ),
    el(
      'fieldset',
      {},
      el('legend', {}, 'How much?'),
      el('div', { class: 'amount' }, fields['amount.value'].row, fields['amount.currency'].row),
    ),
    message,
    submit,
    el('p', { class: 'hint' }, 'Nothing is paid until you approve it with your phone.'),
  )
  form.addEventListener('input', () => rememberDraft(typed()))
  onSubmit(form, submit, 'Sending…', send)
  screen.show('Send a payment', form)

  function typed(): Draft {
    return {
      payeeName: payeeName.value,
      payeeId: payeeId.value,
      value: value.value,
      currency: currency.value,
    }
  }

  /** One press each; nothing where nobody is known. */
  function friends(): HTMLElement | null {
    if (app.config.friends.length === 0) return null
    const buttons = app.config.friends.map(({ name, id }) =>
      button(name, () => {
        payeeName.value = name
        payeeId.value = id
        fields['payee.name'].tell(null)
        fields['payee.id'].tell(null)
        rememberDraft(typed())
      }),
    )
    return el('div', { class: 'friends', role: 'group', 'aria-label': 'Friends' }, ...buttons)
  }

  async function send(): Promise<void> {
    say()
    tellFields(fields, [])
    const sent = typed()
    rememberDraft(sent)
    try {
      const payment = await app.api.send(termsOf(sent), keyFor(sent))
      answered(sent)
      app.seen.set(payment.paymentId, payment)
      if (!screen.signal.aborted) app.go({ view: 'waiting', paymentId: payment.paymentId })
    } catch (error) {
      if (!screen.signal.aborted) explainTo(error)
    }
  }

  function explainTo(error: unknown): void {
    const { kind, code, fields: problems = [] } = detailsOf(error)
    if (code === 'idempotency_key_reused') forgetKey()
    if (code === 'phone_not_verified') app.go({ view: 'phone' })
    else if (problems.length > 0) {
      say(...tellFields(fields, problems).map((reason) => el('p', {}, reason)))
    } else {
      const isCertain = kind === 'refusal' || code === 'payments_off'
      const safe = isCertain ? '' : ' Pressing the button again is safe: it can only be sent once.'
      say(
        el('p', {}, explain(error) + safe),
        code === 'too_many_payments' && el('a', { href: '#/payments' }, 'See your open payments'),
      )
    }
  }
}

/** Spaces around are slips of the hand; everything else is the server's to judge. */
function termsOf({ payeeName, payeeId, value, currency }: Draft): Terms {
  return {
    payee: { name: payeeName.trim(), id: payeeId.trim() },
    amount: { value: value.trim(), currency },
  }
}

function input(id: string, value: string, more: Record<string, string> = {}): HTMLInputElement {
  const element = el('input', { id, name: id, autocomplete: 'off', required: true, ...more })
  element.value = value
  return element
}
