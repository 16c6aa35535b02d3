const lockedUntil = (until: string) => `Codes by text are locked until ${until}`
const endsBefore = ', and a payment that you send now ends before that.'

/** Codes by text are locked after five wrong ones in a row, as the form for a payment tells it before any press. */
export const lockWords = {
  payThen: (until: string) =>
    `${lockedUntil(until)}. A payment that you send can be approved only after that.`,
  /** Where a payment that is sent now could never be approved. */
  sendThen: (until: string) => `${lockedUntil(until)}${endsBefore} Send it then.`,
  /** Where a phone can be asked too. */
  byPhone: (until: string) =>
    `${lockedUntil(until)}. Until then you can approve a payment only if your phone shows you the request.`,
  byPhoneOrThen: (until: string) =>
    `${lockedUntil(until)}${endsBefore} You can approve it only if your phone shows you the request. If you have no app for that, send it then.`,
}
