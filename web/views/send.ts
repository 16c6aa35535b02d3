import { sendWords } from '#words/sendWords.ts'
import { amountInWords, amountToType, type Currency, marksOf, readAmount } from '../amountText.ts'
import { codesLockedUntil, lookForLock } from '../codesLocked.ts'
import {
  answered,
  bodyOf,
  type Draft,
  type FieldPath,
  forgetKey,
  keyFor,
  recallDraft,
  rememberDraft,
} from '../draft.ts'
import { el, fill, keeping, verbatim } from '../element.ts'
import { button, type Field, field, formMessage, onSubmit, tellFields } from '../form.ts'
import type { Payee } from '../lastPayees.ts'
import { onlyTextsPay, whyPhoneNeeded } from '../phoneNeeded.ts'
import { detailsOf, explain } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { intendText } from '../textIntent.ts'
import { payeeButtons } from './payees.ts'
import { tellLocks, whyNeverApproved } from './startsLocked.ts'

/** The form for payee and amount. One press starts one payment, whatever happens to the answer. */
export function showSend(app: App, screen: Screen): void {
  const draft = recallDraft()
  const payeeName = input('payee-name', draft['payee.name'], { autocapitalize: 'words' })
  const payeeId = input('payee-id', draft['payee.id'], { autocapitalize: 'none' })
  const value = input('amount-value', draft['amount.value'], { inputmode: 'decimal' })
  const currency = verbatim('select', { id: 'amount-currency', required: true })
  for (const { code } of app.config.currencies) currency.append(el('option', { value: code }, code))
  if (app.config.currencies.some(({ code }) => code === draft['amount.currency'])) {
    currency.value = draft['amount.currency']
  }

  const marks = marksOf(navigator.language)
  const reading = el('output', { id: 'amount-reading', class: 'reading', for: 'amount-value' })
  const fields = {
    'payee.name': field(sendWords.payeeName, payeeName, null, {
      empty: sendWords.payeeNameEmpty,
      tellsLeftOut: true,
    }),
    'payee.id': field(sendWords.payeeId, payeeId, null, {
      empty: sendWords.payeeIdEmpty,
      tellsLeftOut: true,
    }),
    'amount.value': field(
      sendWords.amount,
      value,
      sendWords.amountExample(amountToType('20.50', marks)),
      { empty: sendWords.amountEmpty, check: () => reasonOf(readTyped()) },
    ),
    'amount.currency': field(sendWords.currency, currency, null, {
      empty: sendWords.currencyEmpty,
    }),
  } satisfies Record<FieldPath, Field>
  const described = `${value.getAttribute('aria-describedby')} ${reading.id}`
  value.setAttribute('aria-describedby', described)
  const { box: message, say } = formMessage()
  const isTexted = onlyTextsPay(app.profile, app.config) && codesLockedUntil(app) === null
  const label = isTexted ? sendWords.sendAndText : sendWords.send
  const submit = button(label, () => {}, { kind: 'primary', type: 'submit' })
  const form = el(
    'form',
    { class: 'send' },
    el(
      'fieldset',
      {},
      el('legend', {}, sendWords.whom),
      payeeButtons(app, screen, choose),
      fields['payee.name'].row,
      fields['payee.id'].row,
    ),
    el(
      'fieldset',
      {},
      el('legend', {}, sendWords.howMuch),
      el('div', { class: 'amount' }, fields['amount.value'].row, fields['amount.currency'].row),
      reading,
    ),
    message,
    submit,
    el('p', { class: 'hint' }, sendWords.nothingYet),
  )
  form.addEventListener('input', () => {
    rememberDraft(typed())
    showReading()
  })
  showReading()
  onSubmit(form, submit, sendWords.sending, send)
  const locks = el('div', { role: 'alert' })
  let isLockTold = false
  screen.show(sendWords.title, locks, form)
  tellLocks(app, screen.signal, locks, () => isLockTold && say())

  function typed(): Draft {
    const texts = Object.entries(fields).map(([path, { control }]) => [path, control.value])
    return Object.fromEntries(texts)
  }

  function readTyped(): ReturnType<typeof readAmount> {
    const chosen = chosenCurrency()
    return chosen ? readAmount(value.value, chosen, marks) : { reason: sendWords.currencyEmpty }
  }

  function chosenCurrency(): Currency | undefined {
    return app.config.currencies.find(({ code }) => code === currency.value)
  }

  /** Show the amount as it was read, before the payment is sent, because a comma has two meanings. */
  function showReading(): void {
    const amount = readTyped()
    const chosen = chosenCurrency()
    const words = chosen && 'value' in amount ? amountInWords(amount.value, chosen) : ''
    fill(reading, ...(words === '' ? [] : keeping(sendWords.reading(words), words)))
  }

  function choose({ name, id }: Payee): void {
    payeeName.value = name
    payeeId.value = id
    fields['payee.name'].tell(null)
    fields['payee.id'].tell(null)
    rememberDraft(typed())
  }

  async function send(): Promise<void> {
    say()
    isLockTold = false
    tellFields(fields, [])
    const sent = typed()
    const amount = readTyped()
    rememberDraft(sent)
    // Not by an old profile alone, because an operator can end the lock.
    if (whyNeverApproved(app) !== null) await lookForLock(app)
    const why = whyNeverApproved(app)
    if (why !== null) {
      say(el('p', {}, why))
      isLockTold = true
      return
    }
    try {
      // The server refuses an empty amount, so that all problems are shown at once.
      const body = bodyOf(sent, 'value' in amount ? amount.value : '')
      const payment = await app.api.send(body, keyFor(sent))
      answered(sent)
      app.seen.set(payment.paymentId, payment)
      if (screen.signal.aborted) return
      if (isTexted) intendText(payment.paymentId)
      app.go({ view: 'waiting', paymentId: payment.paymentId })
    } catch (error) {
      if (!screen.signal.aborted) explainTo(error, amount)
    }
  }

  function explainTo(error: unknown, amount: ReturnType<typeof readAmount>): void {
    const { kind, code, retryAfterSeconds, fields: told = [] } = detailsOf(error)
    const problems = told.map(({ path, reason }) =>
      path === 'amount.value' && 'reason' in amount ? { path, ...amount } : { path, reason },
    )
    if (code === 'idempotency_key_reused') forgetKey()
    if (code === 'phone_not_verified') app.go({ view: 'phone' })
    else if (code === 'device_required') {
      app.go(
        { view: 'phone' },
        { notice: [el('p', {}, sendWords.notSent(whyPhoneNeeded(app.profile)))] },
      )
    } else if (code === 'starts_locked' && retryAfterSeconds !== undefined) {
      // Locked since the profile was read, on a phone or in another tab: say it where a new form says it.
      const until = new Date(app.clock.now() + retryAfterSeconds * 1000)
      app.profile = { ...app.profile, startsLockedUntil: until.toISOString() }
      showSend(app, screen)
    } else if (problems.length > 0) {
      say(...tellFields(fields, problems).map((reason) => el('p', {}, reason)))
    } else {
      const isCertain = kind === 'refusal' || code === 'payments_off'
      const why = explain(error)
      say(
        el('p', {}, isCertain ? why : sendWords.pressAgain(why)),
        code === 'too_many_open_payments' && el('a', { href: '#/payments' }, sendWords.seeOpen),
      )
    }
  }
}

const reasonOf = (read: ReturnType<typeof readAmount>): string | null =>
  'reason' in read ? read.reason : null

function input(id: string, value: string, more: Record<string, string> = {}): HTMLInputElement {
  // No keyboard or spell checker may correct payee and amount.
  const asTyped = { autocomplete: 'off', autocorrect: 'off', spellcheck: 'false' }
  const element = el('input', { id, name: id, required: true, ...asTyped, ...more })
  element.value = value
  return element
}
