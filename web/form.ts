import { type Child, el, fill, keeping, verbatim } from './element.ts'
import { inOrder } from './plainText.ts'
import type { FieldProblem } from './problem.ts'

export type Field = {
  /** Label, control, hint and problem. */
  readonly row: HTMLElement
  readonly control: HTMLInputElement | HTMLSelectElement
  /** Show beside the field what is wrong with it; null removes the problem. */
  tell(reason: string | null): void
}

/** A control with its label; screen readers read its hint and problem with it. */
export function field(
  label: string | Child[],
  control: HTMLInputElement | HTMLSelectElement,
  hint: string | null = null,
): Field {
  const { id } = control
  const problem = el('p', { id: `${id}-problem`, class: 'problem' })
  const described = [hint === null ? '' : `${id}-hint`, problem.id].join(' ').trim()
  control.setAttribute('aria-describedby', described)
  const row = el(
    'div',
    { class: 'field' },
    el('label', { for: id }, ...[label].flat()),
    hint !== null && el('p', { id: `${id}-hint`, class: 'hint' }, hint),
    control,
    problem,
  )
  const tell = (reason: string | null) => {
    fill(problem, ...keeping(reason ?? '', ...((reason ?? '').match(NUMBERS) ?? [])))
    if (reason === null) control.removeAttribute('aria-invalid')
    else {
      control.setAttribute('aria-invalid', 'true')
      problem.scrollIntoView({ block: 'nearest' })
    }
  }
  control.addEventListener('input', () => {
    tell(null)
    drawInOrder(control)
  })
  return { row, control, tell }
}

/** After U+202E "99.11" is drawn as 11.99: remove these characters, so that a field shows what is sent. */
function drawInOrder(control: Field['control']): void {
  const drawn = inOrder(control.value)
  // Only if it differs, because setting the value moves the cursor to its end.
  if (drawn !== control.value) control.value = drawn
}

/** Numbers in a sentence, with the sign or code of their currency: "€1,234.00", "KWD 1.234". */
const NUMBERS = /(?:[A-Z]{3} )?[€£$]?\d(?:[\d.,' \u066b]*\d)?/g

/**
 * Put each problem beside its field and the cursor in the first bad one.
 *
 * @returns the reasons of problems whose field is not shown, for the form as a whole
 */
export function tellFields(
  fields: { readonly [path: string]: Field },
  problems: readonly FieldProblem[],
): string[] {
  for (const { tell } of Object.values(fields)) tell(null)
  const nowhere = problems.filter(({ path }) => !(path in fields))
  const bad = Object.entries(fields).filter(([path, { tell }]) => {
    const problem = problems.find((each) => each.path === path)
    if (problem) tell(problem.reason)
    return problem !== undefined
  })
  bad[0]?.[1].control.focus()
  return nowhere.map(({ reason }) => reason)
}

/** A place in a form for messages about the whole form; screen readers read them as they appear. */
export function formMessage(): { readonly box: HTMLElement; say(...children: Child[]): void } {
  const box = el('div', { class: 'message', role: 'alert' })
  const say = (...children: Child[]) => {
    fill(box, ...children)
    // With large letters it may be above or below what is seen.
    if (children.length > 0) box.scrollIntoView({ block: 'nearest' })
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

/** Run the work when the form is submitted by button or Enter, once at a time. */
export function onSubmit(
  form: HTMLFormElement,
  submit: HTMLButtonElement,
  busyLabel: string,
  work: () => unknown,
): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    once(submit, busyLabel, work)
  })
}

/** Not `disabled`, because a disabled button loses the focus. */
async function once(element: HTMLButtonElement, busyLabel: string, work: () => unknown) {
  if (element.getAttribute('aria-disabled') === 'true') return
  const label = element.textContent
  element.setAttribute('aria-disabled', 'true')
  element.classList.add('busy')
  element.textContent = busyLabel
  try {
    await work()
  } finally {
    element.removeAttribute('aria-disabled')
    element.classList.remove('busy')
    element.textContent = label
  }
}
