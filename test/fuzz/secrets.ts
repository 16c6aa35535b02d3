/** What must never be written down of all that a run of the fuzzer had in hand. */
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { ANY_TOKEN, type Leak, leakFinder } from '../harness/leaks.ts'
import { PASSWORD } from './credentials.ts'
import type { Servers } from './fuzz.ts'
import { AUTHY_KEY } from './running.ts'

const KEYS = [
  AUTHY_KEY,
  LOCAL_VERIFY.apiSecret,
  btoa(`${LOCAL_VERIFY.apiKey}:${LOCAL_VERIFY.apiSecret}`),
]
/** The number that a refusal gives as an example. */
const IN_OUR_OWN_WORDS = '+447400123456'

/** Which secrets stand in these texts; `but`: kinds that may. */
export function leaksIn(texts: readonly string[], servers: Servers, but: string[] = []): Leak[] {
  const all = [servers.authy, servers.twilioVerify]
  const books = all.map(({ phone }) => phone.book)
  const numbers = books
    .flatMap((book) => book.numbers())
    .filter((number) => number !== IN_OUR_OWN_WORDS)
  const codes = books.flatMap((book) =>
    book
      .numbers()
      .flatMap((number) => book.messages(number).flatMap(({ code }) => (code ? [code] : []))),
  )
  const refresh = all.flatMap(({ people }) => people.map(({ tokens }) => tokens.refresh))
  const others = { key: KEYS, token: [ANY_TOKEN, ...refresh], password: [PASSWORD] }
  const leaksOf = leakFinder({ codes, numbers, others })
  return texts.flatMap(leaksOf).filter(({ kind }) => !but.includes(kind))
}

/** An item without the one number in it that may look like a code. */
export const withoutAmount = (item: string) => item.replace(/"amount_minor":\{"N":"\d+"\}/, '')

/** The whole new number is told to the session that has just written it: `leakScan` says that no other is. */
export const withoutNewNumber = (answer: string) =>
  answer.replace(/Change your Payfriend phone to \+\d+/, '')
