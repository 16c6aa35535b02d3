import '../openPage.ts'
import { noSmsWords } from '#words/noSmsWords.ts'
import type { Payment } from '../api.ts'
import { type Child, el } from '../element.ts'
import { whyPhoneNeeded } from '../phoneNeeded.ts'
import { detailsOf, explain, reasonsOf } from '../problem.ts'
import type { App } from '../screen.ts'

/** Why no text was sent, and what the payer can do instead. */
export function noSmsCode(app: App, error: unknown, { push }: Payment): Child[] {
  const { code, fields, retryAfterSeconds } = detailsOf(error)
  const orElse = push === 'unavailable' ? noSmsWords.cancelInstead : noSmsWords.phoneInstead
  const phoneLink = (label: string) => el('p', {}, el('a', { href: '#/phone' }, label))
  switch (code) {
    case 'provider_unavailable':
      return [el('p', {}, noSmsWords.providerDown(orElse))]
    case 'sms_off':
      return [el('p', {}, noSmsWords.textsOff(orElse))]
    case 'too_many_sms':
      // When to ask again is said beside the button.
      return [el('p', {}, noSmsWords.tooMany)]
    case 'locked':
      // Until when codes are locked, and what can be done, is said where they were offered.
      return retryAfterSeconds ? [] : [el('p', {}, explain(error))]
    case 'device_required':
      return [el('p', {}, whyPhoneNeeded(app.profile)), phoneLink(noSmsWords.seePhones)]
    case 'phone_not_verified':
      return [el('p', {}, noSmsWords.otherPhone), phoneLink(noSmsWords.seePhone)]
  }
  const reasons = reasonsOf(error).map((reason) => el('p', {}, reason))
  const isPhone = fields?.some(({ path }) => path === 'phoneNumber')
  return isPhone
    ? [...reasons, el('p', {}, noSmsWords.stays), phoneLink(noSmsWords.changePhone)]
    : reasons
}
