import type { Payment } from './api.ts'
import { leftPush } from './channelTexts.ts'
import { el, fill } from './element.ts'
import { button } from './form.ts'
import { startPolling } from './polling.ts'
import { inWords } from './problem.ts'
import type { App, Screen } from './screen.ts'
import { anyOf } from './signals.ts'
import { deniedNotice, ignoreOnPhone, showResult, whichOne } from './views/result.ts'

export type PolledPayment = {
  /** Ask for the payment now, because it has probably changed. */
  lookNow(): void
  /** Use the payment from another answer of the API. */
  take(payment: Payment): void
}

/**
 * Poll a payment until it ends, then show its result.
 *
 * @param onPending called with the payment while it is pending, and with the element in which polling
 *   errors are shown
 */
export function pollPayment(
  app: App,
  screen: Screen,
  paymentId: string,
  onPending: (payment: Payment, trouble: HTMLElement) => void,
): PolledPayment {
  const trouble = el('div', { class: 'trouble', role: 'status' })
  const over = new AbortController()
  const signal = anyOf(screen.signal, over.signal)
  let waited = false
  let waitsUntil: string | null = null
  signal.addEventListener('abort', () => {
    if (waitsUntil !== null) app.activity.leave(paymentId, here(waitsUntil))
  })

  function take(payment: Payment): void {
    if (signal.aborted) return
    fill(trouble)
    app.seen.set(paymentId, payment)
    const { status } = payment
    if (status === 'pending') {
      waited = true
      waitsUntil = payment.expiresAt
      app.activity.hold(paymentId, here(waitsUntil))
      onPending(payment, trouble)
      return
    }
    waitsUntil = null
    over.abort()
    if (waited) app.activity.release(paymentId, here(payment.decidedAt ?? payment.expiresAt))
    // If the payment was decided before the page showed it, the result is shown on this view.
    if (waited && status === 'approved') goToList(app, payment)
    else if (status === 'denied') showDenied(payment, waited)
    else showResult(app, screen, payment, status)
  }

  /** A no on the phone may have locked new payments, which only the profile tells. */
  async function showDenied(payment: Payment, waited: boolean): Promise<void> {
    app.profile = await app.api.profile().catch(() => app.profile)
    if (screen.signal.aborted) return
    if (waited) app.go({ view: 'send' }, { replace: true, notice: deniedNotice(app, payment) })
    else showResult(app, screen, payment, 'denied')
  }

  function onTrouble(error: unknown, nextMs: number | null): void {
    if (!waited || nextMs === null) {
      // No payment to show, or no further attempt: the error takes the whole view.
      screen.showTrouble(error, () => app.go(placeHere(), { replace: true }))
      return
    }
    fill(
      trouble,
      el(
        'p',
        {},
        "We can't see just now how this payment stands. An answer that you have given counts all " +
          `the same. We look again in ${inWords(Math.round(nextMs / 1000))}.`,
      ),
      button('Look now', () => polling.lookNow()),
    )
  }

  /** A time of the server on this device's clock. */
  const here = (serverTime: string) => Date.now() + Date.parse(serverTime) - app.clock.now()

  const placeHere = () =>
    location.hash.endsWith('/code')
      ? ({ view: 'code', paymentId } as const)
      : ({ view: 'waiting', paymentId } as const)

  const known = app.seen.get(paymentId)
  if (known) take(known)
  const polling = startPolling({
    paymentId,
    api: app.api,
    clock: app.clock,
    signal,
    onPayment: take,
    onTrouble,
  })
  return { lookNow: () => polling.lookNow(), take }
}

function goToList(app: App, payment: Payment): void {
  const said = [el('p', {}, 'Your payment has been approved!'), whichOne(payment)]
  const notice = leftPush(payment.decidedBy) ? [...said, ignoreOnPhone(app.config)] : said
  app.go({ view: 'payments' }, { replace: true, notice })
}
