import { type Child, el, fill } from '../../element.ts'
import { button, formMessage } from '../../form.ts'
import { detailsOf, explain, reasonsOf } from '../../problem.ts'
import type { PhonePage } from '../phonePage.ts'
import type { RingState } from '../rings.ts'
import type { Watched } from '../watch.ts'

/** Whether this phone rings, with what changes that; open until the payer has chosen, folded afterwards. */
export function ringsBox(page: PhonePage) {
  const { rings, homeScreen } = page
  const place = el('div', {})
  const { box: message, say } = formMessage()
  const news = el('p', { role: 'status' })
  const box = el(
    'details',
    { class: 'settings' },
    el('summary', {}, 'Ringing'),
    place,
    news,
    message,
  )
  let shown = ''

  /** Drawn anew only if something is new, because a button may have the focus. */
  function render(all: readonly Watched[]): void {
    box.hidden = !all.some(({ state }) => state === 'active')
    const [state, why] = [rings.state(), rings.trouble()]
    const key = JSON.stringify([state, homeScreen.state(), why === null ? '' : explain(why)])
    if (key === shown) return
    const isFirst = shown === ''
    shown = key
    if (isFirst) box.open = state !== 'on' && !rings.isChosen() && state !== 'unsupported'
    fill(place, ...partsOf(state, why))
  }

  function partsOf(state: RingState, why: unknown): Child[] {
    const home = homeScreen.state()
    if (home === 'iphone') {
      return [el('p', {}, ONLY_INSTALLED), el('a', { href: '#home', class: 'button' }, SHOW_HOW)]
    }
    switch (state) {
      case 'unsupported':
        return [el('p', {}, UNSUPPORTED)]
      case 'denied':
        return [el('p', {}, home === 'installed' ? DENIED_INSTALLED : DENIED)]
      case 'off':
        return [
          el('p', {}, FOR_WHAT),
          actions(button('Let this phone ring', turnOn, { busyLabel: 'Asking…' })),
        ]
      case 'on':
        return [
          el('p', {}, IS_ON),
          why !== null && el('p', {}, `${NOT_RENEWED} ${explain(why)}`),
          actions(
            button('Test ring', test, { busyLabel: 'Ringing…' }),
            button('Ring no more', turnOff, { kind: 'quiet', busyLabel: 'One moment…' }),
          ),
        ]
    }
  }

  /** What has worked; empty before the next try. */
  function tell(words = ''): void {
    news.textContent = words
    say()
  }

  async function turnOn(): Promise<void> {
    tell()
    // First of all, because browsers ask only directly in a press.
    const turning = rings.turnOn()
    try {
      const result = await turning
      if (result === 'dismissed') tell(DISMISSED)
      if (result === 'on') tell(TURNED_ON)
    } catch (error) {
      say(el('p', {}, `This phone does not ring yet. ${whyOf(error)}`))
    }
    changed()
  }

  async function turnOff(): Promise<void> {
    tell()
    try {
      await rings.turnOff()
      tell('This phone rings no more.')
    } catch (error) {
      const isLater = detailsOf(error).kind === 'unreachable'
      say(el('p', {}, isLater ? UNTOLD : `${UNTOLD} ${explain(error)}`))
    }
    changed()
  }

  async function test(): Promise<void> {
    tell()
    try {
      await rings.test()
      tell(RUNG)
    } catch (error) {
      say(el('p', {}, whyOf(error)))
    }
  }

  /** What was pressed is gone, so that the focus goes to the heading of what has changed. */
  function changed(): void {
    const hadFocus = box.contains(document.activeElement)
    box.open = true
    render(page.watch.all())
    if (hadFocus && !box.contains(document.activeElement)) box.querySelector('summary')?.focus()
  }

  return { box, render }
}

const actions = (...buttons: HTMLElement[]) => el('div', { class: 'actions' }, ...buttons)

/** A browser that can't subscribe throws errors of its own. */
function whyOf(error: unknown): string {
  if (error instanceof DOMException) return NO_SUBSCRIPTION
  if (detailsOf(error).fields?.some(({ path }) => path === 'subscription.endpoint')) return OTHER
  return reasonsOf(error).join(' ')
}

const FOR_WHAT =
  'This page has to be open to show what waits. If you let this phone ring, it also tells you when the page is ' +
  'closed. The notification says whom you pay and how much, and a locked phone may show it. It approves nothing.'
const IS_ON =
  'This phone rings when a payment waits, and when something about your phones changes. A ring can be late or get ' +
  'lost: what waits is always here.'
const UNSUPPORTED =
  'This browser can’t ring. Keep this page open when you send a payment: it looks every few seconds what waits.'
const DENIED =
  'This phone does not ring: its browser forbids notifications of this page. Allow them in the browser’s settings for ' +
  'this page, and load it again. Until then, keep it open when you send a payment.'
const DENIED_INSTALLED =
  'This phone does not ring: it forbids notifications of Payfriend. Allow them in the settings of the phone, under ' +
  'Notifications, and open Payfriend again. Until then, open it when you send a payment.'
const ONLY_INSTALLED =
  'On an iPhone or iPad a page rings only from the home screen, and only there the browser surely keeps its key.'
const SHOW_HOW = 'Show me how'
const DISMISSED = 'Nothing has changed. Press the button again, and then “Allow”.'
const TURNED_ON = 'This phone rings now. Try it with a test ring.'
const RUNG =
  'A test ring is on its way. If you see none within a minute, look whether your phone is silent or forbids ' +
  'notifications of this browser.'
const UNTOLD =
  'This phone rings no more. Payfriend could not be told: this page does that the next time that it is opened.'
const NOT_RENEWED = 'Perhaps it does not ring just now:'
const NO_SUBSCRIPTION =
  'The browser could not ask its push service. It may be a private window, or there may be no network. Try again later.'
const OTHER =
  'Payfriend does not ring by the push service of this browser. Take another browser, or keep this page open.'
