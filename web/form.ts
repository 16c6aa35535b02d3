import { formWords } from '#words/formWords.ts'
import { type Child, el, fill, keepingNumbers, verbatim } from './element.ts'
import { errorIn } from './errorTitle.ts'
import { type Flaw, hideSummary, leaveSummary, showSummary } from './formSummary.ts'
import { inOrder } from './plainText.ts'
import type { FieldProblem } from './problem.ts'

export type Field = {
  /** Label, control, hint and problem. */
  readonly row: HTMLElement
  readonly control: Control
  /** Show beside the field what is wrong with it, aloud if nothing else says it; null removes the problem. */
  tell(reason: string | null, isHeard?: boolean): void
  /** What is wrong with it that the page itself can tell; null if that is nothing. */
  flaw(): string | null
}
type Control = HTMLInputElement | HTMLSelectElement

type FieldOptions = {
  /** What to say if it is required and empty. */
  readonly empty?: string
  /** What is wrong with what was typed; null if that is nothing. */
  readonly check?: () => string | null
  /** It says so when characters are left out of it: they may have been part of a name. */
  readonly tellsLeftOut?: boolean
}

const fieldOf = new WeakMap<Element, Field>()

/** A control with its label; screen readers read its hint and problem with it. */
export function field(
  label: string | Child[],
  control: Control,
  hint: string | null = null,
  { empty, check = () => null, tellsLeftOut = false }: FieldOptions = {},
): Field {
  const { id } = control
  const problem = el('p', { id: `${id}-problem`, class: 'problem' })
  const described = [hint === null ? '' : `${id}-hint`, problem.id].join(' ').trim()
  control.setAttribute('aria-describedby', described)
  const leftOut = el('p', { class: 'hint', role: 'status' })
  const heard = el('p', { class: 'only-heard', role: 'status' })
  const name = el('label', { for: id }, ...[label].flat())
  const row = el(
    'div',
    { class: 'field' },
    name,
    hint !== null && el('p', { id: `${id}-hint`, class: 'hint' }, hint),
    control,
    problem,
    heard,
    tellsLeftOut && leftOut,
  )
  const tell = (reason: string | null, isHeard = true) => {
    leftOut.textContent = ''
    // A description is read when its field gets the focus, not when it changes while the field has it.
    heard.textContent = isHeard && control === document.activeElement ? reason : ''
    if (reason === null) {
      fill(problem)
      control.removeAttribute('aria-invalid')
      if (control.form) leaveSummary(control.form, control)
    } else {
      fill(problem, ...keepingNumbers(reason))
      control.setAttribute('aria-invalid', 'true')
      problem.scrollIntoView({ block: 'nearest' })
    }
    errorIn(problem, reason !== null)
  }
  const flaw = () =>
    isEmpty(control) ? (empty ?? formWords.empty(name.textContent ?? '')) : check()
  control.addEventListener('input', () => {
    tell(null)
    if (drawInOrder(control)) leftOut.textContent = formWords.leftOut
  })
  const made = { row, control, tell, flaw }
  fieldOf.set(control, made)
  return made
}

const isEmpty = ({ required, value }: Control): boolean => required && value.trim() === ''

/** The fields of a form that are shown. */
const fieldsIn = (form: HTMLFormElement): Field[] =>
  [...form.elements].flatMap((control) => {
    const one = fieldOf.get(control)
    return one && one.row.closest('[hidden]') === null ? [one] : []
  })

/**
 * After U+202E "99.11" is drawn as 11.99: remove these characters, so that a field shows what is sent.
 *
 * @returns whether there were any
 */
function drawInOrder(control: Field['control']): boolean {
  const drawn = inOrder(control.value)
  // Only if it differs, because setting the value moves the cursor to its end.
  if (drawn === control.value) return false
  control.value = drawn
  return true
}

/**
 * Put each problem beside its field. With several fields the list of problems has the focus, with one the field itself.
 *
 * @returns the reasons of problems whose field is not shown, for the form as a whole
 */
export function tellFields(
  fields: { readonly [path: string]: Field },
  problems: readonly FieldProblem[],
): string[] {
  for (const { tell } of Object.values(fields)) tell(null)
  const nowhere = problems.filter(({ path }) => !(path in fields))
  const flaws = Object.entries(fields).flatMap(([path, { control }]) => {
    const problem = problems.find((each) => each.path === path)
    return problem ? [{ control, reason: problem.reason }] : []
  })
  tellFlaws(flaws)
  return nowhere.map(({ reason }) => reason)
}

