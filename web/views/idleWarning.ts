import { shellWords } from '#words/shellWords.ts'
import { el } from '../element.ts'
import { button } from '../form.ts'

const words = shellWords.idle

/** The dialog in the last minute before signing out. It takes the focus, so that it is read out and one key is enough. */
export function createIdleWarning(stay: () => void) {
  const left = el('strong', { class: 'left' })
  const dialog = el(
    'dialog',
    {
      class: 'card idle',
      role: 'alertdialog',
      'aria-labelledby': 'idle-heading',
      'aria-describedby': 'idle-left idle-lost',
    },
    el('h2', { id: 'idle-heading' }, words.heading),
    el('p', { id: 'idle-left' }, words.leftBefore, left, words.leftAfter),
    // Before the rest, so that question and button are seen together with large letters.
    el('div', { class: 'actions' }, button(words.stay, stay, { kind: 'primary' })),
    el('p', { id: 'idle-lost' }, words.lost),
  )
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    stay()
  })

  return {
    isShown: (): boolean => dialog.open,

    show(secondsLeft: number): void {
      left.textContent = words.seconds(secondsLeft)
      if (dialog.open) return
      document.body.append(dialog)
      dialog.showModal()
      // The focus on the button has scrolled the question away where letters are large.
      dialog.scrollTop = 0
    },

    hide(): void {
      if (!dialog.open) return
      dialog.close()
      dialog.remove()
    },
  }
}
