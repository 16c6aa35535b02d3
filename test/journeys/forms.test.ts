/** Forms that are not filled in as they should be: what is said, where, and where the focus is. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { numberOf, otherThan } from '../harness/harness.ts'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  type Visitor,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness({ PROVING_TEXTS_PER_HOUR: '10' })
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

/** What has the focus, by its words. */
const focused = (page: Page) =>
  page.evaluate<string>(
    "document.activeElement === document.body ? 'nothing' : document.activeElement.id || document.activeElement.innerText",
  )
const problems = (page: Page) => page.getByRole('group', { name: 'There is a problem' })
const press = (page: Page, name: string) => page.getByRole('button', { name }).click()

describe('an empty form', () => {
  test('is told of all its fields at once, in our own words, and the list of them has the focus', async () => {
    const { page } = await harness.payer()
    await press(page, 'Send payment')
    await problems(page).waitFor()
    expect(await problems(page).getByRole('link').allInnerTexts()).toEqual([
      'Enter the name of the person or company that you pay.',
      'Enter their e-mail address or account number.',
      'Enter an amount.',
    ])
    expect(await focused(page)).toMatch(/^There is a problem/)
    expect(await page.title()).toBe('Error: Send a payment · Payfriend')
    await passesAxe(page)
  })

  test('leads from the list to its fields, and is no error any more once they are mended', async () => {
    const { page } = await harness.payer()
    await page.getByLabel('Name').fill('Ann')
    await press(page, 'Send payment')
    const link = problems(page).getByRole('link', { name: 'Enter an amount.' })
    await link.click()
    expect(await focused(page)).toBe('amount-value')
    expect(new URL(page.url()).hash).toBe('#/send')
    await page.keyboard.type('20')
    expect(await link.count()).toBe(0)
    expect(await page.title()).toMatch(/^Error: /)
    await page.getByLabel('E-mail or account number').fill('ann@example.com')
    expect(await problems(page).count()).toBe(0)
    expect(await page.title()).toBe('Send a payment · Payfriend')
    expect(await focused(page)).toBe('payee-id')
  })

  test('tells at the same time of an amount that cannot be read', async () => {
    const { page } = await harness.payer()
    await page.getByLabel('Amount', { exact: true }).fill('20.505')
    await press(page, 'Send payment')
    await problems(page).waitFor()
    // In the list each names its field, beside the field it need not.
    expect(await problems(page).getByRole('link').allInnerTexts()).toEqual([
      'Enter the name of the person or company that you pay.',
      'Enter their e-mail address or account number.',
      expect.stringMatching(/^Amount: 20\.505 can be read .* EUR has two decimals at most\.$/),
    ])
    expect(await page.locator('#amount-value-problem').innerText()).toMatch(/^20\.505 can be read /)
  })

  test('of one field is told beside it, and the field has the focus', async () => {
    const visitor = await harness.visitor()
    await askForCode(visitor)
    await press(visitor.page, 'Confirm')
    await says(visitor.page, 'Enter the code that we sent you.')
    expect(await focused(visitor.page)).toBe('code')
    expect(await visitor.page.title()).toBe('Error: Enter the code · Payfriend')
    // Pressed with the keyboard, a wrong one leaves the focus there too.
    const code = visitor.page.getByLabel('Code', { exact: true })
    await code.fill(otherThan(harness.codeOn(visitor.number)))
    await visitor.page.keyboard.press('Enter')
    await says(visitor.page, 'That code is wrong. 4 attempts left.')
    expect(await focused(visitor.page)).toBe('code')
  })
})

test('a wrong field looks wrong also where the system chooses the colours', async () => {
  const { page } = await harness.payer({ browser: { forcedColors: 'active' } })
  const border = () =>
    page.evaluate<string>("getComputedStyle(document.getElementById('payee-name')).borderTopWidth")
  const before = await border()
  await press(page, 'Send payment')
  await problems(page).waitFor()
  expect([before, await border()]).toEqual(['1px', '3px'])
})

