import type { Payment } from '../api.ts'
import { type Child, el, fill } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { APPROVE_PATH } from '../invitation.ts'
import { textsPay } from '../phoneNeeded.ts'
import { fragmentOf } from '../place.ts'
import { pollPayment } from '../pollPayment.ts'
import { detailsOf, explain } from '../problem.ts'
import { resendButton } from '../resend.ts'
import type { App, Screen } from '../screen.ts'
import { hasSmsCode, requestSmsCode } from '../smsCode.ts'
import { minutesAndSeconds } from '../timeLeft.ts'
import { timeSoon } from '../times.ts'
import { noSmsCode } from './noSmsCode.ts'
import { phoneAddress, phoneLinks } from './phoneLinks.ts'
import { qrImage } from './qrImage.ts'
import { factsOf } from './result.ts'

/** After this long the view offers an SMS code, because the push may never arrive. */
const SMS_OFFER_AFTER_MS = 15_000

/** Show payee, amount and time left, and what to do if no push comes or the payer cannot answer it. */
export function showWaiting(app: App, screen: Screen, paymentId: string): void {
  screen.show('Your payment', el('p', {}, 'One moment…'))
  let latest: Payment | null = null
  let heading = ''
  const how = el('p', {})
  const left = el('span', { class: 'left', role: 'timer' })
  const bar = el('progress', { 'aria-hidden': 'true' })
  const spoken = el('p', { class: 'only-heard', role: 'status' })
  const sms = el('div', { class: 'sms', role: 'status' })
  const { box: message, say } = formMessage()
  const ask = resendButton({
    label: 'Send me a code by text',
    kind: 'primary',
    clock: app.clock,
    signal: screen.signal,
    send: sendCode,
  })
  let offered = ''

  const polled = pollPayment(app, screen, paymentId, (payment, trouble) => {
    latest = payment
    const onDevice = payment.device === 'waiting'
    const [newHeading, newHow] = onDevice ? ON_DEVICE : HOW[payment.push]
    how.textContent = newHow
    if (payment.sms.sentAt !== null) ask.sentAt(Date.parse(payment.sms.sentAt))
    if (heading !== newHeading) {
      heading = newHeading
      screen.show(
        heading,
        factsOf(payment),
        // The reference is shown only with a push, because not every text has it.
        ...(payment.push === 'unavailable' && !onDevice ? [] : [toCompare(payment)]),
        how,
        ...(onDevice ? wayToPhone(app, paymentId) : []),
        ...(payment.pushPausedUntil === null ? [] : [whyPaused(payment.pushPausedUntil)]),
        el('p', { class: 'countdown' }, left, ' left to answer'),
        bar,
        spoken,
        trouble,
        sms,
        message,
        el(
          'div',
          { class: 'actions' },
          button('Cancel this payment', cancel, CANCELLING),
          onDevice &&
            el('a', { href: fragmentOf({ view: 'lostPhone' }), class: 'button quiet' }, LOST),
        ),
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
    // The server's time is known only roughly: never show more than the payment's whole time.
    const secondsLeft = Math.max(0, Math.min(bar.max, Math.ceil((ends - now) / 1000)))
    left.textContent = minutesAndSeconds(secondsLeft)
    bar.value = secondsLeft
    if (secondsLeft === 60) spoken.textContent = 'One minute left to answer.'
    if (isTextOpen(app, latest)) offerSms(latest, now - created >= SMS_OFFER_AFTER_MS)
  }

  /** Changed only if the offer is new, because screen readers read it out. */
  function offerSms(payment: Payment, late: boolean): void {
    const { push } = payment
    const offer = smsOffer(payment, late)
    if (offered === `${offer} ${push}`) return
    offered = `${offer} ${push}`
    fill(sms, ...contentOf(offer, push))
  }

  function contentOf(offer: SmsOffer, push: Payment['push']): Child[] {
    const isTextOnly = push === 'unavailable' && latest?.device !== 'waiting'
    const otherwise = isTextOnly ? 'Cancel it, then start again.' : 'Your phone can still answer.'
    switch (offer) {
      case 'none':
        return []
      case 'send':
        return [el('p', {}, isTextOnly ? BY_TEXT : 'Having trouble?'), ask.box]
      case 'sendAgain':
        return [el('p', {}, NO_TEXT), ask.box]
      case 'enter': {
        const href = fragmentOf({ view: 'code', paymentId })
        return [
          el('p', {}, 'A code by text was asked for.'),
          el('a', { href, class: 'button primary' }, 'Enter the code'),
        ]
      }
      case 'noTexts':
        return [el('p', {}, `${NO_TEXT} No more can be sent for this payment. ${otherwise}`)]
      case 'noAttempts':
        return [el('p', {}, `No more codes can be tried for this payment. ${otherwise}`)]
    }
  }

  async function sendCode(): Promise<void> {
    if (latest === null) return
    say()
    try {
      app.seen.set(paymentId, await requestSmsCode(app.api, latest, screen.signal))
      if (!screen.signal.aborted) app.go({ view: 'code', paymentId })
    } catch (error) {
      const { retryAfterSeconds } = detailsOf(error)
      if (retryAfterSeconds) ask.waitSeconds(retryAfterSeconds)
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

type SmsOffer = 'none' | 'send' | 'sendAgain' | 'enter' | 'noTexts' | 'noAttempts'

/** Texts beside a device are a setting of the stage, which the profile tells of an account that has one. */
const isTextOpen = ({ profile, config }: App, { device }: Payment): boolean =>
  textsPay(profile, config) && (device !== 'waiting' || profile.devices.list.length > 0)

function smsOffer(payment: Payment, late: boolean): SmsOffer {
  const { push, sms, device } = payment
  if (!late && device === 'waiting') return 'none'
  if (!late && push !== 'unavailable' && sms.sentAt === null) return 'none'
  if (sms.attemptsLeft === 0) return 'noAttempts'
  if (hasSmsCode(payment)) return 'enter'
  if (sms.sendsLeft === 0) return 'noTexts'
  return sms.sentAt === null ? 'send' : 'sendAgain'
}

/** The reference, which distinguishes the push from that of an equal payment. */
const toCompare = ({ reference }: Payment) =>
  el(
    'p',
    {},
    'Reference ',
    el('strong', { class: 'reference' }, reference),
    ', the same on your phone.',
  )

const whyPaused = (until: string) =>
  el(
    'p',
    {},
    'You said no to two payments in a row, so no request goes to your phone until ' +
      `${timeSoon(new Date(until), new Date())}.`,
  )

const LOST = 'I don’t have my phone'
const CANCELLING = { busyLabel: 'Cancelling…' } as const

const BY_TEXT = 'You can approve it with a code that we text to your phone.'
/** Worded so because the provider may have sent the text and failed afterwards. */
const NO_TEXT = "No code could be sent by text. If one arrives all the same, it can't be used."

/** Heading and instruction. For `unavailable` they do not mention a push, because none may have been tried. */
const HOW: Record<Payment['push'], readonly [heading: string, how: string]> = {
  sending: ['Waiting for your phone', "We're sending the request to your phone."],
  sent: [
    'Waiting for your phone',
    'Open the request on your phone. Check that it says exactly this, then approve or deny it.',
  ],
  unavailable: [
    'Approve this payment',
    'Check that this is whom and how much you want to pay. If it is not, cancel it.',
  ],
}

const ON_DEVICE = [
  'Waiting for your phone',
  'Open Payfriend on your phone. Check that it says exactly this, then approve or deny it.',
] as const

/** With a camera, by typing, or in this browser if it is a device itself. */
const wayToPhone = (app: App, paymentId: string): Child[] => [
  qrImage(`${location.origin}${APPROVE_PATH}`, 'A QR code that opens Payfriend on your phone'),
  ...phoneLinks(app, `Or open ${phoneAddress()} there.`, `payment.${paymentId}`),
]
