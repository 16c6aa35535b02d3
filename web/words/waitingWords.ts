import { brandName } from './brandName.ts'

/** The page of a payment that waits for its payer. */
export const waitingWords = {
  opening: 'Your payment',
  moment: 'One moment…',
  onPhone: 'Waiting for your phone',
  byText: 'Approve this payment',
  sending: 'We’re sending the request to your phone.',
  sent: 'Open the request on your phone. Check that it says exactly this, then approve or deny it.',
  onDevice: `Open ${brandName} on your phone. Check that it says exactly this, then approve or deny it.`,
  check: 'Check that this is the person and the amount that you want to pay. If not, cancel it.',
  reference: 'The reference is ',
  sameReference: '. Your phone must show the same one.',
  paused: (until: string) =>
    `You said no to two payments in a row, so no request goes to your phone until ${until}.`,
  left: ' left to answer',
  lastMinute: 'The last minute to answer has begun.',
  /** Before the server has told how it ended. */
  over: 'The time to answer is over. We’re checking how it ended.',
  /** An app’s request ends a little before its payment. */
  phoneOver: 'The time to answer on your phone is over.',
  phoneCanAnswer: 'You can still answer on your phone.',
  cancel: 'Cancel this payment',
  cancelling: 'Cancelling…',
  lostPhone: 'I don’t have my phone',
  /** While the server can’t be asked how the payment stands. */
  unknown:
    'We can’t see just now how this payment stands. If you have answered it, your answer counts. We’ll keep looking.',
  lookNow: 'Look now',
  looking: 'Looking…',
}
