import { type Child, el, fill, verbatim } from '../../element.ts'
import { button } from '../../form.ts'
import { invitationToShow } from '../../invitation.ts'
import type { PhonePage, PhoneScreen } from '../phonePage.ts'
import { picture } from './pictures.ts'

/**
 * How this page comes to the home screen of an iPhone or iPad, before anything is added in the browser.
 *
 * @param code of the page where the payer is signed in, if this page was opened by it
 * @param stay go on in the browser
 */
export function showHome(
  page: PhonePage,
  screen: PhoneScreen,
  {
    code = null,
    stay = null,
  }: { readonly code?: string | null; readonly stay?: (() => void) | null } = {},
): void {
  screen.show(
    'Put Payfriend on your home screen',
    el(
      'p',
      {},
      'On an iPhone or iPad, only a page on the home screen rings when a payment waits, and only there its key is kept. ' +
        'So this comes first:',
    ),
    el(
      'ol',
      { class: 'guide' },
      step(
        'share',
        'Press the Share button of the browser. It may be behind its button with three dots.',
      ),
      step(
        'add',
        'Choose “Add to Home Screen”; you may have to scroll for it. If “Open as Web App” is there, leave it on. Press “Add”.',
      ),
      step('open', 'Open Payfriend from your home screen.'),
      code === null
        ? step(
            'type',
            'Add this phone there: press “Add a phone” on the page where you are signed in, and type its code.',
          )
        : step(
            'type',
            'Type this code there:',
            verbatim('p', { class: 'invitation' }, invitationToShow(code)),
          ),
    ),
    stay &&
      el(
        'p',
        { class: 'hint' },
        'If you go on in the browser, this phone does not ring, and the browser may delete its key when you have not ' +
          'opened this page for a week.',
      ),
    el(
      'div',
      { class: 'actions' },
      stay && button('Go on in the browser', stay, { kind: 'quiet' }),
      page.watch.all().length > 0 && el('a', { href: '#waiting', class: 'button' }, 'Back'),
    ),
  )
}

const step = (name: Parameters<typeof picture>[0], words: string, ...more: Child[]) =>
  el('li', {}, picture(name), el('p', {}, words), ...more)

/** An offer to put the page on the home screen, where the browser can do it. */
export function homeBox({ homeScreen }: PhonePage) {
  const box = el('div', { class: 'home' })
  let shown = ''

  function render(): void {
    const state = homeScreen.state()
    if (state === shown) return
    shown = state
    fill(
      box,
      ...(state === 'can' ? CAN() : state === 'mac' ? [el('p', { class: 'hint' }, MAC)] : []),
    )
  }

  const CAN = (): Child[] => [
    el('p', {}, 'On your home screen Payfriend is always at hand.'),
    button('Put it on the home screen', add),
  ]

  async function add(): Promise<void> {
    await homeScreen.add()
    render()
    // The button is gone.
    if (document.activeElement === document.body) document.querySelector('h1')?.focus()
  }

  return { box, render }
}

const MAC =
  'In Safari on a Mac, choose “Add to Dock” in the menu File: then the browser keeps this page’s key.'
