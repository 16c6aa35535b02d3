/** Codes by text are locked after five wrong ones in a row, as the form for a payment tells it before any press. */
export const lockWords = {
  payThen: (until: string) =>
    `Codes by text are locked until ${until}. A payment that you send can be approved only after that.`,
  /** Where a phone can be asked too. */
  byPhone: (until: string) =>
    `Codes by text are locked until ${until}. Until then you can approve a payment only if your phone shows you the request.`,
} as const
