/** Payees that are stored as different are drawn differently, and screens draw spaces as they are stored. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { displayText } from '../../functions/core/action.ts'
import { payeeText } from '../../functions/core/payeeText.ts'
import { launchBrowser } from '../harness/browser.ts'

const browser = await launchBrowser()
afterAll(() => browser.close())

let page: Page
beforeAll(async () => {
  page = await browser.newPage()
})

/** Letters with what is easily done to them, and never two letters that look alike. */
const PIECES = [
  ...[
    'a',
    'e',
    'n',
    'B',
    'é',
    'ñ',
    'ø',
    'ß',
    '1',
    '2',
    '9',
    'f',
    'i',
    'ﬁ',
    'fi',
    'ĳ',
    'ij',
    'ª',
    '²',
  ],
  ...[' ', ' ', '  ', '\u00a0', '\u2009', '\u200a', '\u3000', '\t', '\u200b', '\u200c', '\u200d'],
  ...['\u0301', '\u0323', '\u0308', '\u0338', '\u0301\u0301', '\u0323\u0301', '\u0301\u0323'],
  ...[
    '-',
    '\u2010',
    '\u2011',
    '\u2012',
    '\u2013',
    '\u2014',
    '\u2015',
    '\u2212',
    "'",
    '’',
    'ʼ',
    '‘',
    'ʻ',
  ],
  ...['.', '․', '…', '...', '·', '‧', ',', '(', ')', '（', '@', '＠', '&', '/', '∕', '⁄', ':', '∶'],
  ...['א', 'ב', 'שׁ', 'ש\u05c1', '\u05b8', '־', 'א 1', '1 א'],
]
const anyText = (maxLength: number) =>
  fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength }).map((parts) => parts.join(''))

const SAMPLE = { seed: 11, numRuns: 12_000 }
const PICTURES_MIN = 3000

const stored = (field: 'name' | 'id', length: number) =>
  fc.sample(anyText(length), SAMPLE).flatMap((text) => {
    const checked = payeeText(field, text)
    return 'text' in checked ? [checked.text] : []
  })

/** The sentences of all payees as they are stored, with another name or with another account. */
const sentences = (): string[] =>
  [
    ...stored('name', 4).map((name) => ({ name, id: 'x@y.z' })),
    ...stored('id', 5).map((id) => ({ name: 'Neville', id })),
    ...stored('id', 5).map((id) => ({ name: 'אב', id })),
  ].map((payee) =>
    displayText({ kind: 'payment', payee, amount: { amountMinor: 2050, currency: 'EUR' } }),
  )

/** Each text as it is drawn, told as a number. */
const picturesOf = (texts: readonly string[]): Promise<number[]> =>
  page.evaluate(`(() => {
    const canvas = new OffscreenCanvas(700, 60)
    const context = canvas.getContext('2d', { willReadFrequently: true })
    context.font = '24px sans-serif'
    context.textBaseline = 'middle'
    return ${JSON.stringify(texts)}.map((text) => {
      context.clearRect(0, 0, canvas.width, canvas.height)
      context.fillText(text, 4, 30)
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
      // FNV-1a over how dark each dot is.
      let sum = 2166136261
      for (let n = 3; n < data.length; n += 4) sum = Math.imul(sum ^ data[n], 16777619)
      return sum
    })
  })()`)

test('payees that are stored as different are drawn differently', async () => {
  const different = [...new Set(sentences())]
  expect(different.length).toBeGreaterThan(PICTURES_MIN)
  const pictures = await picturesOf(different)
  const first = new Map<number, string>()
  const alike = different.flatMap((text, n) => {
    const other = first.get(pictures[n] ?? 0)
    first.set(pictures[n] ?? 0, text)
    return other === undefined ? [] : [[other, text]]
  })
  expect(alike).toEqual([])
})

const ROOT = resolve(import.meta.dirname, '../..')
test.each([
  ['web/style.css', '<p class="display-text" dir="auto"></p>'],
  ['web/style.css', '<li class="payment"><span class="payee" dir="auto"></span></li>'],
  ['web/style.css', '<li class="payment"><dl><dd><span dir="auto"></span></dd></dl></li>'],
  ['local/phone/phonePage/phone.css', '<p class="message"></p>'],
  ['local/phone/phonePage/phone.css', '<dl><div><dd></dd></div></dl>'],
  ['local/phone/phonePage/phone.css', '<p class="words"></p>'],
])('spaces are drawn as they are stored by %s in %s', async (css, html) => {
  await page.setContent(`<style>${readFileSync(resolve(ROOT, css), 'utf8')}</style>${html}`)
  const [one = 0, two = 0, three = 0] = await page.evaluate<number[]>(`(() => {
    const place = [...document.body.querySelectorAll('*')].at(-1)
    return ['a b', 'a  b', 'a   b'].map((text) => {
      place.textContent = text
      const range = document.createRange()
      range.selectNodeContents(place)
      return range.getBoundingClientRect().width
    })
  })()`)
  expect(two).toBeGreaterThan(one)
  expect(three).toBeGreaterThan(two)
})
