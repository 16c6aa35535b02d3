/** What an element may hold. Text is always text: nothing in the page parses HTML. */
export type Child = Node | string | null | false

type Props = { readonly [name: string]: string | number | boolean | null | Listener }
type Listener = (event: Event) => void

/** Make an element. A function is a listener for the event of that name; false and null are left out. */
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

/** Replace what an element holds. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== null && child !== false))
}
