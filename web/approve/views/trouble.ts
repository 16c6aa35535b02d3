import { el } from '../../element.ts'
import { addingWords } from '../../words/addingWords.ts'
import type { PhoneScreen } from '../phonePage.ts'

/** This browser can't keep the phone's key. */
export function showKeepsNothing(screen: Pick<PhoneScreen, 'show'>): void {
  screen.show(
    addingWords.keepsNothing,
    el('p', {}, addingWords.mustKeep),
    el('p', {}, addingWords.allowData),
  )
}
