/** What no translator may write anew: whom, how much, and what is to be compared or entered, on page and phone. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numberOf } from '../harness/harness.ts'
import {
  heading,
  type JourneyHarness,
  PROVIDERS,
  SEND,
  says,
  startJourneyHarness,
} from '../harness/journeyHarness.ts'

const PAYEE = ['Neville Longbottom', 'neville@hogwarts.ac.uk']
const WORDS = [...PAYEE, '€20.50']

/** Each of these is in the page's text, and wherever it is, it is kept from translators. */
async function keeps(page: Page, ...known: string[]): Promise<void> {
  const look = `((known) => {
    const kept = new Set()
    const translated = known.filter((one) => document.title.includes(one))
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode
      const text = data.replaceAll('\\u00a0', ' ')
      const nearest = parentElement.closest('[translate]')
      const isKept = nearest?.translate === false && nearest.matches('.notranslate')
      for (const one of known.filter((one) => text.includes(one))) {
        if (isKept) kept.add(one)
        else translated.push(text)
      }
    }
    return { translated, missing: known.filter((one) => !kept.has(one)) }
  })(${JSON.stringify(known)})`
  await expect.poll(() => page.evaluate(look)).toEqual({ translated: [], missing: [] })
}

const endOf = (number: string) => number.slice(-3)

describe.each(PROVIDERS)('with %s', (PROVIDER) => {
  let harness: JourneyHarness
  beforeAll(async () => {
    harness = await startJourneyHarness({ PROVIDER })
  })
  afterAll(() => harness.close())

  test('a payment’s terms, reference and code are kept on every view and on the phone', async () => {
    const ann = await harness.payer({ app: false })
    const { page } = ann
    await page.getByLabel('Amount', { exact: true }).fill('20.50')
    await keeps(page, 'Neville Longbottom', '€20.50', ann.email)
    await harness.send(ann)
    await keeps(page, ...WORDS)
    if (PROVIDER === 'authy') await harness.pass(16)
    await harness.text(ann)
    const reference = await page.locator('.reference').innerText()
    await keeps(page, ...WORDS, reference, endOf(ann.number))
    const handset = await harness.handset()
    await keeps(handset, ...WORDS, harness.codeOn(ann.number))
    await page.getByRole('button', { name: 'Cancel this payment' }).click()
    await heading(page, 'Payment cancelled')
    await keeps(page, ...WORDS, reference, ann.email)
    await page.getByRole('link', { name: 'My payments' }).first().click()
    await keeps(page, 'Neville Longbottom', '€20.50', ann.email)
  })

  test('a phone’s numbers, and what is told of its change, are kept', async () => {
    const bea = await harness.visitor()
    const { page } = bea
    await harness.signIn(bea)
    await page.getByLabel('Phone number').fill(bea.number)
    await page.getByRole('button', { name: 'Get a code' }).click()
    await heading(page, 'Enter the code')
    await keeps(page, endOf(bea.number))
    await page.getByLabel('Code', { exact: true }).fill(harness.codeOn(bea.number))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await heading(page, 'Send a payment')
    await page.getByRole('link', { name: 'Phone' }).click()
    await keeps(page, endOf(bea.number))

    const next = numberOf(930)
    await page.getByRole('button', { name: 'Change my phone number' }).click()
    await page.getByLabel('Phone number').fill(next)
    await page.getByRole('button', { name: 'Get a code' }).click()
    await heading(page, 'Enter the code')
    const told = (await page.locator('.display-text').textContent()) ?? ''
    const [reference = 'none'] = /[2-9A-Z]{6}$/.exec(told) ?? []
    await keeps(page, told, reference, endOf(next), endOf(bea.number))
    const tab = await harness.newPage(bea.context)
    await tab.goto(`${harness.payfriend.pageUrl}/#/phone`)
    await heading(tab, 'A change of phone was begun')
    await keeps(tab, endOf(next))
  })
})

describe('with a push', () => {
  let harness: JourneyHarness
  beforeAll(async () => {
    harness = await startJourneyHarness()
  })
  afterAll(() => harness.close())

  test('what it shows is kept on the phone, and the terms on the page', async () => {
    const cleo = await harness.payer()
    await harness.send(cleo)
    await keeps(cleo.page, ...WORDS)
    await keeps(await harness.handset(), ...WORDS, cleo.email)
  })

  test('a notice keeps the end of the number that it names, and a problem its numbers', async () => {
    const dan = await harness.payer()
    const notices = [{ event: 'phone.changed', at: '2026-11-28T12:00:00.000Z', ending: '789' }]
    await dan.context.route('**/api/profile', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), notices } })
    })
    await dan.page.reload()
    await says(dan.page, 'It now ends in')
    await keeps(dan.page, '789')
    await dan.page.getByRole('button', { name: 'Neville Longbottom' }).click()
    await dan.page.getByLabel('Amount', { exact: true }).fill('10000.01')
    await dan.page.getByRole('button', { name: SEND }).click()
    await keeps(dan.page, '€10,000.00', '€10,000.01')
  })
})
