import { factsOf } from '../../deviceFacts.ts'
import { type Child, el, fill, verbatim } from '../../element.ts'
import { button } from '../../form.ts'
import { explain } from '../../problem.ts'
import { minutesAndSeconds, secondsLeft } from '../../timeLeft.ts'
import { forgetDevice } from '../deviceStore.ts'
import { type Asked, askedOf, endOf, type PhonePage, type PhoneScreen } from '../phonePage.ts'
import type { Watched } from '../watch.ts'
import { wordsOf } from './facts.ts'
import { phoneSettings } from './settings.ts'

/** What waits for this phone's answer, of all its accounts; below it this phone itself. */
export function showList(page: PhonePage, screen: PhoneScreen): void {
  const said = el('p', { role: 'status' })
  const list = el('ul', { class: 'requests' })
  const notes = el('div', { class: 'trouble', role: 'status' })
  const settings = phoneSettings(page, screen)
  let times: (() => void)[] = []
  let shown = ''
  let noted = ''
  screen.show(headingFor(askedOf(page.watch.all()).length), said, list, notes, settings.box)
  render()
  page.watch.listen(render, screen.signal)
  const timer = setInterval(() => {
    for (const tick of times) tick()
  }, 1000)
  screen.signal.addEventListener('abort', () => clearInterval(timer))

  function render(): void {
    const all = page.watch.all()
    const asked = askedOf(all)
    settings.render(all)
    renderNotes(all)
    const isAsking = all.every(({ state }) => state === 'asking')
    const text = isAsking ? 'One moment…' : inWords(asked.length)
    // Changed only if it is new, because screen readers read it out, and a row may have the focus.
    if (said.textContent !== text) said.textContent = text
    screen.retitle(headingFor(asked.length))
    const ids = asked.map(({ request }) => request.id).join(' ')
    if (ids === shown) return
    shown = ids
    times = []
    fill(list, ...asked.map(row))
  }

  function row({ request, device }: Asked): HTMLElement {
    const left = el('span', { class: 'hint' })
    const tick = () => {
      left.textContent = `${minutesAndSeconds(secondsLeft(request, page.clock.now()))} left`
    }
    tick()
    times.push(tick)
    return el(
      'li',
      {},
      el(
        'a',
        { href: `#${request.id}`, class: 'request' },
        verbatim('strong', { dir: 'auto' }, ...wordsOf(request)),
        verbatim('span', { class: 'hint', dir: 'auto' }, device.email),
        el('span', { class: 'hint' }, 'Reference ', verbatim('span', {}, request.reference)),
        left,
      ),
    )
  }

  /** What is wrong with a device of this phone, and a new one that still waits for its digits. */
  function renderNotes(all: readonly Watched[]): void {
    const key = all
      .map((watched) => {
        const { state, device, trouble, hasUnreadable } = watched
        const others = newOthers(page, watched).map(({ id }) => id)
        const why = trouble === null ? '' : explain(trouble)
        const over = isOver(page, watched)
        return [device.kid, state, over, hasUnreadable, why, ...others].join(' ')
      })
      .join('\n')
    if (key === noted) return
    noted = key
    fill(notes, ...all.flatMap((watched) => noteOf(page, watched)))
  }
}

const headingFor = (count: number): string =>
  count === 0 ? 'Payfriend on this phone' : 'Waiting for your answer'

const inWords = (count: number): string => {
  if (count === 0) return 'Nothing waits. This page looks again by itself while it is open.'
  return count === 1
    ? 'One request waits for your answer.'
    : `${count} requests wait for your answer.`
}

/** The digits can be typed no longer. */
const isOver = ({ clock }: PhonePage, { device, state }: Watched): boolean =>
  state === 'pending' && endOf(device) <= clock.now()

/** For so long a phone that was added later is named on the others. */
const NEW_DAYS = 7

/** The account's phones that were added lately and after this one. */
function newOthers(page: PhonePage, { told, others }: Watched): Watched['others'] {
  const since = page.clock.now() - NEW_DAYS * 86_400_000
  return others.filter(
    ({ addedAt }) => told && addedAt > told.addedAt && Date.parse(addedAt) >= since,
  )
}

const REMOVED = 'It was removed on the page where you sign in.'

function noteOf(page: PhonePage, watched: Watched): Child[] {
  const { device, state, trouble, hasUnreadable } = watched
  const account = verbatim('strong', { dir: 'auto' }, device.email)
  const forget = async (fragment: string) => {
    await forgetDevice(device)
    await page.watch.load()
    page.go(fragment)
  }
  if (state === 'refused') {
    return [
      el('p', {}, 'This phone no longer approves payments of ', account, '. ', REMOVED),
      button('Forget this account', () => forget('#'), { 'aria-label': `Forget ${device.email}` }),
    ]
  }
  if (isOver(page, watched)) {
    return [
      el('p', {}, 'This phone was not added to the account ', account, '. Its time is over.'),
      button('Start again', () => forget('#add')),
    ]
  }
  if (state === 'pending') {
    return [
      el('p', {}, 'This phone is not yet let in by ', account, '. '),
      el('a', { href: '#', class: 'button' }, 'See its digits'),
    ]
  }
  return [
    ...newOthers(page, watched).map((other) =>
      el(
        'p',
        {},
        'Another phone approves payments of ',
        account,
        ' now: ',
        verbatim('strong', { dir: 'auto' }, other.name),
        `. ${factsOf(other)} If that was not you, remove it on the page where you are signed in.`,
      ),
    ),
    trouble !== null && el('p', {}, account, ': ', explain(trouble)),
    hasUnreadable &&
      el('p', {}, account, ': a request came that this page can’t show. Load this page again.'),
  ]
}
