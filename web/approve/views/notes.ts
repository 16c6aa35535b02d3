import { factsOf } from '../../deviceFacts.ts'
import { type Child, el, fill, verbatim } from '../../element.ts'
import { button, formMessage } from '../../form.ts'
import { explain } from '../../problem.ts'
import { dateAndTime } from '../../times.ts'
import { forgetDevice } from '../deviceStore.ts'
import { endOf, isOffline, type PhonePage } from '../phonePage.ts'
import type { Watched } from '../watch.ts'
import { wasLetIn } from './digits.ts'

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

const CANCEL =
  'If you do not want it, open “Phone” on the page where you are signed in and press “Cancel”.'
/** What is said before and after the account, and how the phone is added anew. */
const REMOVED = [
  [
    'This phone no longer approves payments of ',
    '. It was removed on the page where you sign in, or added again since.',
  ],
  'If you want it to approve again, press “Add a phone” on that page, and then “Add it anew” here.',
] as const
/** The last that it was told is that it waits. */
const STOPPED = [
  [
    'This phone was stopped while it waited. It approves no payments of ',
    '. One of your other phones stopped it, or the page where you sign in.',
  ],
  'If you want it to approve, press “Add a phone” on that page, and then “Add it anew” here.',
] as const

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
      el(
        'p',
        {},
        `This phone waits. It can approve payments from ${dateAndTime(new Date(device.waitsUntil ?? ''))}. Until then ` +
          'the other phones of this account, and the page, can stop it. You need do nothing.',
      ),
      el('p', {}, 'The account is ', account(), '. ', CANCEL),
    ]
  }
  if (state === 'refused') {
    const [why, anew] = device.waitsUntil ? STOPPED : REMOVED
    return [
      el('p', {}, why[0], account(), why[1]),
      el('p', {}, anew),
      button('Add it anew', () => forget('#add'), {
        'aria-label': `Add it anew to ${device.email}`,
      }),
      button('Forget this account', () => forget('#'), {
        'aria-label': `Forget this account, ${device.email}`,
      }),
    ]
  }
  if (isOver(page, watched)) {
    const { box: message, say } = formMessage()
    return [
      el('p', {}, 'This phone was not added to the account ', account(), '.'),
      message,
      button('Start again', async () => {
        say()
        if (!(await wasLetIn(page, device, say))) await forget('#add')
      }),
    ]
  }
  if (state === 'pending') {
    return [
      el('p', {}, 'This phone is not yet let in by ', account(), '. '),
      el('a', { href: '#', class: 'button' }, 'See its digits'),
    ]
  }
  return [
    ...newOthers(page, watched).map((other) =>
      el(
        'p',
        {},
        'Another phone approves payments of ',
        account(),
        ' now: ',
        verbatim('strong', { dir: 'auto' }, other.name),
        `. ${factsOf(other)} If that was not you, remove it on the page where you are signed in.`,
      ),
    ),
    // Without network the list says it once for all.
    trouble !== null &&
      !isOffline(page.watch.all()) &&
      el('p', {}, account(), ': ', explain(trouble)),
    hasUnreadable &&
      el('p', {}, account(), ': a request came that this page can’t show. Load this page again.'),
  ]
}
