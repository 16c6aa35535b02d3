/** The sentences of the page about the account's phones: the list, and what can be done with each. */

import { hoursInWords } from '../times.ts'
import { brandName } from './brandName.ts'

const UNDO = `on that phone, open ${brandName} and press “Undo the removal”; then sign in here again and confirm.`

export const devicesWords = {
  yourPhone: 'Your phone',
  phonesThatApprove: 'Phones that approve payments',
  some: 'You approve each payment on one of these, with your fingerprint, your face or your screen lock.',
  none: 'You can also add a phone, whatever its number: then you approve on it with your fingerprint, your face or your screen lock.',
  noTextsNeeded: 'It needs no texts, and no app to install.',
  noApp: 'There is no app to install.',
  byText: (number: string) => `payments are approved with a code that we text to ${number}.`,
  until: (name: string, byText: string | null) =>
    `Until ${name} can approve, ${byText ?? 'nothing can be paid.'}`,
  noneNow: (byText: string | null) =>
    byText === null
      ? 'None of your phones can approve payments now, so nothing can be paid. Add one.'
      : `None of your phones can approve payments any more. Until you add one, ${byText}`,
  noneNowPutBack:
    'None of your phones can approve payments now, so nothing can be paid. Put one back, or add one.',
  full: 'You have three phones, and no more are possible at a time: remove one first.',
  sendPayment: 'Send a payment',
  addPhone: 'Add a phone',
  notHere: 'I don’t have my phone',
  yourNumber: 'Your phone number',
  numberNotNeeded: 'You need no phone number to pay: you approve on your phone.',
  numberHelps: 'A number helps you if you lose your phone.',
  addNumber: 'Add a phone number',

  thisBrowser: ' (this browser)',
  remove: 'Remove',
  cancel: 'Cancel',
  pressOf: (press: string, name: string) => `${press} ${name}`,
  reallyRemove: (name: string) =>
    `Remove “${name}”? Then you can’t approve payments on it any more.`,
  reallyRemoveOnly: (name: string, hasText: boolean, waitHours: number) =>
    `Remove “${name}”? It is your only phone that can approve. Without it you can approve nothing until you add another one. ` +
    `A phone that you add with ${hasText ? 'a code by text or ' : ''}an invitation waits ${hoursInWords(waitHours)}, ` +
    'unless the people who run this service make an invitation without a wait.',
  yesRemove: 'Yes, remove it',
  removing: 'Removing…',
  removed: (name: string) => `${name} was removed.`,
  removedUntil: (name: string, until: string) =>
    `${name} was removed. You can put it back until ${until}.`,
  reallyCancel: (name: string) => `Cancel “${name}”? Then it is not added.`,
  yesCancel: 'Yes, cancel it',
  cancelling: 'Cancelling…',
  cancelled: (name: string) =>
    `${name} was cancelled: it is not added, and can’t approve anything.`,
  keep: 'Keep it',
  beingAdded: 'It is being added, and can’t approve anything yet.',
  removedOn: (when: string) => `Removed on ${when}. It can’t approve anything.`,
  undoAsked: (until: string) =>
    `On that phone somebody asked to undo this. If that was you, put it back before ${until}; you may have to sign in again. ` +
    'If it was not you, leave it as it is.',
  canPutBack: (until: string) => `Until ${until} it can be put back: ${UNDO}`,
  oneMoment: 'One moment…',
  isBack: (name: string) => `${name} is back: it can approve payments again.`,
  canApproveFrom: (
    name: string,
    from: string,
    others: readonly string[],
    gone: readonly string[],
  ) => {
    const where = [
      'here',
      ...others.map((one) => `on ${one}`),
      ...gone.map((one) => `on ${one}, which was removed but can still stop it`),
    ]
    return `${name} can approve payments from ${from}. Until then you can stop this ${where.join(', or ')}.`
  },
}
