import { type Child, el, fill, verbatim } from '../../element.ts'
import { button } from '../../form.ts'
import { invitationToShow } from '../../invitation.ts'
import { addingWords } from '../../words/addingWords.ts'
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
    addingWords.homeScreen,
    el('p', {}, addingWords.isAddedHere),
    el('p', {}, addingWords.whyHome),
    el(
      'ol',
      { class: 'guide' },
      step('share', addingWords.share),
      step('add', addingWords.addToHome),
      step('open', addingWords.openHome),
      code === null
        ? step('type', addingWords.getCode)
        : step(
            'type',
            addingWords.typeCode,
            verbatim('p', { class: 'invitation' }, invitationToShow(code)),
          ),
    ),
    stay && el('p', { class: 'hint' }, addingWords.stayMeans),
    el(
      'div',
      { class: 'actions' },
      stay && button(addingWords.stay, stay, { kind: 'quiet' }),
      page.watch.all().length > 0 &&
        el('a', { href: '#waiting', class: 'button' }, addingWords.back),
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
          ? [el('p', { class: 'hint' }, addingWords.macDock)]
          : []),
    )
  }

  const CAN = (): Child[] => [el('p', {}, addingWords.atHand), button(addingWords.putOnHome, add)]

  async function add(): Promise<void> {
    await homeScreen.add()
    render()
    // The button is gone.
    if (document.activeElement === document.body) document.querySelector('h1')?.focus()
  }

  return { box, render }
}
