import type { Payment } from '../api.ts'
import { el, fill } from '../element.ts'
import { follow } from '../follow.ts'
import { button, field, formMessage, onSubmit } from '../form.ts'
import { fragmentOf } from '../place.ts'
import { attemptsInWords, detailsOf, explain } from '../problem.ts'
import { resendButton } from '../resend.ts'
import type { App, Screen } from '../screen.ts'
import { termsOf } from './result.ts'

const HEADING = 'Enter the code from the text'

/** Approve with a code by text; the phone may still decide meanwhile. */
export function showCode(app: App, screen: Screen, paymentId: string): void {
  screen.show(HEADING, el('p', {}, 'One moment…'))
  const input = el('input', {
    id: 'code',
    name: 'code',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    required: true,
  })
  const code = field('Code', input)
  const submit = button('Approve', () => {}, { kind: 'primary', type: 'submit' })
  const form = el('form', {}, code.row, submit)
  const attempts = el('p', { class: 'attempts' })
  const to = el('p', {})
  const { box: message, say } = formMessage()
  const resend = resendButton({
    label: 'Send a new code',
    clock: app.clock,
    signal: screen.signal,
    send: sendCode,
  })
  const entry = el('div', { class: 'entry' })
  let entryShown = ''
  let shown = false

  const followed = follow(app, screen, paymentId, (payment, trouble) => {
    if (!shown) {
      shown = true
      const back = el(
        'a',
        { href: fragmentOf({ view: 'waiting', paymentId }), class: 'button' },
        'Back to waiting for your phone',
      )
      const actions = el('div', { class: 'actions' }, back, button('Cancel this payment', cancel))
      screen.show(HEADING, termsOf(payment), entry, message, trouble, actions)
    }
    showEntry(payment)
  })
  onSubmit(form, submit, 'Checking…', verify)

  /** Rebuilt only when it changes its kind, so that what is being typed stays. */
  function showEntry({ sms }: Payment): void {
    to.textContent = sms.to === null ? '' : `The code goes by text to ${sms.to}.`
    attempts.textContent = attemptsInWords(sms.attemptsLeft)
    resend.box.hidden = sms.sendsLeft === 0
    if (sms.sentAt !== null) resend.sentAt(Date.parse(sms.sentAt))
    const kind = sms.attemptsLeft === 0 ? 'closed' : sms.sentAt === null ? 'unsent' : 'open'
    if (kind === entryShown) return
    entryShown = kind
    if (kind === 'open') fill(entry, to, form, attempts, resend.box)
    else if (kind === 'closed') fill(entry, el('p', {}, CLOSED))
    else {
      const first = button('Send me a code by text', sendCode, { busyLabel: 'Sending…' })
      fill(entry, el('p', {}, 'No code has been sent for this payment yet.'), first)
    }
  }

  async function verify(): Promise<void> {
    say()
    code.tell(null)
    try {
      followed.take(await app.api.verifySms(paymentId, input.value.replace(/\s/g, '')))
    } catch (error) {
      if (screen.signal.aborted) return
      // Whatever the answer was, or whether it came at all, the payment itself is the truth.
      followed.lookNow()
      const { kind, code: refusal, fields, attemptsLeft } = detailsOf(error)
      if (refusal === 'no_attempts_left') return
      if (kind === 'refusal' && REFUSED_CODES.has(refusal ?? '')) {
        if (attemptsLeft !== undefined) attempts.textContent = attemptsInWords(attemptsLeft)
        code.tell(fields?.find(({ path }) => path === 'code')?.reason ?? explain(error))
        input.focus()
        input.select()
      } else {
        const spent = kind === 'refusal' ? '' : ' This attempt may have been used up.'
        say(el('p', {}, explain(error) + spent))
      }
    }
  }

  async function sendCode(): Promise<void> {
    say()
    try {
      followed.take(await app.api.startSms(paymentId))
      input.value = ''
      code.tell(null)
      if (!screen.signal.aborted) input.focus()
    } catch (error) {
      const { code: refusal, retryAfterSeconds } = detailsOf(error)
      if (refusal === 'too_many_sms' && retryAfterSeconds) resend.waitSeconds(retryAfterSeconds)
      say(el('p', {}, explain(error)))
      followed.lookNow()
    }
  }

  async function cancel(): Promise<void> {
    say()
    try {
      followed.take(await app.api.cancel(paymentId))
    } catch (error) {
      say(el('p', {}, explain(error)))
      followed.lookNow()
    }
  }
}

const CLOSED =
  'No more codes can be tried for this payment. Your phone can still approve or deny it.'

/** Refusals that are about the code typed, and belong beside it. */
const REFUSED_CODES = new Set(['wrong_code', 'code_expired', 'invalid_request'])
