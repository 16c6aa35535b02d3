import { el } from '../../element.ts'
import { button, field, formMessage, onSubmit } from '../../form.ts'
import { readInvitation } from '../../invitation.ts'
import type { PhonePage, PhoneScreen } from '../phonePage.ts'

/** Type the code from the page where the payer is signed in. */
export function showCode(page: PhonePage, screen: PhoneScreen): void {
  const input = el('input', {
    id: 'invitation',
    name: 'invitation',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    required: true,
  })
  const code = field('Code', input, 'Ten letters and digits, like K7QMX-4H2RW')
  const { box, say } = formMessage()
  const submit = button('Go on', () => {}, { kind: 'primary', type: 'submit' })
  const form = el('form', {}, code.row, box, submit)
  onSubmit(form, submit, 'Go on', () => {
    say()
    const read = readInvitation(input.value)
    if (read !== null) {
      page.go(`#add/${read}`)
      return
    }
    code.tell('Compare it with the page where you are signed in: it has ten letters and digits.')
    input.focus()
  })
  screen.show(
    'Approve payments on this phone',
    el(
      'p',
      {},
      'Open Payfriend where you are signed in, go to “Phone” and press “Add a phone”. ' +
        'Then scan the picture there with this phone, or type its code here.',
    ),
    form,
    el(
      'p',
      { class: 'hint' },
      'Was this phone added before, and does it show no payments any more? Take the same way. After the code you can ' +
        'say that it was added before.',
    ),
    page.watch.all().length > 0 && el('a', { href: '#', class: 'button' }, 'Back'),
  )
}
