import type { Payment } from '../api.ts'
import { el, keeping, verbatim } from '../element.ts'
import { button, field, formMessage, onSubmit } from '../form.ts'
import { fragmentOf } from '../place.ts'
import { plainCode } from '../plainText.ts'
import { pollPayment } from '../pollPayment.ts'
import { attemptsInWords, detailsOf, explain, type ProblemDetails } from '../problem.ts'
import { resendButton } from '../resend.ts'
import type { App, Screen } from '../screen.ts'
import { hasSmsCode, rememberNoSms, requestSmsCode } from '../smsCode.ts'
import { noSmsCode } from './noSmsCode.ts'
import { factsOf } from './result.ts'

const HEADING = 'Enter the code from the text'

/** Approve with an SMS code; the payer may still answer the push meanwhile. */
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
  const { box: message, say } = formMessage()
  const resend = resendButton({
    label: 'Send a new code',
    clock: app.clock,
    signal: screen.signal,
    send: sendCode,
  })
  let latest: Payment | null = null

  const polled = pollPayment(app, screen, paymentId, (payment, trouble) => {
    const { sms } = payment
    // If no code can be entered, the waiting view says what can be done.
    if (!hasSmsCode(payment) || sms.attemptsLeft === 0) {
      app.go({ view: 'waiting', paymentId }, { replace: true })
      return
    }
    const first = latest === null
    latest = payment
    attempts.textContent = attemptsInWords(sms.attemptsLeft)
    resend.box.hidden = sms.sendsLeft === 0
    if (sms.sentAt !== null) resend.sentAt(Date.parse(sms.sentAt))
    if (first) {
      const href = fragmentOf({ view: 'waiting', paymentId })
      const back = el('a', { href, class: 'button' }, 'Back to the payment')
      screen.show(
        HEADING,
        factsOf(payment),
        el('p', {}, ...keeping(`The code goes by text to ${sms.to}.`, sms.to)),
        whatToCompare(payment),
        form,
        attempts,
        resend.box,
        message,
        trouble,
        el('div', { class: 'actions' }, back, button('Cancel this payment', cancel)),
      )
    }
  })
  onSubmit(form, submit, 'Checking…', verify)

  async function verify(): Promise<void> {
    say()
    code.tell(null)
    try {
      polled.take(await app.api.verifySms(paymentId, plainCode(input.value)))
    } catch (error) {
      if (screen.signal.aborted) return
      const { kind, code: refusal, fields, attemptsLeft } = detailsOf(error)
      if (refusal === 'no_code_sent' && latest) rememberNoSms(latest)
      // Whatever the answer was, and even if none came, the payment itself shows the result.
      polled.lookNow()
      if (kind === 'refusal' && REFUSED_CODES.has(refusal)) {
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
    if (latest === null) return
    say()
    try {
      polled.take(await requestSmsCode(app.api, latest, screen.signal))
      input.value = ''
      code.tell(null)
      if (!screen.signal.aborted) input.focus()
    } catch (error) {
      const { retryAfterSeconds } = detailsOf(error)
      if (retryAfterSeconds) resend.waitSeconds(retryAfterSeconds)
      say(...noSmsCode(app, error, latest))
      polled.lookNow()
    }
  }

  async function cancel(): Promise<void> {
    say()
    try {
      polled.take(await app.api.cancel(paymentId))
    } catch (error) {
      say(el('p', {}, explain(error)))
      polled.lookNow()
    }
  }
}

/** Worded for every provider: each text has payee and amount, but not each has the reference. */
const whatToCompare = ({ reference }: Payment) =>
  el(
    'p',
    {},
    'Enter it only if the text says the same as here. If the text has a reference, it must be ',
    verbatim('strong', { class: 'reference' }, reference),
    '.',
  )

/** Refusals of the typed code, which are shown beside its field. */
const REFUSED_CODES = new Set<ProblemDetails['code']>([
  'wrong_code',
  'code_expired',
  'invalid_request',
])
