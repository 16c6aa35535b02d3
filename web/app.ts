import { titleOf } from '#words/brandName.ts'
import { laterWords } from '#words/laterWords.ts'
import { shellWords } from '#words/shellWords.ts'
import type { Activity } from './activity.ts'
import { createApi, type Payment } from './api.ts'
import type { Config } from './config.ts'
import { draftsBelongTo } from './draft.ts'
import { type Child, el, fill, verbatim } from './element.ts'
import { button } from './form.ts'
import { watchIdle } from './idleWatch.ts'
import { loaded } from './later.ts'
import { ownerInvitation, takeInvitationLink } from './ownerInvitation.ts'
import { canPay, whyNoPayment } from './phoneNeeded.ts'
import { fragmentOf, isOfPhone, type Place, placeOf } from './place.ts'
import { createPresses, takeNotDone } from './presses.ts'
import { detailsOf, explain, isOfSignIn, Problem } from './problem.ts'
import type { App, Screen } from './screen.ts'
import { createServerClock } from './serverClock.ts'
import type { Session } from './session.ts'
import { remember } from './tabStorage.ts'
import { SignInNeeded } from './tokens.ts'
import { openTold } from './told.ts'
import { prefetchViews } from './views/laterViews.ts'
import { showPlace } from './views/showPlace.ts'
import { isCodesLockSaid } from './views/startsLocked.ts'
import { showInvitedWelcome, showSignedOut, showWelcome } from './views/welcome.ts'

/** By then the requests of the first view have been answered. */
const PREFETCH_AFTER_MS = 2_000

