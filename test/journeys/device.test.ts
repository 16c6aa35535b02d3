/** The payer's own phone is asked, and removed, in a real browser with an authenticator of its own. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { heading, type JourneyHarness, says, tabTo } from '../harness/journeyHarness.ts'
import { passesAxe } from './axe.ts'
import {
  addedPhone,
  confirm,
  devicePhone,
  enrol,
  invite,
  open,
  pay,
  startDeviceJourney,
  wordsOn,
} from './devicePhone.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

describe('a phone that approves', () => {
  test('denies with a tap that says why, and without a finger', async () => {
    const ida = await harness.payer()
    const phone = await addedPhone(harness, ida)
    await pay(harness, ida)
    await open(phone, await wordsOn(ida))
    await phone.finger(false)
    await phone.page.getByRole('button', { name: 'Deny' }).click()
    await phone.page.getByRole('button', { name: 'Back' }).click()
    await phone.page.getByRole('button', { name: 'Deny' }).click()
    await phone.page.getByRole('button', { name: 'I didn’t start this' }).click()
    await heading(phone.page, 'Denied')
    await says(phone.page, /^Somebody else may be signed in as you\./)
    await ida.page.bringToFront()
    await harness.pass(3)
    await heading(ida.page, 'Payment denied')
  })

  // Later than in the press itself some browsers show nothing, and no test browser is one of them.
  test('asks for the finger within the press, whatever the server takes', async () => {
    const ivo = await harness.payer()
    const phone = await addedPhone(harness, ivo)
    await pay(harness, ivo)
    await open(phone, await wordsOn(ivo))
    await phone.page.evaluate(`
      const { get } = navigator.credentials
      navigator.credentials.get = function (options) {
        document.body.dataset.askedWithin = String(window.event?.type)
        return get.call(this, options)
      }
    `)
    await phone.page.route('**/api/**', () => {})
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await phone.page.locator('body[data-asked-within]').waitFor()
    expect(await phone.page.locator('body').getAttribute('data-asked-within')).toBe('click')
  })

  test('left where it has answered goes back to the list when the next payment comes', async () => {
    const ira = await harness.payer()
    const phone = await addedPhone(harness, ira)
    for (const value of ['1.00', '2.00']) {
      await pay(harness, ira, value)
      await phone.page.bringToFront()
      await heading(phone.page, 'Waiting for your answer')
      const card = phone.page.getByRole('link', { name: await wordsOn(ira) })
      expect(await card.innerText()).toMatch(/\nAnswer$/)
      if (value === '2.00') break
      await card.click()
      await phone.page.getByRole('button', { name: 'Approve' }).click()
      await heading(phone.page, 'Approved')
      // The round after the answer brings nothing new.
      await harness.pass(3)
      await heading(phone.page, 'Approved')
      await ira.page.bringToFront()
      await heading(ira.page, 'Payment approved')
    }
    expect(await phone.page.evaluate('document.activeElement.tagName')).toBe('H1')
  })

  test('approves and denies nothing if the finger is not its owner’s', async () => {
    const joe = await harness.payer()
    const phone = await addedPhone(harness, joe)
    await pay(harness, joe)
    await open(phone, await wordsOn(joe))
    await phone.finger(false)
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await says(phone.page, 'Nothing was approved. Try again.')
    expect(await phone.page.getByText(/key may be gone/).count()).toBe(0)
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await says(phone.page, /its key may be gone\. Then remove this phone on the page/)
    await joe.page.bringToFront()
    await harness.pass(3)
    await heading(joe.page, 'Waiting for your phone')
    await phone.page.bringToFront()
    await phone.finger(true)
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await heading(phone.page, 'Approved')
  })

  test('is told when what it shows was cancelled', async () => {
    const kim = await harness.payer()
    const phone = await addedPhone(harness, kim)
    await pay(harness, kim)
    const words = await wordsOn(kim)
    await open(phone, words)
    await kim.page.bringToFront()
    await kim.page.getByRole('button', { name: 'Cancel this payment' }).click()
    await says(kim.page, 'Payment cancelled')
    await phone.page.bringToFront()
    await heading(phone.page, 'This no longer waits for your answer')
    // What it was is still there.
    await says(phone.page, words)
    await says(phone.page, 'Nothing was approved on this phone.')
    await pay(harness, kim, '2.00')
    await phone.page.bringToFront()
    await heading(phone.page, 'Waiting for your answer')
  })

  test('never says in one tab that it paid nothing after a yes in another', async () => {
    const amy = await harness.payer()
    const phone = await addedPhone(harness, amy)
    await pay(harness, amy)
    const words = await wordsOn(amy)
    const other = await harness.newPage(phone.context)
    await other.goto(`${harness.payfriend.pageUrl}/approve.html`)
    await open({ ...phone, page: other }, words)
    await open(phone, words)
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await heading(phone.page, 'Approved')
    await harness.pass(3)
    await heading(other, 'This no longer waits for your answer')
    await says(other, /^You said yes to it on this phone\./)
    expect(await other.getByText('Nothing was approved on this phone.').count()).toBe(0)
  })

  test('is the only way: no text is offered, and no number is asked for', async () => {
    const lea = await harness.payer()
    await addedPhone(harness, lea)
    await lea.page.bringToFront()
    await pay(harness, lea)
    await harness.pass(20)
    await heading(lea.page, 'Waiting for your phone')
    // "Look now" may be there for a moment, while an answer is late.
    const buttons = await lea.page.getByRole('button').allInnerTexts()
    expect(buttons.filter((name) => name !== 'Look now')).toEqual([
      'Sign out',
      'Cancel this payment',
    ])
  })

  test('works with a clock that is five minutes wrong', async () => {
    const max = await harness.payer()
    const phone = await addedPhone(harness, max, { wrongBySeconds: 300 })
    await pay(harness, max)
    await open(phone, await wordsOn(max))
    expect(await phone.page.locator('.left').innerText()).toMatch(/^4:/)
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await heading(phone.page, 'Approved')
  })

  test('answers for two accounts, each with its own key', async () => {
    const nan = await harness.payer()
    const oli = await harness.payer()
    const phone = await addedPhone(harness, nan, { name: 'Of both' })
    await oli.page.bringToFront()
    const digits = await enrol(harness, phone, await invite(oli), 'Of both')
    await oli.page.bringToFront()
    await confirm(harness, oli, digits)
    await says(oli.page, 'can approve your payments now.')
    await pay(harness, nan, '1.00')
    await pay(harness, oli, '2.00')
    for (const [payer, other] of [
      [nan, oli],
      [oli, nan],
    ] as const) {
      await phone.page.goto(`${harness.payfriend.pageUrl}/approve.html#waiting`)
      await open(phone, await wordsOn(payer))
      await says(phone.page, payer.email)
      expect(await phone.page.getByText(other.email).count()).toBe(0)
      await phone.page.getByRole('button', { name: 'Approve' }).click()
      await heading(phone.page, 'Approved')
      await payer.page.bringToFront()
      await harness.pass(3)
      await heading(payer.page, 'Payment approved')
    }
  })
})

describe('an answer of the server that is lost', () => {
  /** The first request to this path arrives, and its answer does not. */
  const loseAnswer = (page: Page, path: string) =>
    page.route(
      path,
      async (route) => {
        await route.fetch()
        await route.abort()
      },
      { times: 1 },
    )

  test('does not end the adding: pressed again, it is the same phone', async () => {
    const wim = await harness.payer()
    const code = await invite(wim)
    const { page } = await devicePhone(harness)
    await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${code}`)
    await loseAnswer(page, '**/api/devices')
    const sent: (string | null)[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/api/devices')) sent.push(request.postData())
    })
    await page.getByRole('button', { name: 'Add this phone' }).click()
    await says(page, /^We can’t reach Payfriend\./)
    await page.getByRole('button', { name: 'Add this phone' }).click()
    await heading(page, 'Type these four digits')
    expect(sent).toHaveLength(2)
    expect(sent[0]).toBe(sent[1])
    await confirm(harness, wim, await page.locator('.digits').innerText())
    await says(wim.page, 'can approve your payments now.')
  })

  test('is not taken for a no, and the page that waits knows it', async () => {
    const xan = await harness.payer()
    const phone = await addedPhone(harness, xan)
    await pay(harness, xan)
    await open(phone, await wordsOn(xan))
    await loseAnswer(phone.page, '**/api/approvals/*')
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await heading(phone.page, 'This no longer waits for your answer')
    await says(phone.page, /^Your answer has probably arrived/)
    expect(await phone.page.getByText('Nothing was approved on this phone.').count()).toBe(0)
    await xan.page.bringToFront()
    await harness.pass(3)
    await heading(xan.page, 'Payment approved')
  })
})

describe('a phone is removed', () => {
  const NONE_NOW = /^None of your phones can approve payments now, so nothing can be paid\./

  test('on the page, after a second press, and the phone is told', async () => {
    const pat = await harness.payer()
    const phone = await addedPhone(harness, pat)
    await pat.page.bringToFront()
    await pat.page.getByRole('button', { name: 'Remove My Nimbus' }).click()
    await says(pat.page, /with a code by text or an invitation waits 12 hours, unless/)
    await pat.page.getByRole('button', { name: 'Keep it' }).click()
    await pat.page.getByRole('button', { name: 'Remove My Nimbus' }).click()
    await pat.page.getByRole('button', { name: 'Yes, remove it' }).click()
    await says(
      pat.page,
      /^My Nimbus was removed\. You can put it back until \d+ \w+ 2026, \d\d:\d\d/,
    )
    await says(pat.page, NONE_NOW)
    await says(pat.page, /^Until \d+ \w+ 2026, \d\d:\d\d it can be put back: on that phone/)
    expect(await pat.page.getByRole('button', { name: /^Put/ }).count()).toBe(0)
    await phone.page.bringToFront()
    await harness.pass(3)
    await says(phone.page, 'This phone was removed')
    harness.passUnseen(12 * 3600)
    await harness.pass(3)
    await says(phone.page, /^This phone can’t approve payments of/)
    await phone.page.getByRole('button', { name: `Forget this account, ${pat.email}` }).click()
    await heading(phone.page, 'Approve payments on this phone')
  })

  test('while it shows a payment, which it can then no longer answer', async () => {
    const pia = await harness.payer()
    const phone = await addedPhone(harness, pia)
    await pay(harness, pia)
    const words = await wordsOn(pia)
    await open(phone, words)
    const page = await harness.newPage(pia.context)
    await page.goto(harness.payfriend.pageUrl)
    await page.getByRole('button', { name: /^Sign in/ }).click()
    await page.getByRole('link', { name: 'Phone', exact: true }).click()
    await page.getByRole('button', { name: 'Remove My Nimbus' }).click()
    await page.getByRole('button', { name: 'Yes, remove it' }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Remove My Nimbus' }).count()).toBe(0)
    await phone.page.bringToFront()
    await harness.pass(3)
    await heading(phone.page, 'This no longer waits for your answer')
    await says(phone.page, words)
    await says(phone.page, 'Nothing was approved on this phone.')
  })

  test('on the phone itself, with its finger', async () => {
    const quin = await harness.payer()
    const phone = await addedPhone(harness, quin)
    await phone.page.getByText('This phone', { exact: true }).click()
    await says(phone.page, 'My Nimbus')
    const remove = phone.page.getByRole('button', { name: `Remove this phone from ${quin.email}` })
    await phone.finger(false)
    await remove.click()
    await phone.page.getByRole('button', { name: 'Keep it' }).click()
    await remove.click()
    await says(phone.page, /You can’t undo this/)
    const sure = phone.page.getByRole('button', { name: 'Yes, remove it' })
    await sure.click()
    await says(phone.page, 'The phone was not removed. Try again.')
    await phone.finger(true)
    await sure.click()
    await heading(phone.page, 'This phone is removed')
    await quin.page.bringToFront()
    await quin.page.reload()
    await says(
      quin.page,
      'None of your phones can approve payments now, so nothing can be paid. Add one.',
    )
    expect(await quin.page.getByRole('button', { name: /^(Remove|Put)/ }).count()).toBe(0)
  })

  test.each([
    ['with', true],
    ['without', false],
  ])(
    'and if it was the last, an account %s a number is led to no form that is refused',
    async (_, numbered) => {
      const visitor = numbered ? await harness.payer() : await harness.visitor()
      const { page } = visitor
      if (numbered) await addedPhone(harness, visitor)
      else {
        await harness.signIn(visitor)
        const phone = await devicePhone(harness)
        const digits = await enrol(harness, phone, await invite(visitor))
        await page.bringToFront()
        await heading(page, 'Is this your phone?')
        await page.getByLabel('The four digits').fill(digits)
        await page.getByRole('button', { name: 'Add this phone' }).click()
        await heading(page, 'Your phone')
      }
      await page.bringToFront()
      await page.getByRole('button', { name: 'Remove My Nimbus' }).click()
      await page.getByRole('button', { name: 'Yes, remove it' }).click()
      await says(page, NONE_NOW)
      for (const place of ['#/phone', '#/send', '']) {
        await page.goto('about:blank')
        await page.goto(`${harness.payfriend.pageUrl}/${place}`)
        await heading(page, 'Your phone')
        await says(page, NONE_NOW)
        await says(
          page,
          numbered
            ? /^To add one you need a code by text, and the phone waits .+; or an invitation: ask/
            : /^To add one you need an invitation: ask the people who run/,
        )
        expect(await page.getByRole('textbox').count()).toBe(0)
      }
      await passesAxe(page)
      await page.getByRole('link', { name: 'Add a phone', exact: true }).click()
      await heading(page, 'Add a phone')
    },
  )
})

test('with the keyboard alone a phone is added and a payment is approved', async () => {
  const viv = await harness.payer()
  const { page } = await devicePhone(harness)
  const code = await invite(viv)
  await page.goto(`${harness.payfriend.pageUrl}/approve.html#add`)
  await heading(page, 'Approve payments on this phone')
  await tabTo(page, page.getByLabel('Code'))
  await page.keyboard.type(code)
  await page.keyboard.press('Enter')
  await heading(page, 'Add this phone')
  await tabTo(page, page.getByLabel('Name of this phone'))
  await page.keyboard.press('Enter')
  await heading(page, 'Type these four digits')
  await confirm(harness, viv, await page.locator('.digits').innerText())
  await heading(page, 'This phone can approve your payments now')
  await tabTo(page, page.getByRole('link', { name: 'Done' }))
  await page.keyboard.press('Enter')
  await heading(page, 'Payfriend on this phone')
  await pay(harness, viv)
  await page.bringToFront()
  await page.getByRole('link', { name: /^Pay / }).waitFor()
  await tabTo(page, page.getByRole('link', { name: /^Pay / }))
  await page.keyboard.press('Enter')
  await heading(page, await wordsOn(viv))
  // The heading has the focus, so that a screen reader starts there, and Deny comes first.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await heading(page, 'Approved')
})

