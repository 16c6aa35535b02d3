import { codeWords } from '#words/codeWords.ts'
import type { Payment } from '../api.ts'
import { type Child, el } from '../element.ts'
import { whyPhoneNeeded } from '../phoneNeeded.ts'
import { detailsOf, explain, reasonsOf } from '../problem.ts'
import type { App } from '../screen.ts'

/** Why no text was sent, and what the payer can do instead. */
export function noSmsCode(app: App, error: unknown, { push }: Payment): Child[] {
  const { code, fields, retryAfterSeconds } = detailsOf(error)
  const orElse = push === 'unavailable' ? codeWords.cancelInstead : codeWords.phoneInstead
  const phoneLink = (label: string) => el('p', {}, el('a', { href: '#/phone' }, label))
  switch (code) {
    case 'provider_unavailable':
      return [el('p', {}, codeWords.providerDown(orElse))]
    case 'sms_off':
      return [el('p', {}, codeWords.textsOff(orElse))]
    case 'too_many_sms':
      // When to ask again is said beside the button.
      return [el('p', {}, codeWords.tooMany)]
    case 'locked':
      // Until when codes are locked, and what can be done, is said where they were offered.
      return retryAfterSeconds ? [] : [el('p', {}, explain(error))]
    case 'device_required':
      return [el('p', {}, whyPhoneNeeded(app.profile)), phoneLink(codeWords.seePhones)]
    case 'phone_not_verified':
      return [el('p', {}, codeWords.otherPhone), phoneLink(codeWords.seePhone)]
  }
  const reasons = reasonsOf(error).map((reason) => el('p', {}, reason))
  const isPhone = fields?.some(({ path }) => path === 'phoneNumber')
  return isPhone
    ? [...reasons, el('p', {}, codeWords.stays), phoneLink(codeWords.changePhone)]
    : reasons
}
