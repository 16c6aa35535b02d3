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

const TEXTS = ['issuer', 'clientId', 'scope', 'redirectPath', 'signOutUrl'] as const

/** Parse `config.json`; throws an error that names the first field that is missing or wrong. */
export function configOf(json: unknown): Config {
  const told = Object(json)
  for (const name of TEXTS) {
    if (!isText(told[name])) throw new Error(`config.json: ${name} must be a text`)
  }
  const {
    changePasswordUrl,
    currencies,
    friends,
    texts = true,
    pushes = true,
    phoneCountries = [],
  } = told
  if (changePasswordUrl !== undefined && !isText(changePasswordUrl)) {
    throw new Error('config.json: changePasswordUrl must be a text')
  }
  if (!isListOf(isCurrency)(currencies)) {
    throw new Error('config.json: currencies must be a list of code, digits and perhaps symbol')
  }
  if (friends !== undefined && !isListOf(isFriend)(friends)) {
    throw new Error('config.json: friends must be a list of name and id')
  }
  if (typeof texts !== 'boolean') throw new Error('config.json: texts must be true or false')
  if (typeof pushes !== 'boolean') throw new Error('config.json: pushes must be true or false')
  if (!isListOf(isText)(phoneCountries)) {
    throw new Error('config.json: phoneCountries must be a list of countries')
  }
  return { ...told, texts, pushes, phoneCountries, friends: friends ?? [] }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isListOf = (is: (one: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(is)
const isFriend = (one: unknown): boolean => isText(Object(one).name) && isText(Object(one).id)
const isCurrency = (one: unknown): boolean =>
  isText(Object(one).code) &&
  Number.isInteger(Object(one).digits) &&
  (Object(one).symbol === undefined || isText(Object(one).symbol))
