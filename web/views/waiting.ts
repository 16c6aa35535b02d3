import { codeWords } from '#words/codeWords.ts'
import { waitingWords } from '#words/waitingWords.ts'
import { answerEnd } from '../answerEnd.ts'
import type { Payment } from '../api.ts'
import { rememberLock } from '../codesLocked.ts'
import { type Child, el, verbatim } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { fragmentOf } from '../place.ts'
import { pollPayment } from '../pollPayment.ts'
import { detailsOf, explain } from '../problem.ts'
import { resendButton } from '../resend.ts'
import type { App, Screen } from '../screen.ts'
import { hasSmsCode, requestSmsCode } from '../smsCode.ts'
import { isTextOnly, type SmsOffer, smsOffer } from '../smsOffer.ts'
import { takeTextIntent } from '../textIntent.ts'
import { timeSoon } from '../times.ts'
import { headingOf, howOf, offerInWords } from '../waitingTexts.ts'
import { codeForm, endingOf } from './codeForm.ts'
import { countdown } from './countdown.ts'
import { displayText } from './displayText.ts'
import { waysToPhone } from './phoneLinks.ts'

/** That a press reached nobody is said at least so long, and until the server answers again. */
const LOST_TOLD_MS = 5_000

/** So long after its end a payment is over by this page's clock; until then the server's answer is awaited. */
const OVER_MS = 2_000

