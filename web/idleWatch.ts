import type { Activity } from './activity.ts'
import { WARNING_MS } from './activity.ts'
import { createIdleWarning } from './views/idleWarning.ts'

/**
 * What a person does, with hand, keyboard or voice. Not a pointer that only moves: a desk that is
 * bumped is nobody.
 */
const INPUT = ['pointerdown', 'touchstart', 'wheel', 'keydown', 'input', 'click', 'focusin']
/** When a tab wakes: before the person can see it, if the browser lets us. */
const WAKING = ['focus', 'pageshow', 'online', 'storage']

/**
 * Warn a signed-in person who does nothing, and end it when the time is over.
 *
 * @param onOver ends it; called again for as long as the person is still signed in
 */
export function watchIdle(
  activity: Activity,
  isSignedIn: () => boolean,
  onOver: () => void,
): { judge(): void } {
  const warning = createIdleWarning(() => {
    activity.note()
    judge()
  })

  function judge(): void {
    const msLeft = activity.msLeft()
    if (!isSignedIn() || msLeft === 0) warning.hide()
    else if (msLeft <= WARNING_MS) warning.show(Math.ceil(msLeft / 1000))
    else warning.hide()
    if (isSignedIn() && msLeft === 0) onOver()
  }

  function onInput(event: Event): void {
    // The warning has its own button.
    if (!event.isTrusted || warning.isShown() || isOurOwn(event)) return
    activity.note()
  }

  /** Headings are given the focus by the page itself. */
  function isOurOwn({ type, target }: Event): boolean {
    return type === 'focusin' && target instanceof HTMLHeadingElement
  }

  for (const name of INPUT) window.addEventListener(name, onInput, { capture: true, passive: true })
  for (const name of WAKING) window.addEventListener(name, judge)
  document.addEventListener('visibilitychange', judge)
  document.addEventListener('resume', judge)
  setInterval(judge, 1000)
  return { judge }
}
