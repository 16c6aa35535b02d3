import { addingWords } from '#words/addingWords.ts'
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
  const code = field(addingWords.code, input, addingWords.codeHint, {
    empty: addingWords.codeEmpty,
  })
  const { box, say } = formMessage()
  const submit = button(addingWords.continue, () => {}, { kind: 'primary', type: 'submit' })
  const form = el('form', {}, code.row, box, submit)
  onSubmit(form, submit, addingWords.continue, () => {
    say()
    const read = readInvitation(input.value)
    if (read !== null) {
      page.go(`#add/${read}`)
      return
    }
    code.tell(addingWords.codeWrong)
    input.focus()
  })
  screen.show(
    addingWords.approveOnThis,
    el('p', {}, addingWords.whereCode),
    form,
    el('p', { class: 'hint' }, addingWords.beforeHint),
    page.watch.all().length > 0 && el('a', { href: '#', class: 'button' }, addingWords.back),
  )
}