test('every view of the phone passes axe and fits on 320 pixels, light and dark', async () => {
  const sue = await harness.payer({ browser: { viewport: { width: 320, height: 640 } } })
  const { page } = await devicePhone(harness, { viewport: { width: 320, height: 640 } })
  const looksRight = async (one = page) => {
    await passesAxe(one)
    expect(await one.evaluate('document.documentElement.scrollWidth')).toBe(320)
  }
  await page.goto(`${harness.payfriend.pageUrl}/approve.html`)
  await heading(page, 'Approve payments on this phone')
  await looksRight()
  const code = await invite(sue)
  await looksRight(sue.page)
  await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${code}`)
  await heading(page, 'Add this phone')
  await looksRight()
  await page.getByRole('button', { name: 'Add this phone' }).click()
  await heading(page, 'Type these four digits')
  await looksRight()
  const digits = await page.locator('.digits').innerText()
  await sue.page.bringToFront()
  await heading(sue.page, 'Is this your phone?')
  await looksRight(sue.page)
  await confirm(harness, sue, digits)
  await heading(sue.page, 'Your phone')
  await looksRight(sue.page)
  await pay(harness, sue)
  await looksRight(sue.page)
  await page.bringToFront()
  await page.goto(`${harness.payfriend.pageUrl}/approve.html#waiting`)
  await page.getByRole('link', { name: /^Pay / }).waitFor()
  await page.getByText('This phone', { exact: true }).click()
  await looksRight()
  await page.getByRole('link', { name: /^Pay / }).click()
  await heading(page, /^Pay /)
  await looksRight()
  await page.getByRole('button', { name: 'Deny' }).click()
  await looksRight()
  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByRole('button', { name: 'Approve' }).click()
  await heading(page, 'Approved')
  await looksRight()
})

test.each([
  ['passkeys', 'delete window.PublicKeyCredential'],
  ['a passkey as JSON', 'delete PublicKeyCredential.prototype.toJSON'],
  ['a database', 'delete window.indexedDB; delete Window.prototype.indexedDB'],
])('a browser without %s says what to do, and asks nothing', async (_, script) => {
  const { page } = await devicePhone(harness)
  await page.addInitScript(script)
  const asked: string[] = []
  page.on('request', (request) => request.url().includes('/api/') && asked.push(request.url()))
  await page.goto(`${harness.payfriend.pageUrl}/approve.html`)
  await heading(page, 'This browser can’t approve payments')
  await says(page, /Update it, or open this page in Chrome, Edge, Firefox/)
  await passesAxe(page)
  expect(asked).toEqual([])
})