function tellFlaws(flaws: readonly Flaw[]): void {
  const [first] = flaws
  if (!first) return
  const form = first.control.closest('form')
  const isListed = form !== null && fieldsIn(form).length > 1
  for (const { control, reason } of flaws) fieldOf.get(control)?.tell(reason, !isListed)
  if (isListed) showSummary(form, flaws)
  else first.control.focus()
}

/** Tell of every empty field at once, and of all else that the page can tell; false if none is empty. */
function tellEmpty(form: HTMLFormElement): boolean {
  const fields = fieldsIn(form)
  for (const { tell } of fields) tell(null)
  hideSummary(form)
  if (!fields.some(({ control }) => isEmpty(control))) return false
  // What the server said of the press before is no longer about this one.
  for (const box of form.querySelectorAll('.message')) {
    fill(box)
    errorIn(box, false)
  }
  tellFlaws(
    fields.flatMap(({ control, flaw }) => {
      const reason = flaw()
      return reason === null ? [] : [{ control, reason }]
    }),
  )
  return true
}

/**
 * Call it when a new code is asked for, and what it returns once that was sent: the fields are empty then, but for what
 * was typed meanwhile, since a text can arrive before the server's answer.
 */
export function emptying(...inputs: readonly HTMLInputElement[]): () => void {
  const old = inputs.map(({ value }) => value)
  return () => {
    for (const [i, input] of inputs.entries()) if (input.value === old[i]) input.value = ''
    // Who types in this form, or has sent it off meanwhile, stays where they are.
    if (!inputs[0]?.form?.contains(document.activeElement)) inputs[0]?.focus()
  }
}

/** A place in a form for messages about the whole form; screen readers read them as they appear. */
export function formMessage(): { readonly box: HTMLElement; say(...children: Child[]): void } {
  const box = el('div', { class: 'message', role: 'alert' })
  const say = (...children: Child[]) => {
    fill(box, ...children)
    const stands = box.hasChildNodes()
    // With large letters it may be above or below what is seen.
    if (stands) box.scrollIntoView({ block: 'nearest' })
    errorIn(box, stands)
  }
  return { box, say }
}

/** A button that runs its work once at a time and shows that it is busy. */
export function button(
  label: string,
  work: () => unknown,
  {
    kind = 'secondary',
    busyLabel = label,
    type = 'button',
    isName = false,
    ...more
  }: ButtonOptions = {},
): HTMLButtonElement {
  const press = async (event: Event) => {
    event.preventDefault()
    await once(element, busyLabel, work)
  }
  const make = isName ? verbatim : el
  const element = make('button', { type, class: `button ${kind}`, ...more }, label)
  if (type === 'button') element.addEventListener('click', press)
  return element
}

type ButtonOptions = {
  readonly kind?: 'primary' | 'secondary' | 'quiet'
  readonly busyLabel?: string
  readonly type?: 'button' | 'submit'
  readonly 'aria-label'?: string
  /** Its label is a name, which is not translated. */
  readonly isName?: boolean
}

/**
 * Run the work when the form is submitted by button or Enter, once at a time, unless a field is empty. The browser's own
 * words for that are not used: it says them one at a time, and in its own language.
 */
export function onSubmit(
  form: HTMLFormElement,
  submit: HTMLButtonElement,
  busyLabel: string,
  work: () => unknown,
): void {
  form.noValidate = true
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!isBusy(submit) && !tellEmpty(form)) once(submit, busyLabel, work)
  })
}

/** Not `disabled`, because a disabled button loses the focus. */
async function once(element: HTMLButtonElement, busyLabel: string, work: () => unknown) {
  if (isBusy(element)) return
  const label = [...element.childNodes]
  const hadFocus = element === document.activeElement
  element.setAttribute('aria-disabled', 'true')
  element.classList.add('busy')
  element.replaceChildren(busyLabel)
  try {
    await work()
  } finally {
    element.removeAttribute('aria-disabled')
    element.classList.remove('busy')
    element.replaceChildren(...label)
    if (hadFocus && isFocusLost()) document.querySelector<HTMLElement>('#screen h1')?.focus()
  }
}

/** What had the focus was removed or hidden: who uses a keyboard or a screen reader would begin at the top of the page. */
export const isFocusLost = (): boolean =>
  document.activeElement?.matches('body, [hidden], [hidden] *') ?? true

const isBusy = (element: Element): boolean => element.getAttribute('aria-disabled') === 'true'
