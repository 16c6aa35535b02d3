import { el, keeping, verbatim } from '../element.ts'
import { button, field, formMessage, onSubmit } from '../form.ts'
import { readInvitation } from '../invitation.ts'
import {
  forgetOwnerInvitation,
  hasBrokenLink,
  keepOwnerInvitation,
  OWNER_INVITATION_DAYS,
  ownerInvitation,
} from '../ownerInvitation.ts'
import { fragmentOf, type OfPhone } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { operatorHere } from './howToAdd.ts'

/** What the invitation is good for; without one, where its code is typed. */
export function showInvitation(app: App, screen: Screen): void {
  const code = ownerInvitation()
  if (code === null) showForm(app, screen)
  else showKept(app, screen, code)
}

function showKept(app: App, screen: Screen, code: string): void {
  const { config, profile } = app
  const { canAdd, everHadOne } = profile.devices
  const link = (view: OfPhone | 'phone', words: string, kind = 'button') =>
    el('a', { href: fragmentOf({ view }), class: kind }, words)
  const notNow = () => {
    forgetOwnerInvitation()
    app.go({ view: 'phone' })
  }
  screen.show(
    'Your invitation is here',
    el('p', {}, 'If it is still good, you add a phone with it that approves your payments.'),
    verbatim('p', { class: 'invitation' }, code),
    el(
      'p',
      {},
      ...keeping(
        `It is good once, for ${OWNER_INVITATION_DAYS} days, and only for ${profile.email}. Whether it still is, ` +
          'turns out when it is used: when the phone is added, and not before.',
        profile.email,
      ),
    ),
    el(
      'p',
      {},
      'This page fills it in for you, as long as this tab is open and you are signed in.',
    ),
    !canAdd && el('p', {}, 'You have three phones already: remove one first.'),
    el(
      'div',
      { class: 'actions' },
      canAdd
        ? link('addPhone', 'Add a phone', 'button primary')
        : link('phone', 'See your phones', 'button primary'),
      config.texts && everHadOne && link('phoneNumber', 'Change my phone number'),
      button('Don’t use it', notNow, { kind: 'quiet' }),
    ),
  )
}

function showForm(app: App, screen: Screen): void {
  const input = el('input', {
    id: 'owner-invitation',
    name: 'owner-invitation',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    required: true,
  })
  const code = field('Code of the invitation', input, 'Ten letters and digits, like K7QMX-4H2RW')
  const { box, say } = formMessage()
  const submit = button('Go on', () => {}, { kind: 'primary', type: 'submit' })
  const form = el('form', {}, code.row, box, submit)
  onSubmit(form, submit, 'Go on', () => {
    say()
    const read = readInvitation(input.value)
    if (read === null) {
      code.tell('Compare it with your invitation: it has ten letters and digits.')
      input.focus()
      return
    }
    keepOwnerInvitation(read)
    showInvitation(app, screen)
  })
  screen.show(
    'Enter the invitation’s code',
    el(
      'p',
      {},
      hasBrokenLink()
        ? 'The link that you opened is not complete. Open it again as you got it, or type its last ten letters and digits here.'
        : `You get an invitation from ${operatorHere()}: a link or a code. Open the link, or type the code here.`,
    ),
    form,
    el(
      'div',
      { class: 'actions' },
      el('a', { href: fragmentOf({ view: 'phone' }), class: 'button' }, 'Back'),
    ),
  )
}
