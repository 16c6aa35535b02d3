import type { Request } from './documents.ts'

type Payment = Pick<Extract<Request, { kind: 'payment' }>, 'words' | 'amount'>

/** The amount as the signed words say it ("€1,234.50", "CHF 12.00"), so that it is written in one way only. */
export function amountSaid({ words, amount: { value, currency } }: Payment): string {
  const [said = ''] = words.match(AMOUNT) ?? []
  const isSame = said.replace(/[^\d.]/g, '') === value
  // A number alone would hide the currency.
  return isSame && !/^\d/.test(said) ? said : `${value} ${currency}`
}

/** The first number, with its symbol or code. */
const AMOUNT = /(?:[A-Z]{3} |[^\s\d])?\d[\d,]*(?:\.\d+)?/u
