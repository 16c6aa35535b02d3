import { TEXT_PAUSE_SECONDS } from '../functions/core/limits.ts'
import { el } from './element.ts'
import { button } from './form.ts'
import { inWords } from './problem.ts'
import type { ServerClock } from './serverClock.ts'

/** A button that sends a code, with a countdown until it may be pressed. */
export function resendButton(options: {
  readonly label: string
  readonly kind?: 'primary' | 'secondary'
  readonly clock: ServerClock
  readonly signal: AbortSignal
  send(): Promise<unknown>
}) {
  let allowedAt = 0
  const hint = el('p', { class: 'hint', tabindex: -1 })
  const { label, kind = 'secondary' } = options
  const press = button(label, options.send, { kind, busyLabel: 'Sending…' })
  const box = el('div', { class: 'resend' }, press, hint)

  function tick(): void {
    const secondsLeft = Math.ceil((allowedAt - options.clock.now()) / 1000)
    // The hint takes the focus, because a disabled button would lose it.
    const hadFocus = document.activeElement === press
    press.disabled = secondsLeft > 0
    hint.textContent = secondsLeft > 0 ? `You can ask again in ${inWords(secondsLeft)}.` : ''
    if (hadFocus && press.disabled) hint.focus()
  }
  const timer = setInterval(tick, 1000)
  options.signal.addEventListener('abort', () => clearInterval(timer))

  return {
    box,
    /** The last text was sent at this time (the server's, in milliseconds). */
    sentAt(time: number): void {
      // The server's time is known only roughly: never show a longer wait than the server requires.
      const apart = Math.min(time, options.clock.now()) + TEXT_PAUSE_SECONDS * 1000
      // Called at every poll, so it must not shorten a longer wait.
      allowedAt = Math.max(allowedAt, apart)
      tick()
    },
    /** The server answered that the payer must wait this long. */
    waitSeconds(seconds: number): void {
      allowedAt = options.clock.now() + seconds * 1000
      tick()
    },
  }
}
