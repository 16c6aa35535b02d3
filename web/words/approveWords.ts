import { brandName } from './brandName.ts'

/** The sentences of the phone's page: what waits, the answer to it, and how it ended. */
export const approveWords = {
  oneMoment: 'One moment…',
  done: 'Done',
  back: 'Back',
  name: brandName,
  passkeyOf: (phone: string) => `${brandName}, ${phone}`,
  titled: (heading: string) => `${heading} · ${brandName}`,

  waiting: 'Waiting for your answer',
  approvesNothingYet: 'This phone can’t approve yet',
  onThisPhone: `${brandName} on this phone`,
  approvesNow: 'This phone can approve your payments now.',
  noNetwork:
    `This phone can’t reach ${brandName}, so it doesn’t know what waits now. It tries again by itself. Until then you can ` +
    'approve nothing here.',
  nothingWaits: (isElse: boolean) =>
    `Nothing ${isElse ? 'else ' : ''}waits. This page looks again by itself while it is open.`,
  requestsWait: (count: number) =>
    count === 1 ? 'One request waits for your answer.' : `${count} requests wait for your answer.`,
  left: (time: string) => `${time} left`,
  leftOf: <T>(time: T) => [time, ' left'],
  referenceOf: <T>(reference: T) => ['Reference ', reference],
  answer: 'Answer',

  yourAnswer: 'Your answer',
  letIn: (name: string) => `Let “${name}” approve payments?`,
  changeNumber: (number: string) => `Change the number of your account to ${number}?`,
  sendingTo: 'Sending to',
  amount: 'Amount',
  account: 'Account',
  reference: 'Reference',
  newNumber: 'New number',
  itsName: 'Its name',
  beforeNumber:
    'Approve only if you asked for this on the page where you are signed in, and that page shows the same reference. ' +
    'After that, codes for your account are sent to the new number.',
  beforeDevice:
    'Another phone wants to be added. Approve only if you hold it in your hand and it shows these four digits. It can ' +
    'then approve payments, as this phone can.',
  leftToAnswer: <T>(time: T) => [time, ' left to answer'],
  lastMinute: 'The last minute to answer has begun.',
  allRequests: 'All requests',
  deny: 'Deny',
  denying: 'Denying…',
  approve: 'Approve',
  approving: 'Approving…',
  why: 'Why do you deny it?',
  changedMind: 'I changed my mind',
  notMe: 'I didn’t start this',
  notMeMeans:
    '“I didn’t start this” also locks new payments of your account: for some minutes at first, longer each time.',
  wasRemoved: <T>(account: T) => [
    'This phone was removed from the account ',
    account,
    '. It can’t approve anything.',
  ],
  saidYes:
    'You said yes to it on this phone. To see how it ended, open the page where you are signed in.',
  unsure:
    'Your answer has probably arrived, but this phone did not learn the result. To see how it ended, open the page where ' +
    'you are signed in.',

  notApproved: 'Nothing was approved. Try again.',
  noPasskey: (why: string) =>
    `Nothing was approved, because this phone’s passkey did not answer. ${why}`,
  keyGone:
    'If your phone does not ask for your fingerprint, your face or your screen lock, its key may be gone. Then remove this ' +
    'phone on the page where you sign in, and add it again.',
  sheetClosed:
    'You closed the browser’s window, so nothing was approved and nothing was denied. Approve or Deny?',
  sheetNotTaken:
    'Nothing was approved, because your browser showed the payment in another way than it is. Compare payee and amount, ' +
    'and press Approve again: your browser then asks without showing them.',
  withoutSheet:
    'Nothing was approved, because the browser’s window ended without your yes. Press Approve again: your browser then ' +
    'asks for your fingerprint, your face or your screen lock without showing the payment.',
  sheetTotal: 'Total',

  said: { approved: 'Approved', denied: 'Denied' },
  meaning: {
    payment: {
      approved: 'You approved this payment.',
      denied: 'You denied this payment. Nothing was paid.',
    },
    device: {
      approved:
        'You said yes to this phone. It can approve payments as soon as its four digits are typed on the page where you ' +
        'are signed in.',
      denied:
        'You said no to this phone. It was not added. If you did not start this, change your password.',
    },
    phone: {
      approved:
        'You said yes to this number. Now type the code that it gets on the page where you are signed in. Then your number ' +
        'changes.',
      denied: 'You said no to this number. The number of your account has not changed.',
    },
  },
  canClose: 'You can close this page.',
  strangerIn:
    'Somebody else may be signed in as you. Change your password, and sign out everywhere.',
  startsLocked:
    'New payments of this account are locked now: for some minutes at first, longer each time. The page where you ' +
    'are signed in says until when. Tell the people who run this service; they can end the lock.',

  over: 'This no longer waits for your answer',
  ended: 'It was answered or cancelled, or its time is over.',
  expired: 'The time to answer is over.',
  decidedBefore: 'It was answered or cancelled before. Your answer changed nothing.',
  notThere: 'It is not there any more. Your answer changed nothing.',
  tooManyAttempts: 'Too many attempts failed, so it has ended.',
  /** True of every end but a yes. */
  nothingDone: {
    payment: 'Nothing was paid.',
    device: 'The phone was not added.',
    phone: 'The number of your account has not changed.',
  },
  /** True of this phone, whatever another one has answered. */
  nothingHere: {
    payment: 'Nothing was approved on this phone.',
    device: 'This phone did not say yes to it.',
    phone: 'This phone did not say yes to the new number.',
  },

  didNotWork: 'That didn’t work',
  startAgain: 'Start again',
  keepsNothing: 'This browser doesn’t keep the key of this phone',
  mustKeep:
    'To approve payments, the browser has to keep a key. This browser does not allow that here, or it has no room left.',
  allowData:
    'Allow site data for this page in the settings of your browser, or leave its private mode. Then load this page again.',
}
