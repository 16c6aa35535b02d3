import { TEXT_PAUSE_SECONDS } from '../functions/core/limits.ts'
import { el } from './element.ts'
import { button } from './form.ts'
import { inWords } from './problem.ts'
import type { ServerClock } from './serverClock.ts'

/** A button for a code, which counts down until it may be pressed. */
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
    // Whoever pressed it by keyboard stays where they were: a disabled button has no focus.
    const hadFocus = document.activeElement === press
    press.disabled = secondsLeft > 0
    hint.textContent = secondsLeft > 0 ? `You can ask again in ${inWords(secondsLeft)}.` : ''
    if (hadFocus && press.disabled) hint.focus()
  }
  const timer = setInterval(tick, 1000)
  options.signal.addEventListener('abort', () => clearInterval(timer))

  return {
    box,
    /** The last text went out then (server's time, milliseconds). */
    sentAt(time: number): void {
      // The server's time is known to a part of a second: never ask for a longer wait than it does.
      const apart = Math.min(time, options.clock.now()) + TEXT_PAUSE_SECONDS * 1000
      // It is told at every look, and must not cut a longer wait short.
      allowedAt = Math.max(allowedAt, apart)
      tick()
    },
    /** The server told how long to wait. */
    waitSeconds(seconds: number): void {
      allowedAt = options.clock.now() + seconds * 1000
      tick()
    },
  }
}
