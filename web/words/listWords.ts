/** The list of a payer’s own payments. */
export const listWords = {
  title: 'My payments',
  moment: 'One moment…',
  more: 'Show more',
  loading: 'Loading…',
  came: (count: number) => (count === 1 ? '1 more payment.' : `${count} more payments.`),
  none: 'You have not sent any payment yet.',
  send: 'Send a payment',
  status: {
    pending: 'Waiting',
    approved: 'Approved',
    denied: 'Denied',
    expired: 'Expired',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
}
