import { phoneLinksWords } from '#words/phoneLinksWords.ts'
import { isDeviceHere } from '../deviceHere.ts'
import { type Child, el, fill, keeping } from '../element.ts'
import { APPROVE_PATH } from '../invitation.ts'
import type { App } from '../screen.ts'
import { qrImage } from './qrImage.ts'

/** Where a phone opens its page, as people read and type it. */
export const phoneAddress = (): string => `${location.host}${APPROVE_PATH}`

/**
 * All ways to what waits on a phone: in this browser, if it is a device of the account; with the camera of a phone, and
 * by its address.
 *
 * @param id what waits there: `payment.ID` or `phone.ID`
 */
export function waysToPhone(app: App, id: string): Child[] {
  const here = el('p', {})
  const how = el('p', {})
  isDeviceHere(app.profile).then((isHere) => {
    if (isHere) fill(here, approveHere(id))
    else here.remove()
    const words = isHere ? phoneLinksWords.scanOther : phoneLinksWords.scan
    fill(how, ...keeping(words(phoneAddress()), phoneAddress()))
  })
  return [here, how, qrImage(`${location.origin}${APPROVE_PATH}`, phoneLinksWords.qr)]
}

/**
 * The way to the phone's page: if this browser is a device of the account, a link to what waits, and then its address.
 *
 * @param words a sentence with the address in it
 * @param id what waits there: `device.ID`
 */
export function phoneLinks(app: App, words: string, id: string): Child[] {
  const here = el('p', {})
  isDeviceHere(app.profile).then((isHere) => {
    if (isHere) fill(here, approveHere(id))
    else here.remove()
  })
  return [here, el('p', {}, ...keeping(words, phoneAddress()))]
}

function approveHere(id: string): HTMLElement {
  const href = `${APPROVE_PATH}#${id}`
  const link = { href, target: '_blank', rel: 'noopener', class: 'button primary' }
  return el('a', link, phoneLinksWords.approveHere)
}
