import { el } from '../element.ts'
import { button } from '../form.ts'

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
    el('h2', { id: 'idle-heading' }, 'Are you still there?'),
    el('p', { id: 'idle-left' }, 'You will be signed out in ', left, '.'),
    // Before the rest, so that question and button are seen together with large letters.
    el('div', { class: 'actions' }, button('Stay signed in', stay, { kind: 'primary' })),
    el(
      'p',
      { id: 'idle-lost' },
      'Nobody has touched this page for a while. What is typed here and not sent is then forgotten.',
    ),
  )
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    stay()
  })

  return {
    isShown: (): boolean => dialog.open,

    show(secondsLeft: number): void {
      left.textContent = secondsLeft === 1 ? '1 second' : `${secondsLeft} seconds`
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
