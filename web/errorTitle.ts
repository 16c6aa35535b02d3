/** "Error: " before the page's title while an error is shown, so that it is heard first when the page is read anew. */
import { formWords } from '#words/formWords.ts'

const standing = new Set<Element>()

/** @param place the element that shows the error; once it has left the page, its error no longer counts */
export function errorIn(place: Element, stands: boolean): void {
  if (stands) standing.add(place)
  else standing.delete(place)
  for (const one of standing) if (!one.isConnected) standing.delete(one)
  const { titlePrefix } = formWords
  const { title } = document
  const plain = title.startsWith(titlePrefix) ? title.slice(titlePrefix.length) : title
  const wanted = standing.size > 0 ? titlePrefix + plain : plain
  if (title !== wanted) document.title = wanted
}