/** Run the page: it shows one view at a time, the one that the fragment names. */
export function runApp(config: Config, session: Session, activity: Activity): void {
  const brand = byId('brand')
  const menu = byId('menu')
  const notice = byId('notice')
  const news = byId('news')
  const card = byId('screen')
  const seen = new Map<string, Payment>()
  const clock = createServerClock()
  const told = openTold()
  const presses = createPresses()
  const api = createApi(accessToken, signInAnew, clock, presses)
  let nextNotice: Child[] = session.trouble === null ? [] : [el('p', {}, session.trouble)]
  let current = new AbortController()
  let app: App | null = null
  let leaving: Promise<void> | null = null

  window.addEventListener('hashchange', render)
  // A page restored from the back/forward cache may show what must not be seen after a sign-out.
  window.addEventListener('pageshow', (event) => event.persisted && location.reload())
  session.onSignedOutElsewhere(showEnded)
  const idle = watchIdle(activity, () => session.signedIn, endIdle)
  render()

  function render(): void {
    takeInvitationLink(location.hash, (place) => history.replaceState(null, '', place))
    // Checked before a view is shown: this tab may have slept for hours.
    idle.judge()
    renderNow()
  }

  function renderNow(): void {
    current.abort()
    current = new AbortController()
    fill(notice, ...nextNotice)
    nextNotice = []
    const screen = screenFor(current.signal)
    if (session.signedIn) renderSignedIn(screen)
    else renderSignedOut(screen)
  }

  function renderSignedOut(screen: Screen): void {
    brand.setAttribute('href', '/')
    fill(menu)
    fill(news)
    const isInvited = placeOf(location.hash)?.view === 'invitation' && ownerInvitation() !== null
    if (isInvited && !session.signInNext) showInvitedWelcome(screen, () => leave())
    else if (session.signedOut !== null && !session.signInNext)
      showSignedOut(screen, () => leave(), session.signedOut)
    else if (!session.signInNext && (placeOf(location.hash) === null || session.trouble !== null)) {
      showWelcome(screen, () => leave(), config)
    } else {
      // A link to a payment leads straight to sign-in; a first visit without one shows the welcome.
      screen.show(shellWords.signingIn.heading, el('p', {}, shellWords.oneMoment))
      leave().catch((error) => screen.showTrouble(error, render))
    }
  }

  async function renderSignedIn(screen: Screen): Promise<void> {
    try {
      app ??= await signedInApp(screen)
      if (!screen.signal.aborted) renderPlace(app, screen)
    } catch (error) {
      renderMenu(null)
      screen.showTrouble(error, render)
    }
  }

  function renderPlace(app: App, screen: Screen): void {
    const place = placeOf(location.hash) ?? { view: 'send' }
    if (place.view === 'send' && !canPay(app.profile, config)) {
      // Who was led here by a press or a link is told why; at the first sight the view itself says it.
      const why =
        placeOf(location.hash) === null ? [] : [el('p', {}, whyNoPayment(app.profile, config))]
      go({ view: 'phone' }, { replace: true, notice: [...notice.children, ...why] })
      return
    }
    if (placeOf(location.hash) === null) history.replaceState(null, '', fragmentOf(place))
    remember('place', location.hash)
    renderMenu(place)
    showPlace(app, screen, place)
  }

  async function signedInApp(screen: Screen): Promise<App> {
    screen.show(shellWords.brandName, el('p', {}, shellWords.oneMoment))
    const profile = await api.profile()
    const { email, notices = [] } = profile
    if (draftsBelongTo(email)) {
      history.replaceState(null, '', config.redirectPath)
      notice.append(el('p', {}, shellWords.signingIn.nowAsAnother(email)))
    } else if (session.afterSignOut) {
      // Another payer may have signed in to this browser meanwhile, so sign-in asked for no password.
      notice.append(el('p', {}, shellWords.signingIn.nowAs(email)))
    }
    notice.append(...takeNotDone().map((sentence) => el('p', {}, sentence)))
    const isSaid = isCodesLockSaid({ profile, clock, config })
    const unread = (await told.unread(email, notices)).filter(
      ({ event }) => !(isSaid && event === 'codes.locked'),
    )
    if (unread.length > 0) {
      loaded(import('./views/notices.ts'))
        .then(({ showNotices }) => {
          // If the payer signed out meanwhile, the notices must not be shown.
          if (!session.signedIn) return
          showNotices(news, {
            unread,
            config,
            devices: profile.devices,
            putAway: (notice) => told.putAway(email, notice),
            onLast: () => card.querySelector('h1')?.focus(),
          })
        })
        .catch((error) => session.signedIn && fill(news, el('p', {}, explain(error))))
    }
    setTimeout(prefetchViews, PREFETCH_AFTER_MS)
    return { config, api, clock, session, activity, seen, go, profile }
  }

  function go(place: Place, { replace = false, notice = [] }: Parameters<App['go']>[1] = {}): void {
    if (notice.length > 0) nextNotice = notice
    const fragment = fragmentOf(place)
    if (replace || location.hash === fragment) history.replaceState(null, '', fragment)
    else history.pushState(null, '', fragment)
    render()
  }

  function screenFor(signal: AbortSignal): Screen {
    const screen: Screen = {
      signal,
      show(heading, ...content) {
        if (signal.aborted) return
        const h1 = el('h1', { tabindex: -1 }, heading)
        document.title = titleOf(heading)
        fill(card, h1, ...content)
        window.scrollTo(0, 0)
        h1.focus({ preventScroll: true })
        // With large letters the menu alone fills a screen.
        const first = notice.hasChildNodes() ? notice : h1
        if (h1.getBoundingClientRect().bottom > window.innerHeight / 2) first.scrollIntoView()
      },
      showTrouble(error, tryAgain) {
        const { kind, httpStatus } = detailsOf(error)
        const words = shellWords.trouble
        // Only another load of the page helps, and only a press begins it, so that it never goes round in circles.
        const isMissing = kind === 'notLoaded'
        const again = isMissing
          ? button(laterWords.load, () => location.reload(), { kind: 'primary' })
          : button(shellWords.tryAgain, tryAgain, { kind: 'primary' })
        const heading = isMissing ? laterWords.heading : words.heading
        screen.show(
          httpStatus === 404 ? words.notFoundHeading : heading,
          el('p', {}, httpStatus === 404 ? words.notFound : explain(error)),
          el(
            'div',
            { class: 'actions' },
            isOfSignIn(detailsOf(error))
              ? button(shellWords.menu.signOut, () => session.signOut(), { kind: 'primary' })
              : again,
            httpStatus === 404 &&
              el('a', { href: '#/payments', class: 'button' }, shellWords.menu.payments),
          ),
        )
      },
    }
    return screen
  }

  function renderMenu(place: Place | null): void {
    const words = shellWords.menu
    const view = place && isOfPhone(place.view) ? 'phone' : place?.view
    const link = (to: 'payments' | 'send' | 'phone', text: string) =>
      el('a', { href: fragmentOf({ view: to }), 'aria-current': view === to ? 'page' : null }, text)
    brand.setAttribute('href', '#/send')
    fill(
      menu,
      el(
        'nav',
        { 'aria-label': words.label },
        link('payments', words.payments),
        link('send', words.send),
        link('phone', words.phone),
      ),
      el(
        'div',
        { class: 'person' },
        verbatim('span', { class: 'email', dir: 'auto' }, app?.profile.email ?? ''),
        button(words.signOut, () => session.signOut(), { kind: 'quiet' }),
      ),
    )
  }

  async function accessToken(refused?: string): Promise<string> {
    idle.judge()
    // The page is leaving for sign-in: send no request, because its answer would be lost.
    if (leaving !== null) return leaving.then(() => new Promise<never>(() => {}))
    // The payer signed out: send no request, and do not lead to sign-in either.
    if (session.signedOut !== null) return new Promise<never>(() => {})
    try {
      return await session.accessToken(refused)
    } catch (error) {
      if (!(error instanceof SignInNeeded)) throw error
      return signInAnew()
    }
  }

  /** Asks for the password, because a session that was ended elsewhere may still be open at sign-in. */
  async function signInAnew(): Promise<never> {
    if (session.justProven) throw new Problem({ kind: 'fault', httpStatus: 403 })
    await leave({ anew: true })
    // The browser is about to load another page: until then show nothing and throw nothing.
    return new Promise<never>(() => {})
  }

  /**
   * Inactivity (RTS Art. 4(3)(d)), or a sign-out in another tab that this tab has not heard of yet. The view is
   * removed first, then the refresh token is revoked.
   */
  function endIdle(): void {
    session.signOut('idle')
    showEnded()
  }

  /** Without the network, which a laptop that wakes may not have yet. */
  function showEnded(): void {
    app = null
    seen.clear()
    nextNotice = []
    history.replaceState(null, '', config.redirectPath)
    renderNow()
  }

  function leave(how?: { readonly anew: boolean }): Promise<void> {
    // Requests under way get their answers first.
    leaving ??= presses
      .answered()
      .then(() => session.signIn(how))
      .catch((error) => {
        leaving = null
        throw error
      })
    return leaving
  }
}

function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`#${id} is missing from the page`)
  return element
}
