import { resultWords } from '#words/resultWords.ts'
import { type Child, el } from '../element.ts'
import { button } from '../form.ts'

/**
 * Buttons to print what is shown, and to share it as text; where the browser shares nothing, it is copied.
 *
 * @param lines of the text; null is left out
 */
export function receiptButtons(lines: readonly (string | null)[]): Child[] {
  const text = lines.filter((line) => line !== null).join('\n')
  const said = el('span', { class: 'hint', role: 'status' })
  const canShare = 'share' in navigator
  const give = async () => {
    try {
      if (canShare) await navigator.share({ text })
      else {
        await navigator.clipboard.writeText(text)
        said.textContent = resultWords.copied
      }
    } catch (error) {
      // The payer closed the list of where to share it.
      if (error instanceof DOMException && error.name === 'AbortError') return
      said.textContent = resultWords.notCopied
    }
  }
  return [
    button(resultWords.print, () => window.print()),
    button(canShare ? resultWords.share : resultWords.copy, give),
    said,
  ]
}
