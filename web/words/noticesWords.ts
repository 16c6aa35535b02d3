/** What happened to an account, as its page and its phones tell it: in the past, so that it stays true. */
export const noticesWords = {
  phoneChanged: (when: string, ending: string | null) =>
    `Your phone number was changed on ${when}.${ending ? ` It now ends in ${ending}.` : ''}`,
  added: (when: string, name: string | null) =>
    `A phone that can approve payments${named(name)} was added on ${when}.`,
  invited: (when: string) =>
    `On ${when} the people who run this service made an invitation for you, to add a phone to your account.`,
  waits: (when: string, name: string | null, until: string) =>
    `A new phone${named(name)} was added on ${when}, without a yes from another of your phones. It waits until ${until}.`,
  waited: (when: string) =>
    `On ${when} a new phone was added without a yes from another of your phones, and had to wait.`,
  stopped: (when: string) =>
    `On ${when} a new phone was stopped before it could approve your payments.`,
  silenced: (when: string) =>
    `On ${when} somebody set a phone that can approve payments not to ring any more.`,
  restored: (when: string) =>
    `On ${when} a phone that had been removed was put back, so that it could approve payments again.`,
  startsLocked: (when: string) =>
    `On ${when} you said on your phone that you did not start a payment, which locks new payments for a while.`,
  removed: (when: string, name: string | null) =>
    `A phone that could approve payments${named(name)} was removed on ${when}.`,
  codesLocked: (when: string) =>
    `Five wrong codes in a row were entered on ${when}, which locks codes for a while.`,
  pushesDenied: (when: string) =>
    `Three payments in a row were denied on your phone, the last on ${when}. If you did not start them, somebody else can ` +
    'sign in as you.',
  sessionsEnded: (when: string) => `You were signed out everywhere on ${when}.`,
  accountLocked: (when: string) =>
    `Your account was locked on ${when} by the people who run this service.`,
  accountUnlocked: (when: string) =>
    `On ${when} the people who run this service ended a lock of your account or your codes, or a limit.`,
}

const named = (name: string | null): string => (name === null ? '' : `, “${name}”,`)
