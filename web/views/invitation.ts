import { invitationWords } from '#words/invitationWords.ts'
import { phoneNumberWords } from '#words/phoneNumberWords.ts'
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
  const link = (view: OfPhone | 'phone', words: string, isPrimary = false) =>
    el('a', { href: fragmentOf({ view }), class: isPrimary ? 'button primary' : 'button' }, words)
  const notNow = () => {
    forgetOwnerInvitation()
    app.go({ view: 'phone' })
  }
  screen.show(
    invitationWords.hereTitle,
    el('p', {}, invitationWords.here),
    verbatim('p', { class: 'invitation' }, code),
    el(
      'p',
      {},
      ...keeping(invitationWords.goodOnce(OWNER_INVITATION_DAYS, profile.email), profile.email),
    ),
    el('p', {}, invitationWords.keptInTab),
    !canAdd && el('p', {}, invitationWords.noRoom),
    el(
      'div',
      { class: 'actions' },
      canAdd
        ? link('addPhone', invitationWords.addPhone, true)
        : link('phone', invitationWords.seePhones, true),
      config.texts && everHadOne && link('phoneNumber', phoneNumberWords.changeMyNumber),
      button(invitationWords.dontUse, notNow, { kind: 'quiet' }),
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
  const code = field(invitationWords.code, input, invitationWords.codeHint, {
    empty: invitationWords.codeEmpty,
  })
  const { box, say } = formMessage()
  const submit = button(invitationWords.continue, () => {}, { kind: 'primary', type: 'submit' })
  const form = el('form', {}, code.row, box, submit)
  onSubmit(form, submit, invitationWords.continue, () => {
    say()
    const read = readInvitation(input.value)
    if (read === null) {
      code.tell(invitationWords.codeWrong)
      input.focus()
      return
    }
    keepOwnerInvitation(read)
    showInvitation(app, screen)
  })
  screen.show(
    invitationWords.enterTitle,
    el(
      'p',
      {},
      hasBrokenLink() ? invitationWords.brokenLink : invitationWords.howToGet(operatorHere()),
    ),
    form,
    el(
      'div',
      { class: 'actions' },
      el('a', { href: fragmentOf({ view: 'phone' }), class: 'button' }, invitationWords.back),
    ),
  )
}
