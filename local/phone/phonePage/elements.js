/** Parts of the pretend phone's page: elements, texts, times, and the presses that its server is sent. */

const sheets = new WeakMap()

export const id = (name) => document.getElementById(name)

/** Send a press to the server. The problem in words, or null; it is announced too. */
export async function act(action) {
  const response = await fetch('actions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(action),
  })
  if (response.ok) return null
  const problem = await response.text()
  say(problem)
  return problem
}

export const say = (words) => text(id('news'), words)

/**
 * Give `parent` one child for each of `items`, in this order. Existing children are kept and filled
 * again, so that the focus and a screen reader are not disturbed.
 */
export function keyed(parent, items, keyOf, create, fill) {
  const old = new Map(sheets.get(parent))
  const now = new Map()
  for (const [at, item] of items.entries()) {
    const key = keyOf(item, at)
    now.set(key, old.get(key) ?? create(item))
  }
  for (const [key, node] of old) if (!now.has(key)) node.remove()
  let next = parent.firstElementChild
  for (const node of now.values()) {
    if (node === next) next = next.nextElementSibling
    else parent.insertBefore(node, next)
  }
  sheets.set(parent, now)
  for (const [at, item] of items.entries()) fill(now.get(keyOf(item, at)), item)
}

export const make = (tag) => document.createElement(tag)

export const copy = (template) => id(template).content.firstElementChild.cloneNode(true)

export function text(node, words) {
  if (node.textContent !== words) node.textContent = words
}

/** The time in the page's language, whatever the browser's is. */
export const clock = (time) =>
  new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

export function countdown(seconds) {
  const two = (count) => String(count).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const end = `${two(seconds % 60)}`
  return hours > 0 ? `${hours}:${two(minutes)}:${end}` : `${minutes}:${end}`
}
