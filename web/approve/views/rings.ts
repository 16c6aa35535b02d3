import { ringingWords } from '#words/ringingWords.ts'
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
    el('summary', {}, ringingWords.ringing),
    place,
    news,
    message,
  )
  let shown = ''
  /** As it was when the last message was shown, and until when that is true; a message goes with its fact. */
  let told: { readonly state: RingState; readonly until: number } | null = null

  /** Drawn anew only if something is new, because a button may have the focus. */
  function render(all: readonly Watched[]): void {
    box.hidden = !all.some(({ state }) => state === 'active')
    const [state, why] = [rings.state(), rings.trouble()]
    if (told && (told.state !== state || told.until <= page.clock.now())) tell()
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
      return [
        el('p', {}, ringingWords.onlyInstalled),
        el('a', { href: '#home', class: 'button' }, ringingWords.showHow),
      ]
    }
    switch (state) {
      case 'unsupported':
        return [el('p', {}, ringingWords.unsupported)]
      case 'denied':
        return [
          el('p', {}, home === 'installed' ? ringingWords.deniedInstalled : ringingWords.denied),
        ]
      case 'off':
        return [
          el('p', {}, ringingWords.forWhat),
          actions(button(ringingWords.letRing, turnOn, { busyLabel: ringingWords.asking })),
        ]
      case 'on':
        return [
          el('p', {}, ringingWords.isOn),
          why !== null && el('p', {}, ringingWords.notRenewed(explain(why))),
          actions(
            button(ringingWords.test, test, { busyLabel: ringingWords.testing }),
            button(ringingWords.stop, turnOff, {
              kind: 'quiet',
              busyLabel: ringingWords.stopping,
            }),
          ),
        ]
    }
  }

  /** What has worked; empty before the next try. */
  function tell(words = '', until = Number.POSITIVE_INFINITY): void {
    news.textContent = words
    say()
    told = words === '' ? null : { state: rings.state(), until }
  }

  /** What has not worked. */
  function fail(words: string): void {
    say(el('p', {}, words))
    told = { state: rings.state(), until: Number.POSITIVE_INFINITY }
  }

  async function turnOn(): Promise<void> {
    tell()
    // First of all, because browsers ask only directly in a press.
    const turning = rings.turnOn()
    try {
      const result = await turning
      if (result === 'dismissed') tell(ringingWords.dismissed)
      if (result === 'on') tell(ringingWords.turnedOn)
    } catch (error) {
      fail(ringingWords.notYet(whyOf(error)))
    }
    changed()
  }

  async function turnOff(): Promise<void> {
    tell()
    try {
      await rings.turnOff()
      tell(ringingWords.turnedOff)
    } catch (error) {
      const isLater = detailsOf(error).kind === 'unreachable'
      fail(isLater ? ringingWords.untold : `${ringingWords.untold} ${explain(error)}`)
    }
    changed()
  }

  async function test(): Promise<void> {
    tell()
    try {
      await rings.test()
      tell(ringingWords.rung, page.clock.now() + RUNG_SAID_MS)
    } catch (error) {
      fail(whyOf(error))
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

/** A test ring comes within a minute or not at all. */
const RUNG_SAID_MS = 120_000

const actions = (...buttons: HTMLElement[]) => el('div', { class: 'actions' }, ...buttons)

/** A browser that can't subscribe throws errors of its own. */
function whyOf(error: unknown): string {
  if (error instanceof DOMException) return ringingWords.noSubscription
  if (detailsOf(error).fields?.some(({ path }) => path === 'subscription.endpoint')) {
    return ringingWords.otherService
  }
  return reasonsOf(error).join(' ')
}
