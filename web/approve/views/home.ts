import { homeScreenWords } from '#words/homeScreenWords.ts'
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
    homeScreenWords.homeScreen,
    el('p', {}, homeScreenWords.isAddedHere),
    el('p', {}, homeScreenWords.whyHome),
    el(
      'ol',
      { class: 'guide' },
      step('share', homeScreenWords.share),
      step('add', homeScreenWords.addToHome),
      step('open', homeScreenWords.openHome),
      code === null
        ? step('type', homeScreenWords.getCode)
        : step(
            'type',
            homeScreenWords.typeCode,
            verbatim('p', { class: 'invitation' }, invitationToShow(code)),
          ),
    ),
    stay && el('p', { class: 'hint' }, homeScreenWords.stayMeans),
    el(
      'div',
      { class: 'actions' },
      stay && button(homeScreenWords.stay, stay, { kind: 'quiet' }),
      page.watch.all().length > 0 &&
        el('a', { href: '#waiting', class: 'button' }, homeScreenWords.back),
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
      ...(state === 'can'
        ? CAN()
        : state === 'mac'
          ? [el('p', { class: 'hint' }, homeScreenWords.macDock)]
          : []),
    )
  }

  const CAN = (): Child[] => [
    el('p', {}, homeScreenWords.atHand),
    button(homeScreenWords.putOnHome, add),
  ]

  async function add(): Promise<void> {
    await homeScreen.add()
    render()
    // The button is gone.
    if (document.activeElement === document.body) document.querySelector('h1')?.focus()
  }

  return { box, render }
}
