import { brandName } from './brandName.ts'

/** How a payment ended: also right for who looks later. */
export const resultWords = {
  heading: {
    approved: 'Payment approved',
    denied: 'Payment denied',
    expired: 'Payment expired',
    failed: 'Payment failed',
    cancelled: 'Payment cancelled',
  },
  /** In the tab’s title, in place of the heading. */
  title: {
    approved: '✓ Approved',
    denied: '✕ Denied',
    expired: '✕ Expired',
    failed: '✕ Failed',
    cancelled: '✕ Cancelled',
  },
  /** Before the time of the end. */
  at: {
    approved: 'Approved',
    denied: 'Denied',
    expired: 'Expired',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  /** A line of the text that is shared. */
  line: (term: string, value: string) => `${term}: ${value}`,
  started: 'Started',
  reference: 'Reference',
  payer: 'Account',
  nothingPaid: 'Nothing was paid.',
  approved: (how: string) => `You approved it ${how}.`,
  denied: (how: string) => `You denied it ${how}.`,
  how: {
    push: 'in the app on your phone',
    sms: 'with a code by text',
    device: `in ${brandName} on your phone`,
  },
  expired: (wait: string) => `It was not approved within ${wait}.`,
  /** A length that is no whole number of minutes. */
  seconds: (seconds: number) => `${seconds} seconds`,
  wrongCodes: 'Five wrong codes were entered.',
  wrongAnswers: 'Five attempts to approve it on a phone failed.',
  cancelled: 'It was cancelled before it was approved.',
  startAgain: 'Start again',
  payAgain: 'Pay again',
  canStart: 'You can start again with the same details.',
  ignoreRequest: 'If your phone still shows this request, you can ignore it.',
  ignoreCode: 'If a code for it still arrives by text, you can ignore it.',
  ignoreBoth: 'If your phone still shows this request, or a code for it, you can ignore it.',
  /** What is locked, then what the payer can do meanwhile. */
  codesLocked: (until: string, canApproveByPhone: boolean) =>
    `Codes by text are locked until ${until}. ` +
    (canApproveByPhone
      ? 'Until then you can approve a payment only if your phone shows you the request.'
      : 'Start again then.'),
  notYou: 'Did you not start this payment? ',
  changePassword: 'Change your password.',
  thenSignOut: ' Then sign out everywhere.',
  print: 'Print',
  share: 'Share',
  copy: 'Copy as text',
  copied: 'Copied.',
  notCopied: 'This browser does not let the page copy. Print it instead.',
}
