import { ownPhoneWords } from '#words/ownPhoneWords.ts'
import { factsOf } from '../../deviceFacts.ts'
import { type Child, el, fill, verbatim } from '../../element.ts'
import { button, formMessage } from '../../form.ts'
import { explain } from '../../problem.ts'
import { dateAndTime } from '../../times.ts'
import { forgetDevice } from '../deviceStore.ts'
import { endOf, isOffline, type PhonePage } from '../phonePage.ts'
import { wasLetIn } from '../wasLetIn.ts'
import type { Watched } from '../watch.ts'

/** What is wrong with a device of this phone, and a new one that still waits for its digits. */
export function notesBox(page: PhonePage) {
  const box = el('div', { class: 'trouble', role: 'status' })
  let shown = ''

  /** Drawn anew only if something is new, because screen readers read it out. */
  function render(all: readonly Watched[]): void {
    const key = all
      .map((watched) => {
        const { state, device, trouble, hasUnreadable } = watched
        const others = newOthers(page, watched).map(({ id }) => id)
        const why = trouble === null || isOffline(all) ? '' : explain(trouble)
        const over = isOver(page, watched)
        return [device.kid, state, device.waitsUntil, over, hasUnreadable, why, ...others].join(' ')
      })
      .join('\n')
    if (key === shown) return
    shown = key
    fill(box, ...all.flatMap((watched) => noteOf(page, watched)))
  }

  return { box, render }
}

/** It was not let in, and its digits can be typed no longer. */
const isOver = ({ clock }: PhonePage, { device, state }: Watched): boolean =>
  state === 'turnedAway' || (state === 'pending' && endOf(device) <= clock.now())

/** For so long a phone that was added later is named on the others. */
const NEW_DAYS = 7

/** The account's phones that were added lately and after this one. */
function newOthers(page: PhonePage, { told, others }: Watched): Watched['others'] {
  const since = page.clock.now() - NEW_DAYS * 86_400_000
  return others.filter(
    ({ addedAt }) => told && addedAt > told.addedAt && Date.parse(addedAt) >= since,
  )
}

function noteOf(page: PhonePage, watched: Watched): Child[] {
  const { device, state, trouble, hasUnreadable } = watched
  // A new one each time, because an element is in one place only.
  const account = () => verbatim('strong', { dir: 'auto' }, device.email)
  const forget = async (fragment: string) => {
    await forgetDevice(device)
    await page.watch.load()
    await page.rings.endIfAlone()
    page.go(fragment)
  }
  if (state === 'waiting') {
    return [
      el('p', {}, ownPhoneWords.waitsUntil(dateAndTime(new Date(device.waitsUntil ?? '')))),
      el('p', {}, ...ownPhoneWords.howToCancel<Child>(account())),
    ]
  }
  if (state === 'refused') {
    // The last that it was told is that it waits.
    const why = device.waitsUntil
      ? ownPhoneWords.stoppedElsewhere<Child>(account())
      : ownPhoneWords.removedElsewhere<Child>(account())
    return [
      el('p', {}, ...why),
      el('p', {}, ownPhoneWords.howToAddAgain),
      button(ownPhoneWords.addAgain, () => forget('#add'), {
        'aria-label': ownPhoneWords.addAgainTo(device.email),
      }),
      button(ownPhoneWords.forget, () => forget('#'), {
        'aria-label': ownPhoneWords.forgetOf(device.email),
      }),
    ]
  }
  if (isOver(page, watched)) {
    const { box: message, say } = formMessage()
    return [
      el('p', {}, ...ownPhoneWords.notAddedTo<Child>(account())),
      message,
      button(ownPhoneWords.startAgain, async () => {
        say()
        if (!(await wasLetIn(page, device, say))) await forget('#add')
      }),
    ]
  }
  if (state === 'pending') {
    return [
      el('p', {}, ...ownPhoneWords.notLetIn<Child>(account())),
      el('a', { href: '#', class: 'button' }, ownPhoneWords.seeDigits),
    ]
  }
  return [
    ...newOthers(page, watched).map((other) =>
      el(
        'p',
        {},
        ...ownPhoneWords.otherApproves<Child>(
          account(),
          verbatim('strong', { dir: 'auto' }, other.name),
          factsOf(other),
        ),
      ),
    ),
    // Without network the list says it once for all.
    trouble !== null &&
      !isOffline(page.watch.all()) &&
      el('p', {}, account(), ': ', explain(trouble)),
    hasUnreadable && el('p', {}, ...ownPhoneWords.unreadable<Child>(account())),
  ]
}
