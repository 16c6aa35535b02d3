/** A child of an element. A string becomes a text node: nothing in the page parses HTML. */
export type Child = Node | string | null | false

type Props = { readonly [name: string]: string | number | boolean | null | Listener }
type Listener = (event: Event) => void

/** Make an element. A function becomes a listener for the event of that name; false and null are left out. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false && value !== null) element.setAttribute(name, String(value))
  }
  fill(element, ...children)
  return element
}

/** Replace an element's children. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== null && child !== false))
}

/**
 * Make an element whose text is not translated. Browsers and their extensions translate names and numbers too, but
 * payee, amount, reference and code must stay exactly as they are.
 */
export function verbatim<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props,
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = el(tag, { ...props, translate: 'no' }, ...children)
  // For older translators, which do not know the attribute.
  element.classList.add('notranslate')
  return element
}

/** A text that may be translated, except for these parts of it. */
export function keeping(words: string, ...parts: readonly (string | null | undefined)[]): Child[] {
  const kept = parts.find((part) => part && words.includes(part))
  if (!kept) return words === '' ? [] : [words]
  const [before = '', ...after] = words.split(kept)
  return [
    ...keeping(before, ...parts),
    verbatim('span', {}, kept),
    ...keeping(after.join(kept), ...parts),
  ]
}

/** A sentence that may be translated, except for its numbers. */
export const keepingNumbers = (words: string): Child[] =>
  keeping(words, ...(words.match(NUMBERS) ?? []))

/** With the sign or code of their currency: "€1,234.00", "KWD 1.234". */
const NUMBERS = /(?:[A-Z]{3} )?[€£$]?\d(?:[\d.,' \u066b]*\d)?/g
