import { type Child, el, fill } from '../element.ts'
import { explain } from '../problem.ts'
import { createServerClock } from '../serverClock.ts'
import { createDeviceCalls } from './deviceCalls.ts'
import { endOf, newestPending, type PhonePage, type PhoneScreen } from './phonePage.ts'
import { phonePlaceOf } from './place.ts'
import { showAdd } from './views/add.ts'
import { showCode } from './views/code.ts'
import { showDigits } from './views/digits.ts'
import { showList } from './views/list.ts'
import { showRequest } from './views/request.ts'
import { showKeepsNothing } from './views/trouble.ts'
import { createWatch } from './watch.ts'

/** Open the phone's page at the place that the fragment names. */
export async function openApprove(): Promise<void> {
  const clock = createServerClock()
  const calls = createDeviceCalls(clock)
  const watch = createWatch(calls)
  const page: PhonePage = { calls, clock, watch, nextScreen, go }
  let current = new AbortController()

  window.addEventListener('hashchange', render)
  try {
    await watch.load()
  } catch (error) {
    console.error(error)
    showKeepsNothing(nextScreen())
    return
  }
  watch.start()
  render()

  function go(fragment: string): void {
    history.replaceState(null, '', fragment === '#' ? location.pathname : fragment)
    render()
  }

  function render(): void {
    const screen = nextScreen()
    const place = phonePlaceOf(location.hash)
    switch (place.view) {
      case 'add':
        // Taken out of the address bar at once, so that no history and no screenshot keeps the code.
        history.replaceState(null, '', location.pathname)
        showAdd(page, screen, place.code).catch((error) => showTrouble(screen, error))
        break
      case 'request':
        showRequest(page, screen, place.id).catch((error) => showTrouble(screen, error))
        break
      case 'code':
        showCode(page, screen)
        break
      case 'waiting':
        showWaiting(screen)
    }
  }

  /** The digits of a phone that is being added come first, unless the payer asks for the list. */
  function showWaiting(screen: PhoneScreen): void {
    const all = watch.all()
    const added = newestPending(all)
    const comesFirst = added && (all.length === 1 || endOf(added) > clock.now())
    if (comesFirst && location.hash !== '#waiting') showDigits(page, screen, added)
    else if (all.length > 0) showList(page, screen)
    else showCode(page, screen)
  }

  function nextScreen(): PhoneScreen {
    current.abort()
    current = new AbortController()
    const { signal } = current
    const draw = (title: string, h1: HTMLElement, content: readonly Child[]) => {
      const card = document.getElementById('screen')
      if (signal.aborted || card === null) return
      document.title = `${title} · Payfriend`
      fill(card, h1, ...content)
      window.scrollTo(0, 0)
      h1.focus()
    }
    return {
      signal,
      retitle(heading) {
        const h1 = document.querySelector('#screen h1')
        if (signal.aborted || h1 === null || h1.textContent === heading) return
        document.title = `${heading} · Payfriend`
        h1.textContent = heading
      },
      show(heading, ...content) {
        draw(heading, el('h1', { tabindex: -1 }, heading), content)
      },
      showAsked(heading, ...content) {
        const h1 = el('h1', { tabindex: -1, class: 'asked', dir: 'auto' }, ...heading)
        draw('Your answer', h1, content)
      },
    }
  }
}

function showTrouble(screen: PhoneScreen, error: unknown): void {
  screen.show(
    "That didn't work",
    el('p', {}, explain(error)),
    el('a', { href: '#' }, 'Start again'),
  )
}
