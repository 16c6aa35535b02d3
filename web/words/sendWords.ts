/** The words of the form for a payment. */
export const sendWords = {
  title: 'Send a payment',
  whom: 'Whom do you pay?',
  paidBefore: 'People you paid before',
  friends: 'Friends',
  payeeName: 'Name',
  payeeNameEmpty: 'Enter the name of the person or company that you pay.',
  payeeId: 'E-mail or account number',
  payeeIdEmpty: 'Enter their e-mail address or account number.',
  howMuch: 'How much?',
  amount: 'Amount',
  amountEmpty: 'Enter an amount.',
  amountExample: (example: string) => `For example 20 or ${example}`,
  currency: 'Currency',
  currencyEmpty: 'Choose a currency.',
  reading: (amount: string) => `That is ${amount}.`,
  send: 'Send payment',
  /** Where only a code by text approves. */
  sendAndText: 'Send and text me the code',
  sending: 'Sending…',
  /** Under the button. */
  nothingYet: 'Nothing is paid until you approve it with your phone.',
  notSent: (why: string) => `Nothing was sent. ${why}`,
  /** After a sentence that says that there was no answer. */
  pressAgain: (why: string) =>
    `${why} Pressing the button again is safe: it can only be sent once.`,
  seeOpen: 'See your open payments',
  /** After the sentence that new payments are locked. */
  ifNotYou: <Part>(changePassword: Part, signOut: Part): (Part | string)[] => [
    'If you did not start it, somebody else may be signed in as you: ',
    changePassword,
    ', then ',
    signOut,
    '.',
  ],
  changePassword: 'change your password',
  signOutEverywhere: 'sign out everywhere',
}