test.each([320, 360])(
  'with letters of twice the size, at %i pixels nothing is cut',
  async (width) => {
    const { page } = await harness.payer({ browser: { viewport: { width, height: 740 } } })
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    await press(page, 'Send payment')
    await problems(page).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    await page.getByRole('link', { name: 'Phone', exact: true }).click()
    await press(page, 'Change my phone number')
    await page.getByLabel('Phone number').fill('07400 123456')
    await page.getByLabel('Country').selectOption('GB')
    await says(page, 'We will text the code to')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  },
)

describe('a phone number', () => {
  test('is read in the chosen country’s own form, and shown whole before anything is sent', async () => {
    const { page } = await signedIn({ locale: 'de-DE' })
    const reading = page.locator('#phone-reading')
    expect(await page.getByLabel('Country').inputValue()).toBe('DE')
    await page.getByLabel('Phone number').fill('0170 1234567')
    await says(page, 'We will text the code to +49 170 1234567.')
    await page.getByLabel('Call').check()
    await says(page, 'We will call +49 170 1234567 with the code.')
    await page.getByLabel('Country').selectOption('AT')
    await says(page, 'We will call +43 170 1234567 with the code.')
    // Half of a number is not called.
    await page.getByLabel('Country').selectOption('GB')
    await page.getByLabel('Phone number').fill('07400 1234')
    await expect.poll(() => reading.textContent()).toBe('')
    // It is told with the field.
    const described = (await page.getByLabel('Phone number').getAttribute('aria-describedby')) ?? ''
    expect(described.split(' ')).toContain(await reading.getAttribute('id'))
    await page.getByLabel('Phone number').fill('ann@example.com')
    await expect.poll(() => reading.textContent()).toBe('')
    await passesAxe(page)
  })

  test('is sent whole, and the draft keeps how it was written', async () => {
    const { page } = await signedIn({ locale: 'en-GB' })
    const number = numberOf(940)
    const national = number.replace('+44 ', '0')
    await page.getByLabel('Phone number').fill(national)
    await page.reload()
    await heading(page, 'Confirm your phone')
    expect(await page.getByLabel('Phone number').inputValue()).toBe(national)
    await press(page, 'Get a code')
    await heading(page, 'Enter the code')
    expect(harness.phone.book.messages(number)).toHaveLength(1)
    await harness.pass(21)
    await press(page, 'Send a new code')
    await says(page, 'A new code is on its way.')
    expect(harness.phone.book.messages(number)).toHaveLength(2)
  })

  test('that is none is told beside its field, and nothing is sent', async () => {
    const { page } = await signedIn()
    await page.getByLabel('Phone number').fill('extension 12')
    await press(page, 'Get a code')
    await says(page, 'Enter the phone number in digits.')
    expect(await page.getByLabel('Phone number').getAttribute('aria-invalid')).toBe('true')
  })

  test('of another country is refused with the country’s name, until one of the two is changed', async () => {
    const { page } = await signedIn({ locale: 'en-GB' })
    const [number, country] = [page.getByLabel('Phone number'), page.getByLabel('Country')]
    await number.fill('0912 345 678')
    expect(await page.locator('#phone-reading').textContent()).toBe('')
    await press(page, 'Get a code')
    await says(
      page,
      '+44 912 345 678 is not a phone number. Check the number and its country (United Kingdom).',
    )
    await country.selectOption('VN')
    await says(page, 'We will text the code to +84 912 345 678.')
    expect(await number.getAttribute('aria-invalid')).toBeNull()
    expect(await page.getByText('is not a phone number').count()).toBe(0)
  })

  test('that is changed begins with the country of the one before', async () => {
    const { page } = await harness.payer({ browser: { locale: 'de-DE' } })
    await page.getByRole('link', { name: 'Phone', exact: true }).click()
    await press(page, 'Change my phone number')
    expect(await page.getByLabel('Country').inputValue()).toBe('US')
  })

  test('is not texted by looking at it, typing it, a reload, or the browser’s way back', async () => {
    const { page } = await signedIn({ locale: 'en-GB' })
    const number = numberOf(941)
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().includes('/api/')) sent.push(request.url())
    })
    await page.getByLabel('Phone number').fill(number.replace('+44 ', '0'))
    await page.reload()
    await heading(page, 'Confirm your phone')
    await page.getByRole('link', { name: 'My payments' }).click()
    await page.goBack()
    await heading(page, 'Confirm your phone')
    await harness.pass(60)
    expect([sent, harness.phone.book.messages(number)]).toEqual([[], []])
    await press(page, 'Get a code')
    await heading(page, 'Enter the code')
    await page.reload()
    await heading(page, 'Enter the code')
    await harness.pass(60)
    expect(harness.phone.book.messages(number)).toHaveLength(1)
  })
})

