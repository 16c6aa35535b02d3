import { addPhoneWords } from '#words/addPhoneWords.ts'
import { el, keeping } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { recallPhone } from '../phoneDraft.ts'
import { explain } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { numberShown } from './numbers.ts'
import { type NumberSteps, showNotAgreed, showOvertaken } from './numberTaken.ts'
import type { UnderWay } from './numberUnderWay.ts'
import { waysToPhone } from './phoneLinks.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** How often the page looks whether a device has said yes. */
const LOOK_MS = 3000

/** A device must say yes to the new number: what to compare there, and the way to it. */
export function showAgreeByDevice(
  app: App,
  screen: Screen,
  steps: NumberSteps,
  { verificationId, reference, to, dialled }: UnderWay,
  agreed: () => void,
): void {
  // After a new sign-in only the masked number is known.
  const number = dialled ?? (recallPhone()?.whole || to)
  const { box: trouble, say } = formMessage()
  screen.show(
    whereToAgree(app),
    el('p', { class: 'display-text' }, numberShown(number)),
    el('p', {}, ...keeping(addPhoneWords.mustShow(reference), reference)),
    ...waysToPhone(app, `phone.${verificationId}`),
    el('p', {}, addPhoneWords.afterYes),
    trouble,
    el(
      'div',
      { class: 'actions' },
      button(addPhoneWords.otherNumber, steps.number),
      button(addPhoneWords.keepNumber, steps.keep),
    ),
    ...signedInElsewhere(app),
  )
  const looking = setInterval(look, LOOK_MS)
  screen.signal.addEventListener('abort', () => clearInterval(looking))

  async function look(): Promise<void> {
    if (!trouble.isConnected) clearInterval(looking)
    if (!trouble.isConnected || document.visibilityState !== 'visible') return
    try {
      app.profile = await app.api.profile()
      say()
    } catch (error) {
      say(el('p', {}, explain(error)))
      return
    }
    if (!trouble.isConnected || screen.signal.aborted) return
    const pending = app.profile.phone?.pending
    if (!pending) showNotAgreed(app, screen, steps)
    else if (pending.verificationId !== verificationId) showOvertaken(app, screen, steps)
    else if (pending.hasLeave) agreed()
  }
}

function whereToAgree({ profile: { devices } }: App): string {
  const [only, ...more] = devices.list
  return only && more.length === 0 ? addPhoneWords.approveOn(only.name) : addPhoneWords.approveOnOne
}