/** Show payee, amount and time left, until a phone answers; or the field for a code by text, on the same page. */
export function showWaiting(app: App, screen: Screen, paymentId: string): void {
  screen.show(waitingWords.opening, el('p', {}, waitingWords.moment))
  let latest: Payment | null = null
  let shown = ''
  const { clock } = app
  const { signal } = screen
  const how = el('p', {})
  const offer = el('p', { role: 'status' })
  const { box: message, say } = formMessage()
  const send = { clock, signal, send: sendCode }
  const label = codeWords.text(endingOf(app.profile.phone?.number ?? ''))
  const ask = resendButton({ ...send, label, kind: 'primary' })
  const resend = resendButton({ ...send, label: codeWords.textAgain })
  const sms = el('div', { class: 'sms' }, offer, ask.box)
  const endOf = (payment: Payment) => answerEnd(payment, offerOf(payment))
  const left = countdown(clock, signal, endOf, draw)
  /** When the last press could not reach the server; infinite if it did. */
  let lostAt = Number.POSITIVE_INFINITY
  let troubles: HTMLElement | null = null
  /** The first text is asked for, and may come before the server's answer: its field is there already. */
  let isTexting = false

  const code = codeForm(app, screen, {
    paymentId,
    resend: resend.box,
    said: resend.said,
    polled: () => polled,
    latest: () => latest,
    say,
    fail,
  })

  const onPending = (payment: Payment, trouble: HTMLElement) => {
    latest = payment
    if (clock.now() - lostAt >= LOST_TOLD_MS) {
      lostAt = Number.POSITIVE_INFINITY
      say()
    }
    if (payment.sms.sentAt !== null) {
      for (const each of [ask, resend]) each.sentAt(Date.parse(payment.sms.sentAt))
    }
    troubles = trouble
    left.set(payment)
  }
  // From then on nothing here is drawn over the result, or over the trouble of asking for it.
  const onEnd = () => {
    latest = null
    shown = ''
  }
  const polled = pollPayment(app, screen, paymentId, onPending, onEnd)
  if (takeTextIntent(paymentId)) textAtOnce()

  function offerOf(payment: Payment): SmsOffer {
    return isTexting ? 'enter' : smsOffer(app, payment)
  }

  /** Draw what has changed: all of it if the payer has something else to do now. */
  function draw(): void {
    if (latest === null) return
    if (clock.now() >= Date.parse(latest.expiresAt) + OVER_MS) {
      drawOver(latest)
      return
    }
    const now = offerOf(latest)
    const onDevice = latest.device === 'waiting'
    const heading = headingOf(latest, now)
    how.textContent = howOf(app, latest, now)
    code.show(latest, isTexting)
    tellOffer(latest, now)
    const view = `${heading} ${now === 'enter'} ${onDevice}`
    if (view === shown) return
    shown = view
    screen.show(
      heading,
      ...(now === 'enter'
        ? code.contentWith(displayText(latest))
        : [displayText(latest), ...asked(latest)]),
      message,
      ...left.content,
      troubles,
      now === 'enter' && how,
      el(
        'div',
        { class: 'actions' },
        button(waitingWords.cancel, cancel, { busyLabel: waitingWords.cancelling }),
        onDevice &&
          el(
            'a',
            { href: fragmentOf({ view: 'lostPhone' }), class: 'button quiet' },
            waitingWords.lostPhone,
          ),
      ),
      // Below the buttons, because it is offered late and may not move them from under a finger.
      now !== 'enter' && !isTextOnly(latest) && sms,
    )
  }

  /** Nothing can be answered any more, also where no answer of the server can tell it. */
  function drawOver(payment: Payment): void {
    if (shown === 'over') return
    shown = 'over'
    // What could be tried again then.
    say()
    const over = el('p', {}, waitingWords.over)
    screen.show(waitingWords.opening, displayText(payment), over, troubles)
  }

  /** The press that sent the payment asked for the text as well. */
  function textAtOnce(): void {
    if (latest !== null && isTextOnly(latest) && smsOffer(app, latest) === 'send') ask.press()
  }

  /** What a payer sees who waits for their phone, or has to ask for a code. */
  function asked(payment: Payment): Child[] {
    const { pushPausedUntil, device } = payment
    return [
      // The reference is shown only with a push, because not every text has it.
      ...(isTextOnly(payment) ? [] : [toCompare(payment)]),
      how,
      ...(device === 'waiting' ? waysToPhone(app, `payment.${paymentId}`) : []),
      ...(pushPausedUntil === null ? [] : [whyPaused(pushPausedUntil)]),
      isTextOnly(payment) && sms,
    ]
  }

  /** Changed only if the offer is new, because screen readers read it out. */
  function tellOffer(payment: Payment, now: SmsOffer): void {
    const words = offerInWords(app, payment, now)
    if (offer.textContent !== words) offer.textContent = words
    sms.hidden = words === ''
    ask.box.hidden = now !== 'send' && now !== 'sendAgain'
  }

  async function sendCode(): Promise<void> {
    if (latest === null) return
    say()
    const isAgain = hasSmsCode(latest)
    const begin = code.asks()
    isTexting = !isAgain
    draw()
    try {
      const payment = await requestSmsCode(app.api, latest, signal)
      isTexting = false
      polled.take(payment)
      if (signal.aborted) return
      begin()
      if (isAgain) resend.say(codeWords.textedAgain(endingOf(payment.sms.to ?? '')))
    } catch (error) {
      isTexting = false
      draw()
      const { retryAfterSeconds } = detailsOf(error)
      rememberLock(app, error)
      if (retryAfterSeconds) {
        for (const each of [ask, resend]) each.waitSeconds(retryAfterSeconds)
      }
      fail(error, await whyNoSms(error, latest))
    }
  }

  async function whyNoSms(error: unknown, payment: Payment): Promise<Child[]> {
    const inShort = [el('p', {}, explain(error))]
    // Nothing more can be loaded then.
    if (detailsOf(error).kind === 'unreachable') return inShort
    return import('./noSmsCode.ts').then(
      ({ noSmsCode }) => noSmsCode(app, error, payment),
      () => inShort,
    )
  }

  async function cancel(): Promise<void> {
    say()
    try {
      polled.take(await app.api.cancel(paymentId))
    } catch (error) {
      fail(error, [el('p', {}, explain(error))])
    }
  }

  function fail(error: unknown, children: Child[]): void {
    if (shown !== 'over') say(...children)
    if (detailsOf(error).kind === 'unreachable') lostAt = clock.now()
    polled.lookNow()
  }
}

/** The reference, which distinguishes the push from that of an equal payment. */
const toCompare = ({ reference }: Payment) =>
  el(
    'p',
    {},
    waitingWords.reference,
    verbatim('strong', { class: 'reference' }, reference),
    waitingWords.sameReference,
  )

const whyPaused = (until: string) =>
  el('p', {}, waitingWords.paused(timeSoon(new Date(until), new Date())))