test('the fifth wrong code ends the form and says what can be done, also after a reload', async () => {
  const visitor = await harness.visitor()
  const { page } = visitor
  await askForCode(visitor)
  const wrong = otherThan(harness.codeOn(visitor.number))
  for (const left of ['4 attempts', '3 attempts', '2 attempts', '1 attempt']) {
    await page.getByLabel('Code', { exact: true }).fill(wrong)
    await press(page, 'Confirm')
    await says(page, `${left} left.`)
  }
  await page.getByLabel('Code', { exact: true }).fill(wrong)
  await press(page, 'Confirm')
  await heading(page, 'Too many wrong codes')
  await says(page, /^You can get a new code from .*\d\d:\d\d on\.$/)
  await passesAxe(page)
  await page.reload()
  await heading(page, 'Too many wrong codes')
  // Until then the server refuses a code for any number, so none is offered.
  expect(await page.getByRole('button', { name: 'Enter the number' }).count()).toBe(0)
  // The payer stays: without a press the page would end the session.
  for (let part = 0; part < 3; part += 1) {
    await harness.pass(210)
    await page.keyboard.press('Shift')
  }
  await says(page, 'You can get a new code now.')
  await press(page, 'Enter the number')
  await heading(page, 'Confirm your phone')
  const other = numberOf(949)
  await page.getByLabel('Phone number').fill(other)
  await press(page, 'Get a code')
  await heading(page, 'Enter the code')
  expect(harness.phone.book.messages(other)).toHaveLength(1)
})

test('of two codes, one wrong is not told to be the only one', async () => {
  const { page, number } = await harness.payer()
  const next = numberOf(942)
  await page.getByRole('link', { name: 'Phone', exact: true }).click()
  await press(page, 'Change my phone number')
  await page.getByLabel('Phone number').fill(next)
  await press(page, 'Get a code')
  await heading(page, 'Enter the code')
  await page.getByLabel(/^Code sent to your current phone/).fill(otherThan(harness.codeOn(number)))
  await page.getByLabel(/^Code sent to your new phone/).fill(harness.codeOn(next))
  await press(page, 'Confirm')
  await says(page, 'One of the two codes is wrong. 4 attempts left.')
  // A masked number is told by its end to who hears the page.
  const ending = number.slice(-3).split('').join(' ')
  const label = `Code sent to your current phone the number ending in ${ending}`
  await page.getByRole('textbox', { name: label }).waitFor()
})

