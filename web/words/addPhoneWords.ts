/** The sentences of the page while a phone is added, or says yes to something. */

import { hoursInWords } from '../times.ts'
import { brandName } from './brandName.ts'

const NOT_ME =
  'If it was not you, somebody else may be signed in as you: change your password, then sign out everywhere.'

/** How long the phone waits once it was added; nothing if it does not. */
const afterWait = (waitHours: number): string =>
  waitHours === 0
    ? ''
    : `It can approve payments ${hoursInWords(waitHours)} after that, because nobody has said yes to it on a phone that you had before.`

export const addPhoneWords = {
  addPhone: 'Add a phone',
  oneMoment: 'One moment…',
  onThisDevice: 'To approve payments on the device that you hold now:',
  useThisDevice: 'Use this device',
  scan: 'Scan this with the camera of the phone that you want to approve payments with:',
  scanOther: 'To approve payments on another phone, scan this with its camera:',
  qrOpens: `A QR code that opens ${brandName} on your phone`,
  orType: (address: string) => `Or open ${address} there and type this code:`,
  forgot: `Is it a phone that you added before, and that forgot ${brandName}? Choose “This phone was added before” there.`,
  left: <T>(time: T) => [time, ' left'],
  continuesItself: 'This page continues by itself when the phone shows four digits.',
  showNobody:
    'Show the code to nobody: a person who has it can ask to add a phone to your account.',
  back: 'Back',
  isItYours: 'Is this your phone?',
  dontAdd: 'Don’t add it',
  dontAddThat: 'Don’t add that phone',
  approvesNow: <T>(name: T) => [name, ' can approve your payments now.'],
  startAgain: 'Start again',
  notAdded: 'The phone was not added',
  otherTried: [
    'A phone was tried with another code. If that was you in another tab, continue there: this page adds only the phone with the code above.',
    NOT_ME,
  ],
  replaced: [
    'A phone was tried with another code after yours. If that was you in another tab, continue there.',
    NOT_ME,
  ],
  ended: [
    'The ten minutes are over, the digits were wrong too often, or another of your phones said no.',
  ],

  digits: 'The four digits on the new phone',
  digitsEmpty: 'Enter the four digits that the new phone shows.',
  wrongDigits: (attempts: string) =>
    `These are not the four digits that the new phone shows. ${attempts}`,
  addThisPhone: 'Add this phone',
  checking: 'Checking…',
  asks: (reference: string) =>
    `It asks to approve your payments. Add it only if you hold it in your hand. Its reference is ${reference}.`,
  renews: (reference: string) =>
    'It is your phone of that name, which lost its key and has made a new one. Add it only if you hold it in your hand. ' +
    `Its reference is ${reference}.`,
  wrongCost: (wrong: string, attempts: string) => `${wrong} That cost one attempt. ${attempts}`,

  byDevice: 'Say yes on another of my phones',
  openThere: (address: string) => `Open ${address} there.`,
  saidYes: 'Your other phone said yes. Type the digits.',
  digitsRight: (isRight: boolean, isOne: boolean) =>
    `${isRight ? 'The digits are right.' : 'Type the digits.'} Say yes on ${isOne ? 'your other phone' : 'one of your other phones'}, ` +
    'and compare name and digits there.',
  bySignIn: 'Add it with my password',
  codeFromText: 'Code from the text',
  textTo: (number: string) => `Text the code to ${number}`,
  textedTo: (number: string) => `We texted the code to ${number}.`,
  byText: (waitHours: number) =>
    `Use a code by text${waitHours === 0 ? '' : ` (waits ${hoursInWords(waitHours)})`}`,
  needText: (waitHours: number) =>
    `You need two things: 1. the four digits on the new phone, 2. a code by text. ${afterWait(waitHours)}`.trim(),
  askFirst: 'Ask for the code by text first.',
  wrongText: 'The digits or the code are wrong. Check both and try again.',
  byInvitation: 'Use an invitation',
  invitation: 'Code of the invitation',
  invitationHint: 'Ten letters and digits, like K7QMX-4H2RW',
  needInvitation: (operator: string, isKept: boolean, waitHours: number) =>
    `You need two things: 1. the four digits on the new phone, 2. an invitation by ${operator}. ` +
    `${isKept ? 'Yours is filled in below' : 'Type its code'}; it is used only when the phone is added. ` +
    (waitHours === 0 ? '' : `${afterWait(waitHours)} They can also make one without this wait.`),
  compareInvitation: 'Compare it with your invitation: it has ten letters and digits.',
  wrongInvitation: (whyNotGood: string) =>
    `The digits are wrong, or the invitation is ${whyNotGood}. ` +
    'Your phone is still here: check both and try again, or ask for another invitation.',

  approveOn: (name: string) => `Approve it on ${name}`,
  approveOnOne: 'Approve it on one of your phones',
  mustShow: (reference: string) =>
    `Your phone must show this number and the reference ${reference}. If it doesn’t, press “Deny” there.`,
  afterYes:
    'After your yes this page continues by itself, and asks for the code that was sent to the new number.',
  otherNumber: 'Use another number',
  keepNumber: 'Keep my number',

  operator: 'the people who run this service',
  needYes: 'To add one you need a yes on another of your phones.',
  needPassword: 'To add one you need only the phone and your password.',
  needOnlyInvitation: (operator: string) =>
    `To add one you need an invitation: ask ${operator} for one.`,
  needTextOnly: 'To add one you need a code by text.',
  needTextOrInvitation: (waitHours: number, operator: string) =>
    `To add one you need a code by text, and the phone waits ${hoursInWords(waitHours)} before it can approve; or an ` +
    `invitation: ask ${operator} for one.`,

  oneWay: 'There is one way to add it:',
  eachWay: 'Each of these is enough to add it:',
  wayDevice:
    'Another of your phones, if you have it with you: it says yes, and the new one can approve at once.',
  waySignIn: 'Your password: you need nothing more.',
  wayText: (waitHours: number) =>
    'A code by text to your number, if you have its SIM card.' +
    (waitHours === 0
      ? ''
      : ` The phone then waits ${hoursInWords(waitHours)} before it can approve, so that you can stop a thief who has your number.`),
  wayInvitation: (waitHours: number, operator: string) =>
    `An invitation: ask ${operator} for one.` +
    (waitHours === 0
      ? ''
      : ` The phone then waits ${hoursInWords(waitHours)} before it can approve, but they can also make one without this wait.`),
}
