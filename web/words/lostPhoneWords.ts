import { brandName } from './brandName.ts'

/** The words for a payer without a phone that approves: the first one, a lost one, and why one is needed. */
export const lostPhoneWords = {
  title: 'I don’t have my phone',
  oneMoment: 'One moment…',
  justWait: 'If you only left it somewhere safe, wait until you have it again.',
  removeTitle: '1. Remove the phone that is gone',
  remove:
    'From then on it approves nothing, not even with your finger, your face or your screen lock. Until you remove it, it can.',
  removed: 'No phone approves your payments now.',
  addTitle: '2. Add another phone',
  addPhone: 'Add a phone',
  noRoom: 'Three phones at a time are possible: remove one first.',
  helpTitle: 'Who helps',
  help: (operator: string) =>
    `Ask ${operator}. They can give you an invitation, and lock your account if somebody has your phone and its screen lock.`,
  enterInvitation: 'Enter the invitation’s code',
  forgotTitle: `The phone is here, but it forgot ${brandName}`,
  forgot: (byText: boolean) =>
    'Don’t remove it. Show a code here, open its address on that phone, and choose “This phone was added before”. ' +
    `With ${byText ? 'a code by text or ' : ''}an invitation it approves again at once.`,
  showCode: 'Show a code for it',
  backToPhones: 'Back to your phones',
}

export const firstPhoneWords = {
  title: 'Add a phone that approves',
  how:
    `${brandName} shows you each payment on your phone before it is paid. You approve it there, with your fingerprint, ` +
    'your face or your screen lock. There is no app to install.',
  needInvitation: (operator: string) =>
    `To add your phone you need an invitation: ask ${operator} for one. It is a link or a code.`,
}