describe('whom the payer paid before', () => {
  test('is offered first and filled in by one press, with the account; whom they refused is not', async () => {
    const ann = await harness.payer()
    const { page } = ann
    const before = page.getByRole('group', { name: 'People you paid before' })
    for (const [name, answer] of [
      ['Zoë Müller', 'approved'],
      ['محمد', 'approved'],
      ['Mallory', 'denied'],
    ] as const) {
      await page.goto(`${harness.payfriend.pageUrl}/#/send`)
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('E-mail or account number').fill(`${name.length}@example.com`)
      await page.getByLabel('Amount', { exact: true }).fill('20')
      await press(page, 'Send payment')
      await heading(page, 'Waiting for your phone')
      await harness.answers(ann, answer)
      await heading(page, answer === 'approved' ? 'Payment approved' : 'Payment denied')
    }
    // From this page, and after a reload from the list.
    for (const again of ['here', 'reloaded']) {
      await page.goto(`${harness.payfriend.pageUrl}/#/send`)
      if (again === 'reloaded') await page.reload()
      await before.waitFor()
      expect(await before.getByRole('button').allInnerTexts()).toEqual([
        'محمد\n4@example.com',
        'Zoë Müller\n10@example.com',
      ])
    }
    await press(page, 'Zoë Müller')
    expect(await page.getByLabel('Name').inputValue()).toBe('Zoë Müller')
    expect(await page.getByLabel('E-mail or account number').inputValue()).toBe('10@example.com')
    expect(await page.getByLabel('Amount', { exact: true }).inputValue()).toBe('')
    await passesAxe(page)
  })

  test('is told apart by the whole account, also if the names look alike, on a narrow screen', async () => {
    const { page } = await harness.payer({ browser: { viewport: { width: 360, height: 740 } } })
    const shown = page.locator('.friends').first().getByRole('button')
    const long = `${'kasse'.repeat(11)}@a.example`
    const payees = [
      { name: 'Hermione Granger', id: 'hermione@hogwarts.ac.uk' },
      // With Cyrillic letters.
      { name: '\u041d\u0435rmione Granger', id: 'thief@example.com' },
      { name: 'محمد', id: 'SA0380000000608010167519' },
      { name: 'Kasse', id: long },
    ]
    // As the API lists what this payer approved.
    await page.route('**/api/payments', async (route) => {
      const payments = payees.map((payee, index) => {
        const at = `2026-11-28T12:00:0${9 - index}.000Z`
        return {
          ...{ paymentId: `id${index}`, reference: 'ABC234', payee, status: 'approved' },
          ...{ displayText: '', amount: { value: '1.00', currency: 'EUR' } },
          ...{ channel: null, decidedBy: 'push', createdAt: at, expiresAt: at, decidedAt: at },
        }
      })
      await route.fulfill({ json: { payments } })
    })
    await page.reload()
    await page.getByRole('group', { name: 'People you paid before' }).waitFor()
    expect(await shown.allInnerTexts()).toEqual(payees.map(({ name, id }) => `${name}\n${id}`))
    for (const { name, id } of payees) {
      await page.getByRole('button', { name: `${name} ${id}`, exact: true }).waitFor()
    }
    const cut = await page
      .locator('.friends .button, .friends .account')
      .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length)
    expect(cut).toBe(0)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    await passesAxe(page)
  })

  test('is missing without an answer, and the form works all the same', async () => {
    const { page } = await harness.payer()
    await page.route('**/api/payments', (route) =>
      route.request().method() === 'GET' ? route.abort() : route.continue(),
    )
    await page.reload()
    await heading(page, 'Send a payment')
    await press(page, 'Luna Lovegood')
    await page.getByLabel('Amount', { exact: true }).fill('20')
    await press(page, 'Send payment')
    await heading(page, 'Waiting for your phone')
  })
})

test('a form that is sent after new payments were locked elsewhere says so, as a new form does', async () => {
  const { page } = await harness.payer()
  await page.route('**/api/payments', (route) =>
    route.request().method() === 'GET'
      ? route.continue()
      : route.fulfill({
          status: 423,
          headers: { 'Retry-After': '100' },
          json: { code: 'starts_locked' },
        }),
  )
  await press(page, 'Luna Lovegood')
  await page.getByLabel('Amount', { exact: true }).fill('20')
  await press(page, 'Send payment')
  await says(
    page,
    'You said on your phone that you did not start a payment, so new payments are locked until',
  )
  await page.getByRole('link', { name: 'sign out everywhere' }).waitFor()
  expect(await focused(page)).toBe('Send a payment')
  const heard = page.getByRole('alert').filter({ hasText: 'new payments are locked until' })
  expect(await heard.count()).toBe(1)
  expect(await page.getByLabel('Name').inputValue()).toBe('Luna Lovegood')
  await page.getByRole('link', { name: 'My payments' }).click()
  await page.getByRole('link', { name: 'Send a payment' }).first().click()
  await says(
    page,
    'You said on your phone that you did not start a payment, so new payments are locked until',
  )
  await harness.pass(102)
  await expect.poll(() => heard.count()).toBe(0)
  await heading(page, 'Send a payment')
})

async function signedIn(browser = {}): Promise<Visitor> {
  const visitor = await harness.visitor(0, browser)
  await harness.signIn(visitor)
  await heading(visitor.page, 'Confirm your phone')
  return visitor
}

async function askForCode(visitor: Visitor): Promise<void> {
  await harness.signIn(visitor)
  await visitor.page.getByLabel('Phone number').fill(visitor.number)
  await press(visitor.page, 'Get a code')
  await heading(visitor.page, 'Enter the code')
}
