import { phoneLinksWords } from '#words/phoneLinksWords.ts'
import { isDeviceHere } from '../deviceHere.ts'
import { type Child, el, fill, keeping } from '../element.ts'
import { APPROVE_PATH } from '../invitation.ts'
import type { App } from '../screen.ts'

/** Where a phone opens its page, as people read and type it. */
export const phoneAddress = (): string => `${location.host}${APPROVE_PATH}`

/**
 * The way to the phone's page: if this browser is a device of the account, a link to what waits, and then its address.
 *
 * @param words a sentence with the address in it
 * @param id what waits there: `payment.ID` or `device.ID`
 */
export function phoneLinks(app: App, words: string, id: string): Child[] {
  const here = el('p', {})
  isDeviceHere(app.profile).then((isHere) => {
    const href = `${APPROVE_PATH}#${id}`
    const link = { href, target: '_blank', rel: 'noopener', class: 'button primary' }
    if (isHere) fill(here, el('a', link, phoneLinksWords.approveHere))
    else here.remove()
  })
  return [here, el('p', {}, ...keeping(words, phoneAddress()))]
}
