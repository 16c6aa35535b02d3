import { brandName } from './brandName.ts'

/** What is around the views: menu, welcome, signing in and out, and what a browser lacks. */
export const shellWords = {
  brandName,
  oneMoment: 'One moment…',
  tryAgain: 'Try again',

  menu: {
    label: 'Main',
    payments: 'My payments',
    send: 'Send a payment',
    phone: 'Phone',
    signOut: 'Sign out',
  },

  welcome: {
    heading: 'Pay safely, with a yes from your own phone',
    lead:
      `Before you pay, ${brandName} shows the payment on your phone: whom you pay, and how much. ` +
      'Only a yes from that phone lets it through.',
    enter: 'Say here whom you pay and how much.',
    compare: 'Check on your phone that it shows the same.',
    approveWithTexts: 'Approve it there, or with the code that it shows.',
    approveOnDevice: 'Approve it there, with your fingerprint, your face or your screen lock.',
    signIn: 'Sign in',
  },

  invited: {
    heading: `An invitation to ${brandName}`,
    lead:
      'The code of your invitation is kept in this tab. If it is still valid, use it to add a phone that approves ' +
      'your payments.',
    signIn: 'Sign in with the e-mail address that the invitation is for.',
    addPhone: 'Add your phone, as the page then says.',
    whenUsed: 'The invitation is used when you confirm the phone, not before.',
  },

  signingIn: {
    heading: 'Signing you in',
    begunElsewhere: 'That sign-in was begun in another tab or too long ago. Please sign in again.',
    left: 'You left sign-in before it was done.',
    failed: 'Sign-in didn’t work this time. Please try again.',
    nowAs: (email: string) => `You are signed in as ${email} now.`,
    nowAsAnother: (email: string) =>
      `You are signed in as ${email} now. What another person typed in this tab before is gone.`,
  },

  signedOut: {
    heading: 'You’re signed out',
    nothingKept: 'Nothing about you is kept in this tab any more.',
    askedElsewhere: 'You signed out in another tab of this browser.',
    everywhere:
      'You are signed out everywhere: here, and wherever else you were signed in. ' +
      'Nothing can be paid or changed from there until you sign in again.',
    idle: 'Nobody touched this page for five minutes, so we signed you out to be safe.',
    phoneChanged:
      'Your phone number is changed. To be safe we signed you out everywhere: ' +
      'nothing can be paid or changed from another place until you sign in again.',
  },

  signOutEverywhere: {
    heading: 'Signed in somewhere else?',
    why: 'If you lost a device, or left a computer signed in, sign out of it from here.',
    press: 'Sign out everywhere',
    busy: 'Signing out…',
  },

  idle: {
    heading: 'Are you still there?',
    /** The time stands between the two. */
    leftBefore: 'You will be signed out in ',
    leftAfter: '.',
    seconds: (left: number) => (left === 1 ? '1 second' : `${left} seconds`),
    stay: 'Stay signed in',
    lost: 'Nobody has touched this page for a while. What is typed here and not sent will be forgotten.',
  },

  trouble: {
    notFoundHeading: 'We can’t find that',
    notFound: 'It may belong to someone else, or the address may be incomplete.',
    heading: 'That didn’t work',
    unreachableHeading: `${brandName} can’t be reached`,
    unreachable: 'Check your connection, then load this page again.',
  },
}
