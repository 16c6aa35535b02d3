import { approveWords } from '#words/approveWords.ts'
import { el } from '../../element.ts'
import type { PhoneScreen } from '../phonePage.ts'

/** This browser can't keep the phone's key. */
export function showKeepsNothing(screen: Pick<PhoneScreen, 'show'>): void {
  screen.show(
    approveWords.keepsNothing,
    el('p', {}, approveWords.mustKeep),
    el('p', {}, approveWords.allowData),
  )
}
