import type { Payment } from '../api.ts'
import { type Child, el } from '../element.ts'
import { whyPhoneNeeded } from '../phoneNeeded.ts'
import { detailsOf, explain, reasonsOf } from '../problem.ts'
import type { App } from '../screen.ts'

/** Why no text was sent, and what the payer can do instead. */
export function noSmsCode(app: App, error: unknown, { push }: Payment): Child[] {
  const { code, fields } = detailsOf(error)
  const orElse = push === 'unavailable' ? 'cancel this payment' : 'answer in the app on your phone'
  const phoneLink = (label: string) => el('p', {}, el('a', { href: '#/phone' }, label))
  switch (code) {
    case 'provider_unavailable':
      return [el('p', {}, `Codes by text don't work just now. Try again later, or ${orElse}.`)]
    case 'sms_off':
      return [el('p', {}, `Codes by text are paused just now. Try again later, or ${orElse}.`)]
    case 'too_many_sms':
      return [el('p', {}, 'No more codes can be sent just now.')]
    case 'locked':
      return [el('p', {}, `${explain(error)} Until then you can ${orElse}.`)]
    case 'device_required':
      return [el('p', {}, whyPhoneNeeded(app.profile)), phoneLink('See your phones')]
    case 'phone_not_verified':
      return [
        el('p', {}, 'This payment was started for another phone. Cancel it and start again.'),
        phoneLink('See your phone'),
      ]
  }
  const reasons = reasonsOf(error).map((reason) => el('p', {}, reason))
  const isPhone = fields?.some(({ path }) => path === 'phoneNumber')
  return isPhone ? [...reasons, el('p', {}, STAYS), phoneLink('Change your phone')] : reasons
}

const STAYS =
  'This payment stays with the phone it was started for: cancel it, and start again with the new one.'
