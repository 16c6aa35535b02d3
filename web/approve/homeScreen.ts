/** Whether this page is on a home screen, and how it gets there. */
import { type HomeScreen, homeScreenOf } from './homeScreenState.ts'

/** A browser that can put the page there is asked by this event's `prompt`. Only Chromium has it. */
type InstallAsked = Event & { prompt(): Promise<unknown> }

/** Ask it before the browser offers anything, so that no offer is lost. */
export function createHomeScreen(): {
  state(): HomeScreen
  /** Let the browser ask the payer; directly in a press. */
  add(): Promise<unknown>
} {
  let asked: InstallAsked | null = null
  window.addEventListener('beforeinstallprompt', (event) => {
    // The page offers it at its own time.
    event.preventDefault()
    asked = event as InstallAsked
  })
  window.addEventListener('appinstalled', () => {
    asked = null
  })
  return {
    state() {
      const state = homeScreenOf({
        userAgent: navigator.userAgent,
        touchPoints: navigator.maxTouchPoints,
        isStandalone: matchMedia('(display-mode: standalone)').matches,
      })
      return state === 'other' && asked !== null ? 'can' : state
    },
    async add() {
      const once = asked
      // It can be asked once.
      asked = null
      await once?.prompt()
    },
  }
}
