import { brandName } from './brandName.ts'

/** What an answer of the API tells of a refusal or a fault, in words. */
type Told = {
  /** Follows "Try again": "in 5 minutes". */
  readonly again: string
  /** The time at which a wait ends; undefined if the answer names none. */
  readonly until: string | undefined
  readonly attemptsLeft?: number
  readonly requestId?: string
  /** The wait is no longer than the pause between two texts. */
  readonly isPause: boolean
}

const attempts = (left: number): string => {
  if (left === 0) return 'No attempts left.'
  return left === 1 ? '1 attempt left.' : `${left} attempts left.`
}

const ourFault = ({ again, requestId }: Pick<Told, 'again' | 'requestId'>): string => {
  const reference = requestId ? ` (reference ${requestId})` : ''
  return `Something went wrong on our side${reference}. Try again ${again}.`
}

const startsLocked = (until: string | undefined): string =>
  `You said on your phone that you did not start a payment, so new payments are locked ${until ? `until ${until}` : 'for a while'}. ` +
  'If that was a mistake, ask the people who run this service to unlock them.'

const notFound = 'We can’t find that. Look for it under “My payments”.'

/** Why something was refused or failed, and what the payer can do now. */
export const refusalWords = {
  unreachable: `We can’t reach ${brandName}. Check your connection and try again.`,
  again: (wait: string | null) => (wait === null ? 'a little later' : `in ${wait}`),
  ourFault,
  attempts,
  startsLocked,
  notAllowed: 'Your sign-in doesn’t allow that. Sign out, then sign in again.',
  notFound,
  tooLong: 'That is too long to be sent. Make it shorter and try again.',
  tooMuchAtOnce: ({ again }: Told) => `Too many requests came at once. Try again ${again}.`,
  oneOfTwoWrong: 'One of the two codes is wrong. Check both and try again.',
  askForInvitation:
    'You need not wait if you have an invitation: ask the people who run this service for one.',
  /** By the code of the refusal. */
  codes: {
    invalid_request: () => 'Something in what you entered isn’t right yet. Check it and try again.',
    // The page calls its own address, always sends a key and never receives a callback: these would be bugs of the page.
    wrong_address: ourFault,
    idempotency_key_missing: ourFault,
    forged_callback: ourFault,
    phone_not_verified: () => 'Your phone must be confirmed before you can pay. Confirm it first.',
    current_code_required: () =>
      'To change your phone, enter the code sent to your current phone too.',
    device_not_trusted: () =>
      'This phone does not approve payments of this account. Press “Add a phone” where you are signed in.',
    device_required: () =>
      'Only a phone that approves can let this through. Look under “Phone” which phones you have, and what you can do without one.',
    too_many_devices: () =>
      'You have three phones already. Remove one of them first, then try again.',
    approval_not_signed: ({ attemptsLeft }: Told) =>
      attemptsLeft === 0
        ? 'Your answer could not be checked five times, so this has ended and nothing was approved. Start again.'
        : 'Your answer could not be checked, so nothing was approved. Load this page again, then try again.',
    not_found: () => notFound,
    expired: () =>
      'The time to approve this payment is over. If you still want to pay, start again.',
    already_decided: () =>
      'This payment is already decided. Look under “My payments” how it ended.',
    no_code_sent: () => 'No code has been sent yet. Ask for one first.',
    no_attempts_left: ({ until }: Told) =>
      until
        ? `Too many codes were wrong. You can get a new one from ${until} on.`
        : 'No more codes can be tried. Start again to get a new one.',
    wrong_code: ({ attemptsLeft }: Told) =>
      attemptsLeft === undefined
        ? 'That code is wrong. Check it and try again.'
        : `That code is wrong. ${attempts(attemptsLeft)}`,
    code_expired: () => 'That code is no longer valid. Ask for a new one.',
    idempotency_key_reused: () =>
      'This payment could not be sent as it was. Nothing was sent: press the button again.',
    locked: ({ until }: Told) =>
      until
        ? `Five codes in a row were wrong, so codes are locked until ${until}.`
        : 'This account is locked. Please ask the people who run this service.',
    too_many_sms: ({ again, isPause }: Told) =>
      isPause
        ? `A code was sent a moment ago. Try again ${again}.`
        : `Too many codes were sent. Try again ${again}.`,
    too_many_invitations: ({ again }: Told) =>
      `You made too many codes. You can make another ${again}.`,
    too_many_rings: ({ again }: Told) => `This phone was rung a moment ago. Try again ${again}.`,
    too_many_open_payments: ({ again }: Told) =>
      `You have as many payments open as are allowed at once. Cancel one of them, or try again ${again}.`,
    too_many_payments: ({ again }: Told) =>
      `You have started as many payments as are allowed in an hour. Try again ${again}.`,
    starts_locked: ({ until }: Told) => startsLocked(until),
    provider_unavailable: ({ again }: Told) =>
      `The service that reaches your phone doesn’t answer just now. Try again ${again}.`,
    sms_off: ({ again }: Told) =>
      `Texts and calls are paused for everybody just now. Try again ${again}.`,
    payments_off: ({ again }: Told) =>
      `New payments are paused for everybody just now. Nothing was sent. Try again ${again}.`,
  },
}
