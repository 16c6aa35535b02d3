import { waitingWords } from '#words/waitingWords.ts'
import type { Payment } from './api.ts'
import { el, fill } from './element.ts'
import { type Ended, isRecent } from './ended.ts'
import { button } from './form.ts'
import { startPolling } from './polling.ts'
import type { App, Screen } from './screen.ts'
import { anyOf } from './signals.ts'
import { resultView } from './views/laterViews.ts'

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
 * @param onEnd called before the result is shown, or an error in its place
 */
export function pollPayment(
  app: App,
  screen: Screen,
  paymentId: string,
  onPending: (payment: Payment, trouble: HTMLElement) => void,
  onEnd: () => void,
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
    onEnd()
    if (waited) app.activity.release(paymentId, here(payment.decidedAt ?? payment.expiresAt))
    showEnd(payment, status)
  }

  async function showEnd(payment: Payment, status: Ended): Promise<void> {
    // A no on the phone may have locked new payments, and a wrong code codes: only the profile tells it.
    const mayLock = status === 'denied' || status === 'failed'
    if (mayLock && isRecent(app, payment)) {
      app.profile = await app.api.profile().catch(() => app.profile)
    }
    if (screen.signal.aborted) return
    resultView.show(screen, ({ showResult }) => showResult(app, screen, payment, status))
  }

  function onTrouble(error: unknown, nextMs: number | null): void {
    if (!waited || nextMs === null) {
      // No payment to show, or no further attempt: the error takes the whole view.
      onEnd()
      screen.showTrouble(error, () => app.go({ view: 'waiting', paymentId }, { replace: true }))
      return
    }
    // Said once: a screen reader would read each change, and the button may have the focus.
    if (trouble.hasChildNodes()) return
    const busyLabel = waitingWords.looking
    fill(
      trouble,
      el('p', {}, waitingWords.unknown),
      button(waitingWords.lookNow, () => polling.lookNow(), { busyLabel }),
    )
  }

  /** A time of the server on this device's clock. */
  const here = (serverTime: string) => Date.now() + Date.parse(serverTime) - app.clock.now()

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
  return {
    lookNow: () => polling.lookNow(),
    take(payment) {
      take(payment)
      polling.restart()
    },
  }
}
