/**
 * The list of what is wrong, above a form of several fields: it takes the focus, and its links lead to the fields. This
 * is the error summary of the GOV.UK Design System.
 */

import { formWords } from '#words/formWords.ts'
import { el, keepingNumbers } from './element.ts'

export type Flaw = {
  readonly control: HTMLInputElement | HTMLSelectElement
  readonly reason: string
}

type Shown = { readonly box: HTMLElement; flaws: readonly Flaw[] }
const shown = new WeakMap<HTMLFormElement, Shown>()

/** Show these, in the order of the fields, in place of those shown before. */
export function showSummary(form: HTMLFormElement, flaws: readonly Flaw[]): void {
  hideSummary(form)
  const title = el('h2', { id: 'form-summary', class: 'title' }, formWords.summary)
  const box = el(
    'div',
    { class: 'summary', role: 'group', tabindex: -1, 'aria-labelledby': title.id },
    title,
    el('ul', {}, ...flaws.map(link)),
  )
  form.prepend(box)
  shown.set(form, { box, flaws })
  box.scrollIntoView({ block: 'nearest' })
  box.focus()
}

/** The field was mended: it leaves the list, and the last one takes the list with it. */
export function leaveSummary(form: HTMLFormElement, control: HTMLElement): void {
  const now = shown.get(form)
  const at = now?.flaws.findIndex((flaw) => flaw.control === control) ?? -1
  if (!now || at < 0) return
  now.flaws = now.flaws.filter((flaw) => flaw.control !== control)
  if (now.flaws.length === 0) hideSummary(form)
  else now.box.querySelectorAll('li')[at]?.remove()
}

export function hideSummary(form: HTMLFormElement): void {
  shown.get(form)?.box.remove()
  shown.delete(form)
}

function link({ control, reason }: Flaw): HTMLElement {
  const lead = (event: Event) => {
    // The fragment is the page's place, so it is not followed.
    event.preventDefault()
    control.focus()
    control.scrollIntoView({ block: 'center' })
  }
  // What is said of an empty field names it; all else is worded to stand beside it.
  const label = control.value.trim() === '' ? null : control.labels?.[0]
  const name = label ? [...label.cloneNode(true).childNodes, formWords.named] : []
  const link = { href: `#${control.id}`, class: 'flaw', click: lead }
  return el('li', {}, el('a', link, ...name, ...keepingNumbers(reason)))
}
