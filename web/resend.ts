import { codeWords } from '#words/codeWords.ts'
import { timeWords } from '#words/timeWords.ts'
import { TEXT_PAUSE_SECONDS } from '../functions/core/limits.ts'
import { type Child, el, fill } from './element.ts'
import type { ServerClock } from './serverClock.ts'

let made = 0

/** A button that sends a code, with a countdown until it may be pressed. */
export function resendButton(options: {
  readonly label: string | readonly Child[]
  readonly kind?: 'primary' | 'secondary'
  readonly clock: ServerClock
  readonly signal: AbortSignal
  send(): Promise<unknown>
}) {
  const { label, kind = 'secondary' } = options
  let allowedAt = 0
  let isBusy = false
  let wasBusy = false
  made += 1
  const hint = el('p', { class: 'hint', id: `resend-${made}` })
  const said = el('p', { class: 'hint', role: 'status' })
  const look = { type: 'button', class: `button ${kind}`, 'aria-describedby': hint.id }
  const press = el('button', { ...look, click: onPress }, ...[label].flat())
  const box = el('div', { class: 'resend' }, press, said, hint)

  const secondsLeft = () => Math.ceil((allowedAt - options.clock.now()) / 1000)

  function draw(): void {
    const seconds = secondsLeft()
    // Not `disabled`, because a disabled button loses the focus.
    if (isBusy || seconds > 0) press.setAttribute('aria-disabled', 'true')
    else press.removeAttribute('aria-disabled')
    if (press.classList.toggle('busy', isBusy) !== wasBusy) {
      fill(press, ...(isBusy ? [codeWords.sending] : [label].flat()))
    }
    wasBusy = isBusy
    hint.textContent = seconds > 0 ? codeWords.askAgain(timeWords.wait(seconds)) : ''
  }

  async function onPress(): Promise<void> {
    if (isBusy || secondsLeft() > 0) return
    isBusy = true
    said.textContent = ''
    draw()
    try {
      await options.send()
    } finally {
      isBusy = false
      draw()
    }
  }

  const timer = setInterval(draw, 1000)
  options.signal.addEventListener('abort', () => clearInterval(timer))

  return {
    box,
    /** That a code was sent; it may be shown elsewhere than in the box. */
    said,
    press: onPress,
    /** Say in a sentence, aloud and to the eye, that a code was sent. */
    say(sentence: string): void {
      said.textContent = sentence
    },
    /** The last text was sent at this time (the server's, in milliseconds). */
    sentAt(time: number): void {
      // The server's time is known only roughly: never show a longer wait than the server requires.
      const apart = Math.min(time, options.clock.now()) + TEXT_PAUSE_SECONDS * 1000
      // Called at every poll, so it must not shorten a longer wait.
      allowedAt = Math.max(allowedAt, apart)
      draw()
    },
    /** The server answered that the payer must wait this long. */
    waitSeconds(seconds: number): void {
      allowedAt = options.clock.now() + seconds * 1000
      draw()
    },
  }
}
