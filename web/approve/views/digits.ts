import { el, verbatim } from '../../element.ts'
import { button } from '../../form.ts'
import { explain } from '../../problem.ts'
import { minutesAndSeconds } from '../../timeLeft.ts'
import { forgetDevice, type OwnDevice } from '../deviceStore.ts'
import { endOf, type PhonePage, type PhoneScreen } from '../phonePage.ts'

/** The account and the four digits to type on its page, until that page has let this phone in. */
export function showDigits(page: PhonePage, screen: PhoneScreen, { kid }: OwnDevice): void {
  const left = el('span', { class: 'left', role: 'timer' })
  const watched = () => page.watch.all().find(({ device }) => device.kid === kid)
  const { device } = watched() ?? {}
  if (!device?.pending) {
    page.go('#')
    return
  }
  const { email, pending } = device
  const end = endOf(device)
  /** `ended`: its time is over, and the server has not yet told whether it was let in before. */
  let stage: 'digits' | 'ended' | 'over' = 'digits'
  const timer = setInterval(tick, 1000)
  screen.signal.addEventListener('abort', () => clearInterval(timer))
  page.watch.listen(render, screen.signal)
  if (end > page.clock.now()) {
    screen.show(
      'Type these four digits',
      el('p', {}, 'Type them on the page where you are signed in as ', account(email), '.'),
      verbatim('p', { class: 'digits' }, pending.digits),
      el(
        'p',
        {},
        'If you are somebody else, or did not press “Add a phone” there, type them nowhere.',
      ),
      el('p', { class: 'countdown' }, left, ' left'),
      actions(button("Don't add this phone", startAgain)),
    )
  }
  tick()

  function tick(): void {
    const seconds = Math.ceil((end - page.clock.now()) / 1000)
    if (seconds > 0) {
      left.textContent = minutesAndSeconds(seconds)
      return
    }
    clearInterval(timer)
    if (stage !== 'digits') return
    stage = 'ended'
    screen.show('One moment…')
    page.watch.look()
  }

  function render(): void {
    const now = watched()
    // Another tab has a newer one, or removed this one.
    if (now === undefined) page.go('#')
    else if (now.state === 'active') showAdded(page.nextScreen(), now.device)
    else if (stage === 'ended' && now.trouble !== null) {
      screen.show('One moment…', el('p', {}, explain(now.trouble)))
    } else if (stage === 'ended') {
      stage = 'over'
      screen.show(
        'Not added',
        el('p', {}, 'This phone was not added to the account ', account(email), '.'),
        el('p', {}, 'The ten minutes are over, or somebody said no.'),
        actions(button('Start again', startAgain, { kind: 'primary' })),
      )
    }
  }

  async function startAgain(): Promise<void> {
    await forgetDevice({ kid })
    await page.watch.load()
    page.go('#add')
  }

  function actions(first: HTMLElement): HTMLElement {
    const others = page.watch.all().length > 1
    return el(
      'div',
      { class: 'actions' },
      first,
      others && el('a', { href: '#waiting', class: 'button' }, 'See what waits'),
    )
  }
}

function showAdded(screen: PhoneScreen, { email, name }: OwnDevice): void {
  screen.show(
    'This phone approves your payments now',
    el('p', {}, verbatim('strong', {}, name), ' is a phone of ', account(email), '.'),
    el(
      'p',
      {},
      'When you send a payment, open this page: it shows the payment. Put it on your home screen or among your ' +
        'bookmarks.',
    ),
    el('div', { class: 'actions' }, el('a', { href: '#waiting', class: 'button primary' }, 'Done')),
  )
}

const account = (email: string) => verbatim('strong', { dir: 'auto' }, email)
