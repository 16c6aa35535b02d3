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
  screen.show(
    'Pay safely, with a yes from your own phone',
    el(
      'p',
      { class: 'lead' },
      'Before a payment goes on, Payfriend shows it on your phone: whom you pay, and how much. ' +
        'Only a yes from that phone lets it through.',
    ),
    el(
      'ol',
      { class: 'steps' },
      el('li', {}, 'Say here whom you pay and how much.'),
      el('li', {}, 'Look at the same on your phone.'),
      el(
        'li',
        {},
        texts
          ? 'Approve it there, or with the code that it shows.'
          : 'Approve it there, with your fingerprint, your face or your screen lock.',
      ),
    ),
    ...signInButton('Sign in', signIn),
  )
}

/** An invitation's link was opened: what it is for, before the sign-in that it needs. */
export function showInvitedWelcome(screen: Screen, signIn: () => Promise<void>): void {
  screen.show(
    'An invitation to Payfriend',
    el(
      'p',
      { class: 'lead' },
      'The code of your invitation is kept in this tab. If it is still good, you add a phone with it that approves ' +
        'your payments.',
    ),
    el(
      'ol',
      { class: 'steps' },
      el('li', {}, 'Sign in, with the e-mail address for which you got it.'),
      el('li', {}, 'Add your phone, as the page then says.'),
      el('li', {}, 'The invitation is used when you confirm the phone, and not before.'),
    ),
    ...signInButton('Sign in', signIn),
  )
}

export function showSignedOut(screen: Screen, signIn: () => Promise<void>, why: SignedOut): void {
  screen.show(
    "You're signed out",
    WHY[why] !== null && el('p', {}, WHY[why]),
    el('p', {}, 'Nothing about you is kept in this tab any more.'),
    ...signInButton('Sign in', signIn),
  )
}

const WHY: Record<SignedOut, string | null> = {
  asked: null,
  askedElsewhere: 'You signed out in another tab of this browser.',
  everywhere:
    'You are signed out everywhere: here, and wherever else you were signed in. ' +
    'Nothing can be paid or changed from there until you sign in again.',
  idle: 'Nobody touched this page for five minutes, so we signed you out to be safe.',
  phoneChanged:
    'Your phone number is changed. To be safe we signed you out everywhere: ' +
    'nothing can be paid or changed from another place until you sign in again.',
}

function signInButton(label: string, signIn: () => Promise<void>): HTMLElement[] {
  const { box, say } = formMessage()
  const work = () => signIn().catch((error) => say(el('p', {}, explain(error))))
  return [box, el('div', { class: 'actions' }, button(label, work, { kind: 'primary' }))]
}
