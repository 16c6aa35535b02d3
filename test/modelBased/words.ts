/** Payments of the model-based test, and what each must be worded as: written out, so that no code of ours has a say in it. */
import { shownAs } from './letters.ts'

type Wording = {
  readonly label: string
  readonly payee: { readonly name: string; readonly id: string }
  /** The same amount, written in several ways; the first is how it comes back. */
  readonly values: readonly [string, ...string[]]
  readonly currency: string
  readonly amountMinor: number
  readonly amount: string
  readonly to: string
}

/** Near twins: all but the last two differ in one thing only. */
export const WORDINGS: readonly [Wording, ...Wording[]] = [
  {
    label: 'lunch',
    payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
    values: ['20.50', '20.5'],
    currency: 'EUR',
    amountMinor: 2050,
    amount: '€20.50',
    to: 'Neville Longbottom (neville@hogwarts.ac.uk)',
  },
  {
    label: 'a cent more',
    payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
    values: ['20.51'],
    currency: 'EUR',
    amountMinor: 2051,
    amount: '€20.51',
    to: 'Neville Longbottom (neville@hogwarts.ac.uk)',
  },
  {
    label: 'in dollars',
    payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
    values: ['20.50'],
    currency: 'USD',
    amountMinor: 2050,
    amount: '$20.50',
    to: 'Neville Longbottom (neville@hogwarts.ac.uk)',
  },
  {
    label: 'to his twin',
    payee: { name: 'Neville Longbottom', id: 'neviile@hogwarts.ac.uk' },
    values: ['20.50'],
    currency: 'EUR',
    amountMinor: 2050,
    amount: '€20.50',
    to: 'Neville Longbottom (neviile@hogwarts.ac.uk)',
  },
  {
    label: 'signs',
    payee: { name: 'None*~ & Sons (Zoë)', id: 'None+1=2@example.com' },
    values: ['1234.560', '1234.56'],
    currency: 'BHD',
    amountMinor: 1_234_560,
    amount: 'BHD 1,234.560',
    to: 'None*~ & Sons (Zoë) (None+1=2@example.com)',
  },
  {
    label: 'from right to left',
    payee: { name: 'שרה כהן', id: 'IL62 0108 0000' },
    values: ['500'],
    currency: 'JPY',
    amountMinor: 500,
    amount: 'JPY 500',
    to: 'שרה כהן\u200e (IL62 0108 0000\u200e)',
  },
]

export const wordingOf = (label: string): Wording => {
  const found = WORDINGS.find((one) => one.label === label)
  if (!found) throw new Error(`no terms are called ${label}`)
  return found
}

/** The terms that a stored payment or an answer has; its own text where it has none of ours. */
export function labelOf(terms: {
  readonly name: unknown
  readonly id: unknown
  readonly currency: unknown
  readonly value?: unknown
  readonly amountMinor?: unknown
}): string {
  const { name, id, currency, value, amountMinor } = terms
  const found = WORDINGS.find(
    (one) =>
      one.payee.name === name &&
      one.payee.id === id &&
      one.currency === currency &&
      (value === undefined || one.values[0] === value) &&
      (amountMinor === undefined || one.amountMinor === amountMinor),
  )
  return found?.label ?? JSON.stringify(terms)
}

export const wordsOf = ({ amount, to }: Wording): string => `Pay ${amount} to ${to}`

/** What an item's push shows, as one text; nothing where no push was asked for. */
export const contentIn = (item: Readonly<Record<string, unknown>>): string | undefined =>
  item.push_details === undefined
    ? undefined
    : JSON.stringify([item.display_text, ...JSON.parse(String(item.push_details))])

/** What the push must show, as one text. */
export const shownOf = (wording: Wording, account: string, reference: string): string =>
  shownAs(wordsOf(wording), {
    'Sending to': wording.to,
    Amount: wording.amount,
    'Your account': account,
    Reference: reference,
  })
