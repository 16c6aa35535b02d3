import { brandName } from './brandName.ts'

/** The sentences of the phone's page about this phone: its settings, what became of it, and what it can stop. */

const FOR_GOOD =
  'You can’t undo this. If you want to approve with this phone again, you have to add it again.'
const AFTER_A_STOP =
  'a new phone needs a yes from one of your phones, or an invitation from the people who run this service. A code by ' +
  'text is not enough.'

export const ownPhoneWords = {
  thisPhone: 'This phone',
  addToOther: 'Add this phone to another account',
  keepData:
    'The browser has to keep the data of this site. Before you delete it, or remove your only phone, add another phone: ' +
    'without one you can approve nothing.',
  name: 'Name',
  account: 'Account',
  added: 'Added',
  lastUsed: 'Last used',
  otherPhones: 'Your other phones',
  remove: 'Remove this phone',
  removeFrom: (account: string) => `Remove this phone from ${account}`,
  removing: 'Removing…',
  reallyRemove: (name: string) =>
    `Remove “${name}”? It can’t approve anything any more then. ${FOR_GOOD}`,
  reallyRemoveOnly: (name: string) =>
    `Remove “${name}”? It can’t approve anything any more then, and the account has no other phone that can. ${FOR_GOOD}`,
  yesRemove: 'Yes, remove it',
  keep: 'Keep it',
  notRemoved: 'The phone was not removed. Try again.',
  isRemoved: 'This phone is removed',
  deletePasskey: <T>(account: T, name: T) => [
    'It can’t approve payments of ',
    account,
    ` any more. You can delete its passkey “${brandName}, `,
    name,
    '” in the settings of your phone.',
  ],
  done: 'Done',

  waitsUntil: (when: string) =>
    `This phone can approve payments from ${when}. Until then your other phones, and the page where you sign in, can stop ` +
    'it. You need do nothing.',
  howToCancel: <T>(account: T) => [
    'The account is ',
    account,
    '. If you do not want this phone, open “Phone” on the page where you are signed in and press “Cancel”.',
  ],
  removedElsewhere: <T>(account: T) => [
    'This phone can’t approve payments of ',
    account,
    ' any more. It was removed on the page where you sign in, or added again since.',
  ],
  stoppedElsewhere: <T>(account: T) => [
    'This phone was stopped while it waited. It can’t approve payments of ',
    account,
    '. One of your other phones stopped it, or the page where you sign in.',
  ],
  howToAddAgain:
    'If you want it to approve payments, press “Add a phone” on that page, and then “Add it again” here.',
  addAgain: 'Add it again',
  addAgainTo: (account: string) => `Add it again to ${account}`,
  forget: 'Forget this account',
  forgetOf: (account: string) => `Forget this account, ${account}`,
  notAddedTo: <T>(account: T) => ['This phone was not added to the account ', account, '.'],
  startAgain: 'Start again',
  notLetIn: <T>(account: T) => ['This phone is not yet added to the account ', account, '.'],
  seeDigits: 'See its digits',
  otherApproves: <T>(account: T, name: T, facts: T) => [
    'Another phone can approve payments of ',
    account,
    ' now: ',
    name,
    '. ',
    facts,
    ' If that was not you, remove it on the page where you are signed in.',
  ],
  unreadable: <T>(account: T) => [
    account,
    ': a request came that this page can’t show. Load this page again.',
  ],
  lately: <T>(account: T) => ['Lately in the account ', account, ':'],
  wasNotYou: <T>(signIn: T) => [
    'Wasn’t it you? Then act at once: ',
    signIn,
    ' and read there what to do, and tell the people who run this service.',
  ],
  signIn: 'sign in',

  newWaits: (name: string) => `A new phone waits: “${name}”`,
  newWillApprove: <T>(when: string, account: T) => [
    `It will be able to approve payments from ${when}. It was added to the account `,
    account,
    ' without a yes from one of your phones.',
  ],
  ifYou: 'If this is you, there is nothing to do.',
  ifNotYou: `If this is not you, stop it. From then on ${AFTER_A_STOP}`,
  stopNew: 'Stop the new phone',
  stopping: 'Stopping…',
  notStopped: 'Nothing was stopped. Try again.',
  hide: 'Hide this',
  hideOf: (name: string, account: string) => `Hide this, ${name}, ${account}`,
  stopped: 'Stopped',
  stoppedApproves: 'It can’t approve payments.',
  strangerIn:
    'Somebody else may be signed in as you: change your password, and sign out everywhere.',
  fromNowOn: `From now on ${AFTER_A_STOP}`,
  wasRemoved: 'This phone was removed',
  removedOn: <T>(when: string, account: T) => [
    `It was removed on ${when}, on the page where `,
    account,
    ' signs in. It can’t approve anything now.',
  ],
  undoIfNotYou: (until: string) =>
    `If this was you, there is nothing to do. If not, somebody else may be signed in as you. You can undo it until ${until}.`,
  undo: 'Undo the removal',
  undoing: 'Undoing…',
  notUndone: 'The removal was not undone. Try again.',
  undoTooLate: 'It is too late to undo that.',
  undoTooManyAttempts: 'Too many attempts failed, so this phone can’t undo it any more.',
  howToAddThis: 'To add this phone again, press “Add a phone” on the page where you are signed in.',
  undoAsked: 'You asked to undo that.',
  confirmUndo: 'Now sign in again on the page and confirm it there, under “Phone”.',
  confirmUntil: (until: string) => `It can be confirmed until ${until}.`,
  oneStepLeft: 'One step is left',
  untilConfirmed: <T>(account: T) => [
    'Until then this phone can’t approve anything. The account is ',
    account,
    '.',
  ],
  goToPage: 'Go to the page',
  approvesAgain: 'This phone can approve again',
  isBack: <T>(name: T, account: T) => [name, ' is a phone of ', account, ' again.'],
}
