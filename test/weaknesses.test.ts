/**
 * The 2019 sample had 40 weaknesses. Each that could come back here is named by the title of a test
 * that would fail then: "… (2019: W5)".
 */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What each was, in a word; a test somewhere below `test/` names it. */
const GUARDED = {
  W1: "one person's code approved another's payment",
  W2: 'a code fitted any payment of the same payee and amount',
  W3: "anybody read any payment's status",
  W4: "anybody had texts sent about anybody's payment",
  W5: 'an approval was not compared with what was stored',
  W6: 'without the app there was no way to pay',
  W7: 'negative amounts, no cents, no limit, no currency',
  W8: 'a waiting page asked without a pause, for ever',
  W9: 'a payment never expired',
  W10: 'an unknown status made the list answer 500 for ever',
  W11: 'two decisions at once both passed',
  W12: 'codes could be guessed without end',
  W13: 'what a code approved was not shown',
  W14: 'a long payee was cut on the phone',
  W15: 'two people with one phone number shared their payments',
  W16: 'each click was another payment',
  W17: 'nothing was recorded',
  W18: 'an unsigned or unknown callback answered 500',
  W19: 'an old callback was taken again',
  W20: "a callback's signature was checked over an address that the caller chose",
  W21: 'a signature was flattened wrongly for some texts',
  W23: 'everybody saw everybody',
  W24: "an account's existence and data showed in an error",
  W25: 'a sign-in told whose e-mail is known',
  W26: 'a missing phone number answered 500',
  W27: 'that a text was sent, or was not, was never said',
  W28: 'every look at a page sent a text',
  W29: 'a person whom the provider did not know could never go on',
  W30: 'a stranger could put words into the page',
  W31: 'a session was a cookie that any page could use',
  W32: 'a session never ended',
  W33: "the address recorded was the proxy's, or one that the caller chose",
  W34: "a stranger's picture was on the push",
  W35: 'a provider that hangs hung everything',
  W36: 'a push was sent before its payment was stored',
  W37: 'a callback read the whole table, a list had no pages',
  W39: 'errors answered 200',
}

const WITHOUT_COUNTERPART = {
  W22: 'a callback by GET stays unsupported: the provider is told POST, and there is no such route',
  W38: 'there are no workers, no file to lock and no create_all',
  W40: 'no single behaviour: tests, logs and sound HTML are checked each in its own place',
}

test('each of the forty is named by a test that guards it, or has no counterpart here', () => {
  const listed = [GUARDED, WITHOUT_COUNTERPART].flatMap(Object.keys)
  const numbers = Array.from({ length: 40 }, (_, i) => `W${i + 1}`)
  expect(listed.sort()).toEqual(numbers.sort())

  const titles = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('weaknesses.test.ts'))
    .flatMap((file) => [
      ...readFileSync(`test/${file}`, 'utf8').matchAll(/['"`].*\(2019: (.*?)\)/g),
    ])
  const named = new Set(titles.flatMap(([, numbers = '']) => numbers.split(', ')))
  expect(Object.entries(GUARDED).filter(([number]) => !named.has(number))).toEqual([])
})
