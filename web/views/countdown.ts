import { waitingWords } from '#words/waitingWords.ts'
import type { Payment } from '../api.ts'
import { el } from '../element.ts'
import type { ServerClock } from '../serverClock.ts'
import { beginsLastMinute, minutesAndSeconds, secondsLeft } from '../timeLeft.ts'

/**
 * The time left to answer a payment, with a bar; its last minute is spoken.
 *
 * @param endOf the end of that time, in milliseconds of the server's
 * @param onTick called each second
 */
export function countdown(
  clock: ServerClock,
  signal: AbortSignal,
  endOf: (payment: Payment) => number,
  onTick: () => void,
) {
  let latest: Payment | null = null
  let before = 0
  const left = el('span', { class: 'left', role: 'timer' })
  const bar = el('progress', { 'aria-hidden': 'true' })
  const spoken = el('p', { class: 'only-heard', role: 'status' })
  const timer = setInterval(tick, 1000)
  signal.addEventListener('abort', () => clearInterval(timer))

  function tick(): void {
    if (latest === null) return
    const times = {
      createdAt: Date.parse(latest.createdAt),
      expiresAt: endOf(latest),
    }
    const seconds = secondsLeft(times, clock.now())
    bar.max = (times.expiresAt - times.createdAt) / 1000
    bar.value = seconds
    left.textContent = minutesAndSeconds(seconds)
    if (beginsLastMinute(before, seconds)) spoken.textContent = waitingWords.lastMinute
    before = seconds
    onTick()
  }

  return {
    content: [el('p', { class: 'countdown' }, left, waitingWords.left), bar, spoken],
    /** Count down for this payment. */
    set(payment: Payment): void {
      latest = payment
      tick()
    },
  }
}
