import { addingWords } from '#words/addingWords.ts'
import { approveWords } from '#words/approveWords.ts'
import { type Child, el, verbatim } from '../../element.ts'
import { button, formMessage } from '../../form.ts'
import { explain } from '../../problem.ts'
import { minutesAndSeconds } from '../../timeLeft.ts'
import { forgetDevice, type OwnDevice } from '../deviceStore.ts'
import { goOnWithNext } from '../nextRequest.ts'
import { endOf, type PhonePage, type PhoneScreen } from '../phonePage.ts'
import { wasLetIn } from '../wasLetIn.ts'

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
  const { box: message, say } = formMessage()
  /** `ended`: its time is over, and the server has not yet told whether it was let in before. */
  let stage: 'digits' | 'ended' | 'over' = 'digits'
  const timer = setInterval(tick, 1000)
  screen.signal.addEventListener('abort', () => clearInterval(timer))
  page.watch.listen(render, screen.signal)
  if (watched()?.state === 'turnedAway') {
    render()
    return
  }
  if (end > page.clock.now()) {
    screen.show(
      addingWords.typeDigits,
      el('p', {}, ...addingWords.whereDigits<Child>(account(email))),
      verbatim('p', { class: 'digits' }, pending.digits),
      el('p', {}, ...addingWords.itsName<Child>(verbatim('strong', { dir: 'auto' }, device.name))),
      el('p', {}, addingWords.notYou),
      el('p', { class: 'countdown' }, ...approveWords.leftOf<Child>(left)),
      message,
      actions(button(addingWords.dontAdd, startAgain)),
    )
  }
  tick()

  function tick(): void {
    if (stage !== 'digits') return
    const seconds = Math.ceil((end - page.clock.now()) / 1000)
    if (seconds > 0) {
      left.textContent = minutesAndSeconds(seconds)
      return
    }
    clearInterval(timer)
    stage = 'ended'
    screen.show(approveWords.oneMoment)
    page.watch.look()
  }

  function render(): void {
    const now = watched()
    // Another tab has a newer one, or removed this one; or it was let in and waits, which the list says.
    if (now === undefined || now.state === 'waiting') page.go('#')
    else if (now.state === 'active') showAdded(page, now.device)
    else if (stage === 'over') return
    else if (now.state === 'turnedAway') {
      showNotAdded(timeIsOver() ? addingWords.timeOver : addingWords.turnedAway)
    } else if (stage === 'ended' && now.trouble !== null) {
      screen.show(approveWords.oneMoment, el('p', {}, explain(now.trouble)))
    } else if (stage === 'ended') showNotAdded(addingWords.timeOver)
  }

  // The server refuses a device whose time is over as one that was turned away.
  function timeIsOver(): boolean {
    return end <= page.clock.now()
  }

  function showNotAdded(why: string): void {
    clearInterval(timer)
    stage = 'over'
    say()
    screen.show(
      addingWords.notAdded,
      el('p', {}, ...addingWords.notOf<Child>(account(email))),
      el('p', {}, why),
      message,
      actions(button(addingWords.startAgain, startAgain)),
    )
  }

  /** But a phone that was let in meanwhile keeps its key: only the page can take it away again. */
  async function startAgain(): Promise<void> {
    say()
    if (device && (await wasLetIn(page, device, say))) return
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
      others && el('a', { href: '#waiting', class: 'button' }, addingWords.seeWaiting),
    )
  }
}

function showAdded(page: PhonePage, { kid, email, name }: OwnDevice): void {
  const screen = page.nextScreen()
  page.watch.listen(() => {
    const now = page.watch.all().find(({ device }) => device.kid === kid)
    // Removed on the account's page: the list says so.
    if (now?.state !== 'active') page.go('#waiting')
  }, screen.signal)
  goOnWithNext(page, screen)
  screen.show(
    addingWords.added,
    el('p', {}, ...addingWords.isPhoneOf<Child>(verbatim('strong', {}, name), account(email))),
    el('p', {}, addingWords.whatNext),
    el(
      'div',
      { class: 'actions' },
      el('a', { href: '#waiting', class: 'button primary' }, addingWords.done),
    ),
  )
}

const account = (email: string) => verbatim('strong', { dir: 'auto' }, email)
