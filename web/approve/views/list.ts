import { approveWords } from '#words/approveWords.ts'
import { type Child, el, fill, verbatim } from '../../element.ts'
import { minutesAndSeconds, secondsLeft } from '../../timeLeft.ts'
import { type Asked, askedOf, isOffline, type PhonePage, type PhoneScreen } from '../phonePage.ts'
import type { Watched } from '../watch.ts'
import { headingOf } from './facts.ts'
import { homeBox } from './home.ts'
import { latelyBox } from './lately.ts'
import { notesBox } from './notes.ts'
import { ringsBox } from './rings.ts'
import { phoneSettings } from './settings.ts'
import { stopCards } from './stops.ts'

/** What waits for this phone's answer, of all its accounts; below it this phone itself. */
export function showList(page: PhonePage, screen: PhoneScreen): void {
  const said = el('p', { role: 'status' })
  const begun = el('p', { role: 'status' })
  const list = el('ul', { class: 'requests' })
  const parts = [
    stopCards(page, screen),
    notesBox(page),
    latelyBox(),
    homeBox(page),
    ringsBox(page),
    phoneSettings(page, screen),
  ] as const
  const [stops, notes, lately, home, rings, settings] = parts
  let times: (() => void)[] = []
  let shown = ''
  /** The phones, by `kid`, that were seen waiting here. */
  const waited = new Set<string>()
  screen.show(
    headingFor(page.watch.all()),
    stops.box,
    begun,
    said,
    list,
    notes.box,
    rings.box,
    home.box,
    lately.box,
    settings.box,
  )
  render()
  page.watch.listen(render, screen.signal)
  const timer = setInterval(() => {
    for (const tick of times) tick()
  }, 1000)
  screen.signal.addEventListener('abort', () => clearInterval(timer))

  function render(): void {
    const all = page.watch.all()
    const asked = askedOf(all)
    for (const part of parts) part.render(all)
    const isAsking = all.every(({ state }) => state === 'asking')
    // Nothing can wait for a phone that approves nothing; its own note says so.
    const isNoMore = all.every(({ state }) => APPROVES_NOTHING.includes(state))
    const isElse = all.some(({ stops }) => stops.length > 0)
    const text = isOffline(all)
      ? approveWords.noNetwork
      : isAsking
        ? approveWords.oneMoment
        : isNoMore
          ? ''
          : inWords(asked.length, isElse)
    for (const { state, device } of all) if (state === 'waiting') waited.add(device.kid)
    const isNow = all.some(({ state, device }) => state === 'active' && waited.has(device.kid))
    const now = isNow ? approveWords.approvesNow : ''
    if (begun.textContent !== now) begun.textContent = now
    // Changed only if it is new, because screen readers read it out, and a row may have the focus.
    if (said.textContent !== text) said.textContent = text
    screen.retitle(headingFor(all))
    const ids = asked.map(({ request }) => request.id).join(' ')
    if (ids === shown) return
    shown = ids
    times = []
    fill(list, ...asked.map(row))
  }

  function row({ request, device }: Asked): HTMLElement {
    const left = el('span', { class: 'hint' })
    const tick = () => {
      left.textContent = approveWords.left(
        minutesAndSeconds(secondsLeft(request, page.clock.now())),
      )
    }
    tick()
    times.push(tick)
    return el(
      'li',
      {},
      el(
        'a',
        { href: `#${request.id}`, class: 'request' },
        verbatim('strong', { dir: 'auto' }, ...headingOf(request)),
        verbatim('span', { class: 'hint', dir: 'auto' }, device.email),
        el(
          'span',
          { class: 'hint' },
          ...approveWords.referenceOf<Child>(verbatim('span', {}, request.reference)),
        ),
        left,
        el('span', { class: 'button' }, approveWords.answer),
      ),
    )
  }
}

function headingFor(all: readonly Watched[]): string {
  if (askedOf(all).length > 0) return approveWords.waiting
  const isWaiting = all.every(({ state }) => state === 'waiting')
  return isWaiting ? approveWords.approvesNothingYet : approveWords.onThisPhone
}

const APPROVES_NOTHING: readonly Watched['state'][] = ['waiting', 'removed', 'refused']
const inWords = (count: number, isElse: boolean): string =>
  count === 0 ? approveWords.nothingWaits(isElse) : approveWords.requestsWait(count)
