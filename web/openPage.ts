import { laterWords } from '#words/laterWords.ts'
import { shellWords } from '#words/shellWords.ts'
import { runApp } from './app.ts'
import { loadConfig } from './config.ts'
import { el } from './element.ts'
import { button } from './form.ts'
import { openActivity } from './openActivity.ts'
import { takeInvitationLink } from './ownerInvitation.ts'
import { openSession } from './session.ts'

/** Load the configuration, handle a return from sign-in and show the view that the fragment names. */
export async function openPage(): Promise<void> {
  // Before all else, so that the code stays in the address for no longer than it has to.
  takeInvitationLink(location.hash, (place) => history.replaceState(null, '', place))
  try {
    const config = await loadConfig()
    const activity = openActivity()
    runApp(config, await openSession(config, activity), activity)
  } catch (error) {
    console.error(error)
    const words = shellWords.trouble
    document.getElementById('screen')?.replaceChildren(
      el('h1', {}, words.unreachableHeading),
      el('p', {}, words.unreachable),
      button(laterWords.load, () => location.reload(), { kind: 'primary' }),
    )
  }
}
