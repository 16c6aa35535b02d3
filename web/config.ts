import type { Currency } from './amountText.ts'
import { LOOK_MS } from './patience.ts'
import { timeLimit } from './signals.ts'

/** The configuration of the page's stage. */
export type Config = {
  readonly issuer: string
  readonly clientId: string
  readonly scope: string
  readonly redirectPath: string
  readonly signOutUrl: string
  readonly changePasswordUrl?: string
  readonly currencies: readonly Currency[]
  /** Whether there are phone numbers and texts at all. */
  readonly texts: boolean
  /** Whether a new payment may be pushed to an app: without it only a device or a code by text approves. */
  readonly pushes: boolean
  /** After so many seconds a new payment ends. */
  readonly paymentSeconds: number
  /** The countries (ISO 3166) to whose numbers codes are sent; empty if to all. */
  readonly phoneCountries: readonly string[]
  /** Payees to choose from on a laptop; empty on a deployed stage. */
  readonly friends: readonly Friend[]
}

type Friend = { readonly name: string; readonly id: string }

/** Every stage serves the same page, so the server tells it where it runs. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json', { signal: timeLimit(LOOK_MS) })
  if (!response.ok) throw new Error(`config.json answered ${response.status}`)
  return configOf(await response.json())
}

/** What an older server does not tell. */
const UNTOLD = {
  texts: true,
  pushes: true,
  paymentSeconds: Number.MAX_SAFE_INTEGER,
  phoneCountries: [],
  friends: [],
}

/** Parse `config.json`; throws an error that names the first field that is missing or wrong. */
export function configOf(json: unknown): Config {
  const told = { ...UNTOLD, ...Object(json) }
  for (const [name, isRight] of Object.entries(FIELDS)) {
    if (!isRight(told[name])) throw new Error(`config.json: ${name} is missing or wrong`)
  }
  return told
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isListOf = (is: (one: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(is)
const isFriend = (one: unknown): boolean => isText(Object(one).name) && isText(Object(one).id)
const isCurrency = (one: unknown): boolean =>
  isText(Object(one).code) &&
  Number.isInteger(Object(one).digits) &&
  (Object(one).symbol === undefined || isText(Object(one).symbol))
const isBoolean = (value: unknown): boolean => typeof value === 'boolean'

const FIELDS: { readonly [Name in keyof Config]-?: (value: unknown) => boolean } = {
  issuer: isText,
  clientId: isText,
  scope: isText,
  redirectPath: isText,
  signOutUrl: isText,
  changePasswordUrl: (value) => value === undefined || isText(value),
  currencies: isListOf(isCurrency),
  texts: isBoolean,
  pushes: isBoolean,
  paymentSeconds: Number.isInteger,
  phoneCountries: isListOf(isText),
  friends: isListOf(isFriend),
}
