/** The page's beginning: learn where it runs, take in a return from sign-in, show the place asked for. */
import { runApp } from './app.ts'
import { loadConfig } from './config.ts'
import { el } from './element.ts'
import { button } from './form.ts'
import { openActivity } from './openActivity.ts'
import { openSession } from './session.ts'

try {
  const config = await loadConfig()
  const activity = openActivity()
  runApp(config, await openSession(config, activity), activity)
} catch (error) {
  console.error(error)
  document.getElementById('screen')?.replaceChildren(
    el('h1', {}, "Payfriend can't be reached"),
    el('p', {}, 'Check your connection, then load this page again.'),
    button('Load again', () => location.reload(), { kind: 'primary' }),
  )
}
