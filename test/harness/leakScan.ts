/**
 * Vitest's setup, for each test file: with logs and metrics on as in Lambda, what is written there, and what is
 * written to the table of payments, must have no code, number, key, token or password in it. Logs go nowhere
 * else; what a test says for itself is shown.
 */
import { afterAll, expect, vi } from 'vitest'
import { PhoneBook } from '../../local/phone/phoneBook.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { ANY_TOKEN, leakFinder, overhear, paymentWrites, withoutProof } from './leaks.ts'

const KEYS = [
  'test-authy-key',
  'fuzz-authy-key',
  'local-authy-key',
  LOCAL_VERIFY.apiSecret,
  btoa(`${LOCAL_VERIFY.apiKey}:${LOCAL_VERIFY.apiSecret}`),
]
const PASSWORD = 'correct horse'
const IS_OURS = /^\{"(level|_aws)"/

const written: string[] = []
const codes = new Set<string>()
const numbers = new Set<string>()
const { receive } = PhoneBook.prototype
PhoneBook.prototype.receive = function (number, kind, code, words) {
  numbers.add(number)
  if (code) codes.add(code)
  receive.call(this, number, kind, code, words)
}
const letGo = overhear(written)

afterAll(() => {
  // The next file may run in the same process, and must find nothing of this one.
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  letGo()
  PhoneBook.prototype.receive = receive
  for (const line of written) if (!IS_OURS.test(line)) process.stdout.write(line)
  const others = { key: KEYS, token: [ANY_TOKEN], password: [PASSWORD] }
  const stored = paymentWrites.splice(0).map(withoutProof)
  expect([...written, ...stored].flatMap(leakFinder({ codes, numbers, others }))).toEqual([])
})
