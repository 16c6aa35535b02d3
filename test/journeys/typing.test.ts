/** Amounts, numbers and codes as people type and paste them, in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  type Visitor,
} from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'

const LEFT_OUT = 'Characters that you can’t see were left out. Check what is left.'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness()
})
afterAll(() => harness.close())

const amount = ({ page }: Visitor) => page.getByLabel('Amount', { exact: true })
const reading = ({ page }: Visitor) => page.locator('output')
const type = (visitor: Visitor, text: string) => amount(visitor).fill(text)

describe('an amount', () => {
  test('with a comma is read as such, and told in its words before it is sent', async () => {
    const ute = await harness.payer({ browser: { locale: 'de-DE' } })
    await says(ute.page, 'For example 20 or 20,50')
    await type(ute, '1.020,50')
    await says(ute.page, 'That is €1,020.50.')
    // It is told with the field, and as it changes.
    const described = (await amount(ute).getAttribute('aria-describedby')) ?? ''
    expect(described.split(' ')).toContain(await reading(ute).getAttribute('id'))
    await passesAxe(ute.page)
    await harness.send(ute, '20,50')
    await says(ute.page, 'Pay €20.50 to Neville Longbottom')
    expect(harness.pushOn(ute).details).toMatchObject({ Amount: '€20.50' })
  })

  test.each(['\u202e', '\u2067'])(
    'pasted behind %j is drawn as it is read, as all fields are',
    async (turn) => {
      const { page } = await harness.payer()
      for (const label of ['Name', 'E-mail or account number', 'Amount']) {
        const field = page.getByLabel(label, { exact: true })
        await field.fill(`${turn}12345.67`)
        expect(await field.inputValue()).toBe('12345.67')
      }
      // Of an amount its reading says what is left.
      const said = page.getByRole('status').filter({ hasText: LEFT_OUT })
      await expect.poll(() => said.count()).toBe(2)
      await says(page, 'That is €12,345.67.')
    },
  )

  test('follows the currency that is chosen, and goes when it cannot be read', async () => {
    const ann = await harness.payer()
    await type(ann, '1234')
    await says(ann.page, 'That is €1,234.00.')
    await ann.page.getByLabel('Currency').selectOption('JPY')
    await says(ann.page, 'That is JPY 1,234.')
    await type(ann, '1.5')
    await expect.poll(() => reading(ann).textContent()).toBe('')
  })

  test('that can be two is asked about beside its field, with all else that is wrong, and not sent', async () => {
    const vic = await harness.payer({ browser: { locale: 'de-DE' } })
    await vic.page.getByLabel('Name').fill('Neville 🐸')
    await vic.page.getByLabel('E-mail or account number').fill('neville@hogwarts.ac.uk')
    await type(vic, '1,234')
    await vic.page.getByRole('button', { name: 'Send payment' }).click()
    await says(
      vic.page,
      '1,234 can be read in two ways. For €1,234.00 write 1234. €1.234 cannot be paid',
    )
    for (const label of ['Name', 'Amount']) {
      const field = vic.page.getByLabel(label, { exact: true })
      expect(await field.getAttribute('aria-invalid')).toBe('true')
    }
    expect(harness.phone.book.pushes(vic.number)).toHaveLength(0)
  })

  test('that is filled in again is the same one, in the way of this browser', async () => {
    const wim = await harness.payer({ browser: { locale: 'de-DE' } })
    await wim.page.getByLabel('Currency').selectOption('KWD')
    await harness.send(wim, '1,2340')
    await says(wim.page, 'Pay KWD 1.234 to')
    await wim.page.getByRole('button', { name: 'Cancel this payment' }).click()
    await wim.page.getByRole('button', { name: 'Start again' }).click()
    await heading(wim.page, 'Send a payment')
    expect(await amount(wim).inputValue()).toBe('1,2340')
    await says(wim.page, 'That is KWD 1.234.')
  })
})

test('what was left out of a payee is said beside the field until it is changed', async () => {
  const { page } = await harness.payer()
  const name = page.getByLabel('Name', { exact: true })
  const said = page.locator('.field').filter({ has: name }).getByText(LEFT_OUT)
  await name.fill('Neville \u202emottobgnoL')
  await said.waitFor()
  expect(await name.getAttribute('aria-invalid')).toBeNull()
  await passesAxe(page)
  await name.pressSequentially('!')
  expect(await said.count()).toBe(0)
  await name.fill('Neville \u2067mottobgnoL')
  await said.waitFor()
  await page.getByRole('button', { name: 'Luna Lovegood' }).click()
  expect(await said.count()).toBe(0)
})

test('a payee with invisible characters at the ends is paid; in the middle they are refused', async () => {
  const xia = await harness.payer()
  const [name, id] = ['Name', 'E-mail or account number'].map((label) => xia.page.getByLabel(label))
  await name?.fill('\u2068Neville Longbottom\u2069')
  await id?.fill('neville@hog\u200bwarts.ac.uk')
  await type(xia, '20')
  await xia.page.getByRole('button', { name: 'Send payment' }).click()
  await says(xia.page, /no emoji, line breaks or hidden characters/)
  await id?.fill('\u200eneville@hogwarts.ac.uk\u200b ')
  await xia.page.getByRole('button', { name: 'Send payment' }).click()
  await says(xia.page, 'Pay €20.00 to Neville Longbottom (neville@hogwarts.ac.uk)')
})

test('numbers and codes are taken as they are pasted', async () => {
  const yan = await harness.visitor()
  const { page } = yan
  const arabic = (digits: string) =>
    digits.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)))
  const inTwo = (code: string, between: string) => code.slice(0, 3) + between + code.slice(3)
  await harness.signIn(yan)
  await page.getByLabel('Phone number').fill(`\u202a${yan.number.replaceAll(' ', '\u2011')}\u202c`)
  await page.getByRole('button', { name: 'Get a code' }).click()
  await heading(page, 'Enter the code')
  const code = page.getByLabel('Code', { exact: true })
  await code.fill(arabic(inTwo(harness.codeOn(yan.number), ' ')))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await heading(page, 'Send a payment')
  harness.phone.book.setApp(yan.number, false)
  await harness.send(yan)
  await harness.pass(16)
  await harness.text(yan)
  // Nothing of it is cut off, and a phone still offers to fill it in.
  expect(await code.getAttribute('maxlength')).toBeNull()
  expect(await code.getAttribute('autocomplete')).toBe('one-time-code')
  await harness.enter(yan, `\u200e${inTwo(harness.codeOn(yan.number), '\u2013')}\u00a0`)
  await heading(page, 'Payment approved')
})
