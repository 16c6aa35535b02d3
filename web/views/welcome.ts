import { shellWords } from '#words/shellWords.ts'
import type { Config } from '../config.ts'
import { el } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { explain } from '../problem.ts'
import type { Screen } from '../screen.ts'
import type { SignedOut } from '../signedOut.ts'

/** The first visit: what Payfriend is, and a button to sign in. */
export function showWelcome(
  screen: Screen,
  signIn: () => Promise<void>,
  { texts }: Pick<Config, 'texts'>,
): void {
  const words = shellWords.welcome
  screen.show(
    words.heading,
    el('p', { class: 'lead' }, words.lead),
    steps(words.enter, words.compare, texts ? words.approveWithTexts : words.approveOnDevice),
    ...signInButton(signIn),
  )
}

/** An invitation's link was opened: what it is for, before the sign-in that it needs. */
export function showInvitedWelcome(screen: Screen, signIn: () => Promise<void>): void {
  const words = shellWords.invited
  screen.show(
    words.heading,
    el('p', { class: 'lead' }, words.lead),
    steps(words.signIn, words.addPhone, words.whenUsed),
    ...signInButton(signIn),
  )
}

export function showSignedOut(screen: Screen, signIn: () => Promise<void>, why: SignedOut): void {
  const words = shellWords.signedOut
  screen.show(
    words.heading,
    why !== 'asked' && el('p', {}, words[why]),
    el('p', {}, words.nothingKept),
    ...signInButton(signIn),
  )
}

const steps = (...sentences: string[]): HTMLElement =>
  el('ol', { class: 'steps' }, ...sentences.map((sentence) => el('li', {}, sentence)))

function signInButton(signIn: () => Promise<void>): HTMLElement[] {
  const { box, say } = formMessage()
  const work = () => signIn().catch((error) => say(el('p', {}, explain(error))))
  const press = button(shellWords.welcome.signIn, work, { kind: 'primary' })
  return [box, el('div', { class: 'actions' }, press)]
}
