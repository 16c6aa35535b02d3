import type { Payment } from '../api.ts'
import { type Child, el, fill } from '../element.ts'
import { follow } from '../follow.ts'
import { button, formMessage } from '../form.ts'
import { fragmentOf } from '../place.ts'
import { explain } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { termsOf } from './result.ts'

/** After this long a push that has not been answered may never arrive. */
const SMS_OFFER_AFTER_MS = 15_000

/** Whom and how much, how long still, and what to do if the phone stays silent. */
export function showWaiting(app: App, screen: Screen, paymentId: string): void {
  screen.show('Waiting for your phone', el('p', {}, 'One moment…'))
  let latest: Payment | null = null
  const how = el('p', {})
  const left = el('span', { class: 'left', role: 'timer' })
  const bar = el('progress', { 'aria-hidden': 'true' })
  const spoken = el('p', { class: 'only-heard', role: 'status' })
  const sms = el('div', { class: 'sms', role: 'status' })
  const { box: message, say } = formMessage()
  let offered: SmsOffer = 'none'

  const followed = follow(app, screen, paymentId, (payment, trouble) => {
    const first = latest === null
    latest = payment
    how.textContent = HOW[payment.push]
    if (first) {
      screen.show(
        'Waiting for your phone',
        termsOf(payment),
        how,
        el('p', { class: 'countdown' }, left, ' left to answer'),
        bar,
        spoken,
        trouble,
        sms,
        message,
        el('div', { class: 'actions' }, button('Cancel this payment', cancel, CANCELLING)),
      )
    }
    tick()
  })

  const timer = setInterval(tick, 1000)
  screen.signal.addEventListener('abort', () => clearInterval(timer))

  function tick(): void {
    if (latest === null) return
    const created = Date.parse(latest.createdAt)
    const ends = Date.parse(latest.expiresAt)
    const now = app.clock.now()
    bar.max = (ends - created) / 1000
    // The server's time is known to a part of a second: never show more than there was.
    const secondsLeft = Math.max(0, Math.min(bar.max, Math.ceil((ends - now) / 1000)))
    left.textContent = minutesAndSeconds(secondsLeft)
    bar.value = secondsLeft
    if (secondsLeft === 60) spoken.textContent = 'One minute left to answer.'
    offerSms(latest, now - created >= SMS_OFFER_AFTER_MS)
  }

  /** Changed only when there is something new to say: it is read out. */
  function offerSms(payment: Payment, late: boolean): void {
    const offer = smsOffer(payment, late)
    if (offer === offered) return
    offered = offer
    fill(sms, ...contentOf(offer))
  }

  function contentOf(offer: SmsOffer): Child[] {
    switch (offer) {
      case 'none':
        return []
      case 'send':
        return ['Having trouble? ', button('Send me a code by text.', sendCode, SENDING)]
      case 'enter': {
        const href = fragmentOf({ view: 'code', paymentId })
        return [
          'A code by text was asked for. ',
          el('a', { href, class: 'button' }, 'Enter the code'),
        ]
      }
      case 'closed':
        return ['No more codes can be tried. Your phone can still approve this payment.']
    }
  }

  async function sendCode(): Promise<void> {
    say()
    try {
      app.seen.set(paymentId, await app.api.startSms(paymentId))
      if (!screen.signal.aborted) app.go({ view: 'code', paymentId })
    } catch (error) {
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

type SmsOffer = 'none' | 'send' | 'enter' | 'closed'

function smsOffer({ push, sms }: Payment, late: boolean): SmsOffer {
  const wanted = late || push === 'unavailable' || sms.sentAt !== null
  if (!wanted) return 'none'
  if (sms.attemptsLeft === 0) return 'closed'
  if (sms.sentAt !== null) return 'enter'
  return sms.sendsLeft === 0 ? 'closed' : 'send'
}

const CANCELLING = { busyLabel: 'Cancelling…' } as const
const SENDING = { busyLabel: 'Sending…' } as const

const HOW: Record<Payment['push'], string> = {
  sending: "We're sending the request to your phone.",
  sent: 'Open the request on your phone. Check that it says exactly this, then approve or deny it.',
  unavailable:
    "We couldn't reach the app on your phone. You can approve with a code by text instead.",
}

function minutesAndSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
