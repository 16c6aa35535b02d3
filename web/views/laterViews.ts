import { shellWords } from '#words/shellWords.ts'
import { el } from '../element.ts'
import { loaded } from '../later.ts'
import type { Screen } from '../screen.ts'

/**
 * Views that are a file of their own.
 *
 * @param load a dynamic import
 */
function laterViews<Part>(load: () => Promise<Part>) {
  let here: Part | null = null
  const get = async () => {
    here ??= await loaded(load())
    return here
  }

  /** Show one of them: at once if they are here, as every other view. A view that was left meanwhile is not shown. */
  async function show(screen: Screen, draw: (part: Part) => void): Promise<void> {
    if (here !== null) {
      draw(here)
      return
    }
    screen.show(shellWords.brandName, el('p', {}, shellWords.oneMoment))
    try {
      const part = await get()
      if (!screen.signal.aborted) draw(part)
    } catch (error) {
      screen.showTrouble(error, () => show(screen, draw))
    }
  }

  return {
    show,

    /** Load them before they are needed. If that fails it is told when they are. */
    prefetch(): void {
      get().catch(() => {})
    },
  }
}

/** The list of payments. */
export const paymentsView = laterViews(() => import('./payments.ts'))

/** Half of the page, and who pays needs none of it. */
export const phoneViews = laterViews(() => import('./showOfPhone.ts'))

/** How a payment ended. */
export const resultView = laterViews(() => import('./result.ts'))

/** Load what the next press, or the end of a payment, may need. */
export function prefetchViews(): void {
  for (const views of [resultView, paymentsView, phoneViews]) views.prefetch()
}
