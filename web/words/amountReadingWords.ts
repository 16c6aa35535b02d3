/** What is said of an amount that cannot be read as one. */
export const amountReadingWords = {
  unreadable: (example: string) => `Enter the amount like ${example}.`,
  tooFine: (currency: string, digits: number) => `${currency} has ${decimals[digits]}.`,
  /** It can be thousands only, because the currency has fewer decimals. */
  thousandsOnly: (
    typed: string,
    thousands: { readonly amount: string; readonly write: string },
    other: string,
    tooFine: string,
  ) =>
    `${typed} can be read in two ways. For ${thousands.amount} write ${thousands.write}. ` +
    `${other} cannot be paid: ${tooFine}`,
  thousandsOrNot: (
    typed: string,
    thousands: { readonly amount: string; readonly write: string },
    other: { readonly amount: string; readonly write: string },
  ) =>
    `${typed} can be read in two ways. For ${thousands.amount} write ${thousands.write}, ` +
    `for ${other.amount} write ${other.write}.`,
}

const decimals: Readonly<Record<number, string>> = {
  0: 'no decimals',
  2: 'two decimals at most',
  3: 'three decimals at most',
}
