import { shellWords } from '#words/shellWords.ts'
import { type Child, el } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { explain } from '../problem.ts'
import type { App } from '../screen.ts'

const words = shellWords.signOutEverywhere

/** The section that every notice links to, so it is on each view of the phone. */
export function signedInElsewhere(app: App): Child[] {
  const { phone, devices, notices = [] } = app.profile
  // A new account has no session elsewhere.
  if (!phone && !devices.everHadOne && notices.length === 0) return []
  return [el('h2', {}, words.heading), el('p', {}, words.why), ...signOutEverywhere(app)]
}

/** A button that ends every session of the payer, this one too, and a message if that failed. */
export function signOutEverywhere(app: App): Child[] {
  const { box, say } = formMessage()
  const end = async () => {
    say()
    try {
      await app.api.endSessions()
    } catch (error) {
      say(el('p', {}, explain(error)))
      return
    }
    await app.session.signOut('everywhere')
  }
  return [box, button(words.press, end, { busyLabel: words.busy })]
}
