import { type Child, el } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { explain } from '../problem.ts'
import type { App } from '../screen.ts'

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
  return [box, button('Sign out everywhere', end, { busyLabel: 'Signing out…' })]
}
