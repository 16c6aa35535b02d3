import { approveWords } from '#words/approveWords.ts'
import { laterWords } from '#words/laterWords.ts'
import { type Child, el, fill } from '../element.ts'
import { button } from '../form.ts'
import { loaded } from '../later.ts'
import { detailsOf, explain } from '../problem.ts'
import { createServerClock } from '../serverClock.ts'
import { createDeviceCalls } from './deviceCalls.ts'
import { createHomeScreen } from './homeScreen.ts'
import { endOf, newestPending, type PhonePage, type PhoneScreen } from './phonePage.ts'
import { phonePlaceOf } from './place.ts'
import { createCloser, createRings } from './rings.ts'
import { showHome } from './views/home.ts'
import { showList } from './views/list.ts'
import { showRequest } from './views/request.ts'
import { showKeepsNothing } from './views/trouble.ts'
import { createWatch } from './watch.ts'

/** Open the phone's page at the place that the fragment names. */
export async function openApprove(): Promise<void> {
  const clock = createServerClock()
  const calls = createDeviceCalls(clock)
  const watch = createWatch(calls)
  const rings = createRings(calls, watch)
  // Before anything is waited for: the browser offers it once.
  const homeScreen = createHomeScreen()
  const page: PhonePage = { calls, clock, watch, rings, homeScreen, nextScreen, go }
  const closeEnded = createCloser()
  let current = new AbortController()
  /** The payer wants to go on in the browser of an iPhone, which does not ring. */
  let stays = false

  window.addEventListener('hashchange', render)
  try {
    await watch.load()
  } catch (error) {
    console.error(error)
    showKeepsNothing(nextScreen())
    return
  }
  watch.listen(() => {
    rings.renew()
    closeEnded(watch.all()).catch((error) => console.error(error))
  })
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) rings.lookAgain()
  })
  navigator.serviceWorker?.addEventListener('message', ({ data }) => openPlace(Object(data).place))
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
      case 'home':
        showHome(page, screen)
        break
      case 'add':
        if (isInBrowser()) {
          forgetAddress()
          showHome(page, screen, { code: place.code, stay: () => stay(place.code) })
        } else {
          showAdding(screen, ({ showAdd }) => {
            forgetAddress()
            return showAdd(page, screen, place.code)
          })
        }
        break
      case 'request':
        showRequest(page, screen, place.id).catch((error) => showTrouble(screen, error))
        break
      case 'code':
        showAddCode(screen)
        break
      case 'waiting':
        showWaiting(screen)
        break
      default:
        place satisfies never
    }
  }

  /** The digits of a phone that is being added come first, unless the payer asks for the list. */
  function showWaiting(screen: PhoneScreen): void {
    const all = watch.all()
    const added = newestPending(all)
    const comesFirst = added && (all.length === 1 || endOf(added) > clock.now())
    if (comesFirst && location.hash !== '#waiting') {
      showAdding(screen, ({ showDigits }) => showDigits(page, screen, added))
    } else if (all.length > 0) showList(page, screen)
    else showAddCode(screen)
  }

  function showAddCode(screen: PhoneScreen): void {
    if (isInBrowser()) showHome(page, screen, { stay: () => stay() })
    else showAdding(screen, ({ showCode }) => showCode(page, screen))
  }

  /** Load what adds a phone, which is not shown if the payer has gone elsewhere meanwhile. */
  async function showAdding(
    screen: PhoneScreen,
    show: (adding: typeof import('./views/adding.ts')) => void | Promise<void>,
  ): Promise<void> {
    try {
      const adding = await loaded(import('./views/adding.ts'))
      if (!screen.signal.aborted) await show(adding)
    } catch (error) {
      showTrouble(screen, error)
    }
  }

  function isInBrowser(): boolean {
    return homeScreen.state() === 'iphone' && !stays
  }

  function stay(code?: string): void {
    stays = true
    go(code === undefined ? '#add' : `#add/${code}`)
  }

  /** The worker was pressed: only what waits is opened by it, and only as the server tells it. */
  function openPlace(place: unknown): void {
    if (typeof place !== 'string') return
    const { view } = phonePlaceOf(place)
    if (view === 'request' || view === 'waiting') go(view === 'request' ? place : '#waiting')
  }

  function nextScreen(): PhoneScreen {
    current.abort()
    current = new AbortController()
    const { signal } = current
    const draw = (title: string, h1: HTMLElement, content: readonly Child[]) => {
      const card = document.getElementById('screen')
      if (signal.aborted || card === null) return
      document.title = approveWords.titled(title)
      fill(card, h1, ...content)
      window.scrollTo(0, 0)
      h1.focus()
    }
    return {
      signal,
      retitle(heading) {
        const h1 = document.querySelector('#screen h1')
        if (signal.aborted || h1 === null || h1.textContent === heading) return
        document.title = approveWords.titled(heading)
        h1.textContent = heading
      },
      show(heading, ...content) {
        draw(heading, el('h1', { tabindex: -1 }, heading), content)
      },
      showAsked(heading, ...content) {
        const h1 = el('h1', { tabindex: -1, class: 'asked', dir: 'auto' }, ...heading)
        draw(approveWords.yourAnswer, h1, content)
      },
    }
  }
}

/** So that no history and no screenshot keeps a code that was in the address. */
function forgetAddress(): void {
  history.replaceState(null, '', location.pathname)
}

function showTrouble(screen: PhoneScreen, error: unknown): void {
  const isMissing = detailsOf(error).kind === 'notLoaded'
  screen.show(
    isMissing ? laterWords.heading : approveWords.didNotWork,
    el('p', {}, explain(error)),
    isMissing
      ? button(laterWords.load, () => location.reload(), { kind: 'primary' })
      : el('a', { href: '#' }, approveWords.startAgain),
  )
}
