import { brandName } from './brandName.ts'

/** The sentences of the phone's page while the phone is added: code, name, digits. */
export const addingWords = {
  addThisPhone: 'Add this phone',
  adding: 'Adding…',
  nameOfPhone: 'Name of this phone',
  nameHint: 'You find the phone by this name in your list of phones.',
  nameMissing: 'Give this phone a name.',
  nameLength: (length: number) => `This name has ${length}.`,
  usualNames: {
    iPhone: 'My iPhone',
    iPad: 'My iPad',
    Android: 'My Android phone',
    Macintosh: 'My Mac',
    Windows: 'My Windows computer',
    other: 'My computer',
  },
  whatItDoes:
    'Once it is added, this phone shows each of your payments. Before you approve one, it asks for your fingerprint, your ' +
    'face or your screen lock.',
  sameCode: 'This code must be the one on the page where you are signed in:',
  keepsKey:
    'This browser keeps the key of your phone. Let it keep the data of this site, and don’t use a private window: if the ' +
    'data is deleted, you have to add the phone again.',
  wasAddedBefore: 'Was this phone added before?',
  beforeMeans:
    'If the browser has deleted the data of this site, your phone may still have its passkey. Then it takes the place that ' +
    'it had before, and its old key is worth nothing any more.',
  addedBefore: 'This phone was added before',
  asking: 'Asking…',
  noPasskeyUsed: 'No passkey was used, so nothing has changed.',
  otherPasskey:
    'This passkey does not belong to a phone that can approve payments of this account. Perhaps that phone was removed.',
  asNew:
    `Press the button again to choose another passkey. If your phone shows no passkey of ${brandName}, press “Add this ` +
    'phone”: then it is added as a new phone.',
  dismissed: 'This phone was not added. If you still want to add it, press the button again.',
  noScreenLock:
    'This phone can’t make a passkey with fingerprint, face or screen lock. Set up a screen lock, or use another phone.',
  noPasskey: (why: string) => `This phone made no passkey. ${why}`,
  codeOver:
    'This code is not valid any more, or it was typed wrong. Compare it with the page where you are signed in, or press ' +
    '“Add a phone” there again.',
  otherCode: 'Enter another code',

  code: 'Code',
  codeHint: 'Ten letters and digits, like K7QMX-4H2RW',
  codeEmpty: 'Enter the code from the page where you are signed in.',
  codeWrong: 'Compare it with the page where you are signed in: it has ten letters and digits.',
  continue: 'Continue',
  approveOnThis: 'Approve payments on this phone',
  whereCode:
    `Open ${brandName} where you are signed in, go to “Phone” and press “Add a phone”. Then scan the picture there with this ` +
    'phone, or type its code here.',
  beforeHint:
    'Was this phone added before, and does it show no payments any more? Do the same. After the code you can say that it ' +
    'was added before.',

  typeDigits: 'Type these four digits',
  whereDigits: <T>(account: T) => [
    'Type them on the page where you are signed in as ',
    account,
    '.',
  ],
  itsName: <T>(name: T) => ['The name of this phone is ', name, '.'],
  notYou: 'If you are somebody else, or did not press “Add a phone” there, type them nowhere.',
  dontAdd: 'Don’t add this phone',
  notAdded: 'Not added',
  notOf: <T>(account: T) => ['This phone can’t approve payments of the account ', account, '.'],
  turnedAway: 'Its digits were typed wrong too often, or somebody said no.',
  timeOver: 'The ten minutes are over, or somebody said no.',
  startAgain: 'Start again',
  seeWaiting: 'See what waits',
  added: 'This phone can approve your payments now',
  isPhoneOf: <T>(name: T, account: T) => [name, ' is a phone of ', account, '.'],
  whatNext:
    'When you send a payment, open this page: it shows the payment. On the next page you can let this phone ring.',
  done: 'Done',
  back: 'Back',
}
