import type { Activity } from './activity.ts'
import { WARNING_MS } from './activity.ts'
import { createIdleWarning } from './views/idleWarning.ts'

/**
 * Events that count as the payer's activity, by hand, keyboard or voice. A pointer that only moves does
 * not count: bumping the desk moves it too.
 */
const INPUT = ['pointerdown', 'touchstart', 'wheel', 'keydown', 'input', 'click', 'focusin']
/** Events of a tab that wakes; if the browser allows it, they come before the tab is visible. */
const WAKING = ['focus', 'pageshow', 'online', 'storage']

/**
 * Warn a signed-in payer who is inactive, and sign them out when the time is over.
 *
 * @param onOver signs the payer out; called again for as long as they are still signed in
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
    // While the warning is shown, only its button counts.
    if (!event.isTrusted || warning.isShown() || isOurOwn(event)) return
    activity.note()
  }

  /** The page itself focuses headings, and that is no activity of the payer. */
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
