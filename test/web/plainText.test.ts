import { expect, test } from 'vitest'
import { payeeText } from '../../functions/core/payeeText.ts'
import { body as phoneStartBody } from '../../functions/handlers/phoneStart.ts'
import { body as smsVerifyBody } from '../../functions/handlers/smsVerify.ts'
import { inOrder, plainCode, plainEnds, plainPhone } from '../../web/plainText.ts'

const LRM = '\u200e'

/** As it is shown, and what can lie around and between its characters when it is copied. */
const CODES = [
  '123456',
  '123 456',
  ' 123456\n',
  '123\u00a0456',
  '123\u202f456',
  '123-456',
  '123\u2011456',
  '123\u2013456',
  `${LRM}123456${LRM}`,
  '\u2068123456\u2069',
  '123\u200b456',
  '123\u00ad456',
  '\ufeff123456',
  '\u0661\u0662\u0663\u0664\u0665\u0666',
  '\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6',
  '\uff11\uff12\uff13\uff14\uff15\uff16',
  '\u200f\u0661\u0662\u0663\u2009\u0664\u0665\u0666',
]

test.each(CODES)('the code %j is 123456', (pasted) => {
  expect(plainCode(pasted)).toBe('123456')
})

test('all ten digits of each kind are read', () => {
  for (const zero of [0x660, 0x6f0, 0xff10]) {
    const ten = Array.from({ length: 10 }, (_, digit) => String.fromCharCode(zero + digit)).join('')
    expect(plainCode(ten)).toBe('0123456789')
  }
})

// A letter may be a slip for another digit, so nothing is guessed.
test.each(['12345O', 'G-123456', '123456.', '１２３４５Ⅵ'])('%j stays no code', (typed) => {
  expect(smsVerifyBody.safeParse({ code: plainCode(typed) }).success).toBe(false)
})

test.each(CODES.slice(1))('the API takes no such code as %j', (pasted) => {
  expect(smsVerifyBody.safeParse({ code: pasted }).success).toBe(false)
})

test.each([
  '+447400123456',
  '+44 7400 123456',
  `${LRM}+44 7400 123456${LRM}`,
  '\u202a+44 7400 123456\u202c',
  '+44\u00a07400\u2011123\u2011456',
  '+44 (7400) 123-456',
  '+44.7400.123456',
  '+44 7400/123456',
  '+44 7400 \u2013 123456',
  '\uff0b\uff14\uff14\u3000\uff17\uff14\uff10\uff10\uff08\uff11\uff12\uff13\uff09\uff14\uff15\uff16',
  '+\u0664\u0664\u0667\u0664\u0660\u0660\u0661\u0662\u0663\u0664\u0665\u0666',
])('the number %j is +447400123456', (pasted) => {
  expect(plainPhone(pasted)).toBe('+447400123456')
})

test.each(['+44 7400 12345x', '07400 123456', '+44 7400 123456 ext 7', '+44 7400 123456;5'])(
  'what else is in the number %j stays in it',
  (typed) => {
    const phoneNumber = plainPhone(typed)
    expect(phoneStartBody.safeParse({ phoneNumber, channel: 'sms' }).success).toBe(false)
  },
)

test.each([
  `${LRM}+447400123456`,
  '+44\u00a07400123456',
  '+44\u20117400123456',
  '\uff0b447400123456',
])('the API takes no such number as %j', (phoneNumber) => {
  expect(phoneStartBody.safeParse({ phoneNumber, channel: 'sms' }).success).toBe(false)
})

test.each([
  ['\u200bneville@hogwarts.ac.uk\u200b', 'neville@hogwarts.ac.uk'],
  [`${LRM} neville@hogwarts.ac.uk \u202c`, 'neville@hogwarts.ac.uk'],
  ['\ufeffDE89 3704 0044\u00a0\n', 'DE89 3704 0044'],
  ['\u2068Neville Longbottom\u2069', 'Neville Longbottom'],
  ['\u3164', ''],
  // Drawn, so they stay: marks, and the joiner that makes ന് the letter ൻ.
  ['José', 'José'],
  ['രാമന്\u200d', 'രാമന്\u200d'],
])('whom %j names is %j', (pasted, plain) => {
  expect(plainEnds(pasted)).toBe(plain)
})

test('what is hidden in the middle of a payee stays there, and is refused', () => {
  const pasted = 'neville@hog\u200bwarts.ac.uk'
  expect(plainEnds(pasted)).toBe(pasted)
  expect(payeeText('id', pasted)).toHaveProperty('reason')
  expect(payeeText('id', `${pasted.replace('\u200b', '')}\u200b`)).toHaveProperty('reason')
})

test.each([
  '\u202e',
  '\u202d',
  '\u202a',
  '\u202b',
  '\u2066',
  '\u2067',
  '\u2068',
  '\u200e',
  '\u200f',
  '\u061c',
])('a text behind %j is read in the order in which it is drawn', (control) => {
  expect(inOrder(`${control}99${control}.11`)).toBe('99.11')
})
