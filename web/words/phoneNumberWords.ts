import { brandName } from './brandName.ts'

/** The words of the views that confirm or change a phone number. */
export const phoneNumberWords = {
  yourPhone: 'Your phone',
  oneMoment: 'One moment…',
  approvedWith: 'You approve each payment on the phone with this number.',
  sendPayment: 'Send a payment',
  changeMyNumber: 'Change my phone number',
  /** For ears, in place of a number whose first digits are hidden. */
  endingIn: (digits: string) => `the number ending in ${digits}`,

  confirmTitle: 'Confirm your phone',
  addNumberTitle: 'Add a phone number',
  changeNumberTitle: 'Change your phone number',
  first:
    `${brandName} shows you each payment on your phone before it is paid. ` +
    'Before you can pay, show us that the phone is yours with a code that we send to it. ' +
    'Use a mobile phone that takes texts.',
  changing:
    'We send one code to the number you have now and one to the new number. Have both phones at hand.',
  endsSessions: 'Once it is changed, you are signed out everywhere, here too, and sign in again.',
  codeToNew: 'We send a code to the new number.',
  needInvitation: (operator: string) =>
    `You also need an invitation, because no phone of yours approves now: ask ${operator} for one. Or add a phone first.`,
  codeAndInvitation:
    'We send a code to the new number. Your invitation, filled in below, agrees to it in place of your phone.',
  codeAndYes:
    'We send a code to the new number, and you say yes to it on a phone of yours that approves.',
  noSuchPhone: 'Is no such phone at hand?',
  useInvitation: 'Use an invitation',

  country: 'Country',
  chooseCountry: 'Choose a country',
  countryEmpty:
    'Choose the country of the number, or enter the number with + and its country code.',
  countryOption: (name: string, callingCode: string) => `${name} (+${callingCode})`,
  number: 'Phone number',
  numberHint: 'As you write it in this country, or with + and the country code',
  numberEmpty: 'Enter your phone number.',
  numberWrong: 'Enter the phone number in digits. Spaces, brackets and dashes are fine.',
  numberNone: (number: string, country: string | null) =>
    `${number} is not a phone number. Check the number and its country${country === null ? ' code' : ` (${country})`}.`,
  /** Under the field, before anything is sent. */
  willText: (number: string) => `We will text the code to ${number}.`,
  willCall: (number: string) => `We will call ${number} with the code.`,
  how: 'How do you want the code?',
  text: 'Text',
  call: 'Call',
  getCode: 'Get a code',
  sending: 'Sending…',
  back: 'Back',
  keepNumber: 'Keep my number',

  enterCode: 'Enter the code',
  code: 'Code',
  codeEmpty: 'Enter the code that we sent you.',
  currentCode: (number: string) => `Code sent to your current phone ${number}`,
  newCode: (number: string) => `Code sent to your new phone ${number}`,
  confirm: 'Confirm',
  checking: 'Checking…',
  texted: (number: string) => `We texted a code to ${number}.`,
  calling: (number: string) => `We are calling ${number} with a code.`,
  andCurrent: (how: string, number: string) =>
    `${how} Another one goes to your current phone, ${number}.`,
  /** Why “Send a payment” leads here. */
  payOnceConfirmed: 'You can send payments once your phone is confirmed.',
  dialledAs: (number: string) => `We dial your number as ${number}. It is the same phone.`,
  changeTo: (number: string, reference: string) =>
    `Change of phone to ${number}, reference ${reference}`,
  compare: (reference: string) =>
    `The text to your current phone must be about a change of phone and name the same number and the reference ${reference}. If it doesn’t, don’t enter its code.`,
  oneOfTwoWrong: (attempts: string) => `One of the two codes is wrong. ${attempts}`,
  textAgain: 'Send a new code',
  callAgain: 'Call me again',
  newCodeComing: 'A new code is on its way.',
  askNewCode: 'Ask for a new code',
  otherNumber: 'Use another number',
  numberConfirmed: 'Your phone number is confirmed.',
  phoneConfirmed: 'Your phone is confirmed. You can send payments now.',
  startAgain: 'Start again',
}

/** The words of a number whose codes this page does not ask for, or no longer. */
export const numberTakenWords = {
  changeBegun: 'A change of phone was begun',
  confirmBegun: 'Somebody began to confirm a phone',
  askedElsewhere: (number: string) =>
    `Codes for ${number} were asked for on another page, or by another person.`,
  byCode:
    'Nothing changes without the code sent to your current phone. If you didn’t ask for it, don’t enter it anywhere.',
  byDevice:
    'Nothing changes without a yes on a phone of yours that approves. If you didn’t ask for it, press “Deny” there.',
  byNobody: 'If it was you, finish on that page, or start again here.',
  ifNotYou:
    'If it wasn’t you, somebody else is signed in to your account: change your password, then sign out everywhere.',
  overtakenTitle: 'These codes are no longer good',
  overtaken:
    'Another number was entered for this account since, on another page or by another person. Nothing was changed by these codes.',
  overtakenNotYou:
    'If it wasn’t you, somebody else is signed in to your account: change your password, and don’t enter any code from a text that you didn’t ask for.',
  noAttemptsTitle: 'Too many wrong codes',
  noAttempts: 'Five codes were wrong, so no more can be tried. Nothing was changed.',
  newCodeFrom: (time: string) => `You can get a new code from ${time} on.`,
  newCodeNow: 'You can get a new code now.',
  enterNumber: 'Enter the number',
  staysTitle: 'Your number stays as it is',
  stays: 'One of your phones said no to the new one, or the ten minutes are over.',
  changePassword: 'Change password',
}
