import { brandName } from './brandName.ts'

/** The sentences of the phone's page while the phone is added: code, name, digits, home screen, and what a browser lacks. */
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

  homeScreen: `Put ${brandName} on your home screen`,
  whyHome:
    'On an iPhone or iPad, only a page on the home screen can ring when a payment waits, and only there its key is kept. ' +
    'So do this first:',
  isAddedHere: `Is ${brandName} on your home screen already? Then open it there: this browser and the home screen keep different keys.`,
  share: 'Press the Share button of the browser. It may be behind the button with three dots.',
  addToHome:
    'Choose “Add to Home Screen”; you may have to scroll for it. If you see “Open as Web App”, leave it on. Press “Add”.',
  openHome: `Open ${brandName} from your home screen.`,
  getCode:
    'Add this phone there: press “Add a phone” on the page where you are signed in, and type its code.',
  typeCode: 'Type this code there:',
  stayMeans:
    'If you continue in the browser, this phone does not ring, and the browser may delete its key when you have not opened ' +
    'this page for a week.',
  stay: 'Continue in the browser',
  atHand: `On your home screen ${brandName} is always at hand.`,
  putOnHome: 'Put it on the home screen',
  macDock:
    'In Safari on a Mac, choose “Add to Dock” in the menu File: then the browser keeps this page’s key.',

  keepsNothing: 'This browser doesn’t keep the key of this phone',
  mustKeep:
    'To approve payments, the browser has to keep a key. This browser does not allow that here, or it has no room left.',
  allowData:
    'Allow site data for this page in the settings of your browser, or leave its private mode. Then load this page again.',
  addressNotSafe: 'This address isn’t safe',
  safeAddress:
    `${brandName} works only where the address begins with https, or with localhost on the very computer that it runs on. ` +
    'Open it there.',
  cantApprove: 'This browser can’t approve payments',
  updateBrowser:
    'It is too old, or an app shows this page inside itself. Update it, or open this page in Chrome, Edge, Firefox or ' +
    'Samsung Internet of 2025 or newer, or in Safari 18.4 or newer.',
  otherWays:
    'On an iPhone or iPad that means iOS or iPadOS 18.4 or newer. With an older one you can’t add this phone, but you can ' +
    `sign in and send payments with it: approve them on another phone or computer, or with a code by text if ${brandName} ` +
    'offers you one.',
  lacks: (features: readonly string[]) => `This browser has no ${features.join(', ')}.`,
} as const
