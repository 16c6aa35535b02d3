/** The phone that is trusted: given, proved and changed, in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numberOf, otherThan } from '../harness/harness.ts'
import {
  heading,
  type JourneyHarness,
  PROVIDERS,
  says,
  startJourneyHarness,
  type Visitor,
} from '../harness/journeyHarness.ts'

describe.each(PROVIDERS)('with %s', (PROVIDER) => {
  let harness: JourneyHarness
  beforeAll(async () => {
    // More than three an hour, because a change that is begun anew needs as many.
    harness = await startJourneyHarness({
      PROVIDER,
      PROVING_TEXTS_PER_HOUR: '10',
      PROVING_TEXTS_PER_DAY: '20',
    })
  })
  afterAll(() => harness.close())

  /** Somebody new, whose code was texted. */
  async function askedForACode() {
    const visitor = await harness.visitor()
    await harness.signIn(visitor)
    await visitor.page.getByLabel('Phone number').fill(visitor.number)
    await visitor.page.getByRole('button', { name: 'Get a code' }).click()
    await heading(visitor.page, 'Enter the code')
    return visitor
  }

  test('the code can be had by a call, sent again, and mistyped', async () => {
    const cleo = await harness.visitor()
    await harness.signIn(cleo)
    await cleo.page.getByLabel('Phone number').fill(cleo.number)
    await cleo.page.getByLabel('Call').check()
    await cleo.page.getByRole('button', { name: 'Get a code' }).click()
    await heading(cleo.page, 'Enter the code')
    const code = harness.codeOn(cleo.number)
    expect(harness.phone.book.messages(cleo.number)[0]?.kind).toBe('call')
    await cleo.page.getByLabel('Code', { exact: true }).fill(otherThan(code))
    await cleo.page.getByRole('button', { name: 'Confirm' }).click()
    await says(cleo.page, 'That code is wrong. 4 attempts left.')
    await harness.pass(21)
    await cleo.page.getByRole('button', { name: 'Call me again' }).click()
    await expect.poll(() => harness.phone.book.messages(cleo.number).length).toBe(2)
    await cleo.page.getByLabel('Code', { exact: true }).fill(harness.codeOn(cleo.number))
    await cleo.page.getByRole('button', { name: 'Confirm' }).click()
    await heading(cleo.page, 'Send a payment')
  })

  test('a code that comes before the answer that it was sent stays as it was typed', async () => {
    const bo = await askedForACode()
    const code = bo.page.getByLabel('Code', { exact: true })
    await code.fill('1234')
    await harness.pass(21)
    const letGo = await harness.holdAnswers(bo.page, '**/api/phone')
    await bo.page.getByRole('button', { name: 'Send a new code' }).click()
    await expect.poll(() => harness.phone.book.messages(bo.number).length).toBe(2)
    await code.fill(harness.codeOn(bo.number))
    letGo()
    await says(bo.page, 'A new code is on its way.')
    await bo.page.keyboard.press('Enter')
    await heading(bo.page, 'Send a payment')
  })

  /** Somebody new, who asked for a code and got no answer; the text has come. */
  async function withoutAnswer() {
    const visitor = await harness.visitor()
    await harness.signIn(visitor)
    const { page, number } = visitor
    await page.route('**/api/phone', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await page.getByLabel('Phone number').fill(number)
    return visitor
  }

  async function entersTheCode({ page, number }: Visitor) {
    await heading(page, 'Enter the code')
    await page.getByLabel('Code', { exact: true }).fill(harness.codeOn(number))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await heading(page, 'Send a payment')
  }

  test('without the answer to “Get a code” its field is shown all the same', async () => {
    const una = await withoutAnswer()
    await una.page.getByRole('button', { name: 'Get a code' }).click()
    await entersTheCode(una)
    expect(harness.phone.book.messages(una.number)).toHaveLength(1)
  })

  test.each(['a second press', 'a reload'])(
    'while nothing answers no field is shown, and %s leads on to it',
    async (how) => {
      const { page, ...visitor } = await withoutAnswer()
      await page.route('**/api/profile', (route) => route.abort())
      await page.getByRole('button', { name: 'Get a code' }).click()
      await says(page, /^We can’t reach Payfriend/)
      expect(await page.getByLabel('Code', { exact: true }).count()).toBe(0)
      await page.unrouteAll()
      if (how === 'a reload') await page.reload()
      else await page.getByRole('button', { name: 'Get a code' }).click()
      await entersTheCode({ page, ...visitor })
      expect(harness.phone.book.messages(visitor.number)).toHaveLength(1)
    },
  )

  test('without its answer a change of phone is compared by the whole number that was entered', async () => {
    const zoe = await harness.payer()
    const next = numberOf(930)
    await zoe.page.getByRole('link', { name: 'Phone' }).click()
    await zoe.page.getByRole('button', { name: 'Change my phone number' }).click()
    await zoe.page.route('**/api/phone', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await zoe.page.getByLabel('Phone number').fill(next)
    await zoe.page.getByRole('button', { name: 'Get a code' }).click()
    await heading(zoe.page, 'Enter the code')
    const shown = (await zoe.page.locator('.display-text').textContent()) ?? ''
    const [, reference = 'none'] = /reference ([2-9A-Z]{6})$/.exec(shown) ?? []
    expect(shown).toBe(`Change of phone to ${next}, reference ${reference}`)
    for (const part of [next, reference]) {
      expect(harness.phone.book.messages(zoe.number)[0]?.words).toContain(part)
    }
  })

  test('a number that another page asked for is not taken for this page’s, which asked for its own', async () => {
    const { page, context } = await withoutAnswer()
    await page.unrouteAll()
    await page.route('**/api/phone', (route) => route.abort())
    const tab = await harness.newPage(context)
    await tab.goto(`${harness.payfriend.pageUrl}/#/phone`)
    await tab.getByLabel('Phone number').fill(numberOf(931))
    await tab.getByRole('button', { name: 'Get a code' }).click()
    await heading(tab, 'Enter the code')
    await page.getByRole('button', { name: 'Get a code' }).click()
    await says(page, /^We can’t reach Payfriend/)
    await page.reload()
    await heading(page, 'Somebody began to confirm a phone')
  })

  test('a code that is over says so', async () => {
    const dora = await askedForACode()
    harness.passUnseen(601)
    await dora.page.getByLabel('Code', { exact: true }).fill(harness.codeOn(dora.number))
    await dora.page.getByRole('button', { name: 'Confirm' }).click()
    await says(dora.page, 'That code is no longer valid. Ask for a new one.')
  })

  test('changing the phone needs a code from the old one and one from the new', async () => {
    const fay = await harness.payer()
    const next = numberOf(900)
    await fay.page.getByRole('link', { name: 'Phone' }).click()
    await fay.page.getByRole('button', { name: 'Change my phone number' }).click()
    await fay.page.getByLabel('Phone number').fill(next)
    await fay.page.getByRole('button', { name: 'Get a code' }).click()
    await heading(fay.page, 'Enter the code')
    // The number and the reference on the page are those that the current phone was told.
    const told = harness.phone.book.messages(fay.number)[0]?.words ?? ''
    const shown = (await fay.page.locator('.display-text').textContent()) ?? ''
    const [, reference = 'none'] = /reference ([2-9A-Z]{6})$/.exec(shown) ?? []
    expect(shown).toBe(`Change your Payfriend phone to ${next}, reference ${reference}`)
    for (const part of [next, reference]) expect(told).toContain(part)
    await fay.page.getByLabel(/^Code sent to your new phone/).fill(harness.codeOn(next))
    await fay.page.getByRole('button', { name: 'Confirm' }).click()
    await says(fay.page, 'To change your phone, enter the code sent to your current phone too.')
    await fay.page.getByLabel(/^Code sent to your current phone/).fill(harness.codeOn(fay.number))
    await fay.page.getByRole('button', { name: 'Confirm' }).click()
    // Every session ends with it, this one too.
    await heading(fay.page, 'You’re signed out')
    await says(fay.page, 'Your phone number is changed. To be safe we signed you out everywhere')
    harness.passUnseen(2)
    await harness.signIn(fay)
    await heading(fay.page, 'Send a payment')
    await fay.page.getByRole('link', { name: 'Send a payment' }).first().click()
    await harness.send(fay)
    await harness.pass(16)
    await harness.text(fay)
    const { book } = harness.phone
    expect(book.pushes(next)).toHaveLength(PROVIDER === 'authy' ? 1 : 0)
    expect([book.pushes(fay.number), book.messages(fay.number)]).toMatchObject([[], { length: 2 }])
    await harness.enter(fay, harness.codeOn(next))
    await heading(fay.page, 'Payment approved')
  })

  test('a page whose verification was overtaken by another number says so, and goes on', async () => {
    const gil = await harness.payer()
    const [mine, other] = [numberOf(910), numberOf(911)]
    const ask = async (page: typeof gil.page, number: string) => {
      await page.getByRole('link', { name: 'Phone' }).click()
      await page.getByRole('button', { name: 'Change my phone number' }).click()
      await page.getByLabel('Phone number').fill(number)
      await page.getByRole('button', { name: 'Get a code' }).click()
      await heading(page, 'Enter the code')
    }
    await ask(gil.page, mine)
    await harness.pass(21)
    const tab = await harness.newPage(gil.context)
    await tab.goto(`${harness.payfriend.pageUrl}/#/phone`)
    await heading(tab, 'A change of phone was begun')
    expect(await tab.getByRole('button', { name: 'Confirm' }).count()).toBe(0)
    await tab.getByRole('button', { name: 'Start again' }).click()
    await tab.getByLabel('Phone number').fill(other)
    await tab.getByRole('button', { name: 'Get a code' }).click()
    await says(tab, other)
    await harness.pass(6)
    await heading(tab, 'Enter the code')
    await heading(gil.page, 'These codes are no longer good')
    await says(gil.page, 'Nothing was changed by these codes.')
    await harness.pass(21)
    await gil.page.getByRole('button', { name: 'Start again' }).click()
    await gil.page.getByLabel('Phone number').fill(mine)
    await gil.page.getByRole('button', { name: 'Get a code' }).click()
    await heading(gil.page, 'Enter the code')
    await says(gil.page, mine)
  })

  test('a number in an older form is told as it is dialled', async () => {
    const iker = await harness.visitor()
    await harness.signIn(iker)
    await iker.page.getByLabel('Phone number').fill('+52 1 55 1234 5678')
    await iker.page.getByRole('button', { name: 'Get a code' }).click()
    await says(iker.page, 'We dial your number as +52 55 1234 5678. It is the same phone.')
  })

  test('another number from the same page is nobody else’s, and its codes stay good', async () => {
    const hana = await harness.visitor()
    await harness.signIn(hana)
    const [typo, right] = [numberOf(921), numberOf(922)]
    for (const number of [typo, right]) {
      await hana.page.getByLabel('Phone number').fill(number)
      await hana.page.getByRole('button', { name: 'Get a code' }).click()
      await heading(hana.page, 'Enter the code')
      await harness.pass(21)
      if (number === typo) {
        await hana.page.getByRole('button', { name: 'Use another number' }).click()
      }
    }
    await heading(hana.page, 'Enter the code')
    await hana.page.getByLabel('Code', { exact: true }).fill(harness.codeOn(right))
    await hana.page.getByRole('button', { name: 'Confirm' }).click()
    await heading(hana.page, 'Send a payment')
  })
})
