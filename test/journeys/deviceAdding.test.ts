import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { heading, type JourneyHarness, says } from '../harness/journeyHarness.ts'
import {
  addedPhone,
  authenticatorOf,
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

describe('a phone is added', () => {
  test('by code, finger, four digits and a text, and then approves', async () => {
    const ann = await harness.payer()
    const phone = await addedPhone(harness, ann)
    await says(ann.page, 'My Nimbus can approve your payments now.')
    await says(ann.page, /^Added on .*, with a code by text\. Not used yet\.$/)

    await pay(harness, ann)
    await heading(ann.page, 'Waiting for your phone')
    const words = await wordsOn(ann)
    const reference = await ann.page.locator('.reference').innerText()
    await says(
      ann.page,
      /^Scan this with the camera of your phone, or open .+\/approve\.html there\.$/,
    )
    await open(phone, words)
    await says(phone.page, ann.email)
    await says(phone.page, reference)
    await says(phone.page, 'Neville Longbottom')
    // Written in one way, as it is signed.
    await says(phone.page, '€20.50')
    expect(await phone.page.getByText('20.50 EUR').count()).toBe(0)
    // In a heading that no translator changes.
    const shown = phone.page.locator('h1 [translate=no].notranslate')
    expect(await shown.innerText()).toBe(words)
    expect(await phone.page.getByRole('button').allInnerTexts()).toEqual(['Deny', 'Approve'])
    expect(await phone.page.getByRole('link').allInnerTexts()).toEqual(['All requests'])
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await heading(phone.page, 'Approved')

    await ann.page.bringToFront()
    await harness.pass(3)
    await heading(ann.page, 'Payment approved')
    await says(ann.page, words)
    expect(await ann.page.locator('dd .reference').innerText()).toBe(reference)
    await says(ann.page, 'You approved it in Payfriend on your phone.')
    await phone.page.getByRole('link', { name: 'Done' }).click()
    await says(phone.page, /^Nothing waits\./)
  })

  test('with its code typed, if the camera reads nothing', async () => {
    const ben = await harness.payer()
    const code = await invite(ben)
    const { page } = await devicePhone(harness)
    await page.goto(`${harness.payfriend.pageUrl}/approve.html`)
    await heading(page, 'Approve payments on this phone')
    await page.getByLabel('Code').fill('K7QM')
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await says(
      page,
      'Compare it with the page where you are signed in: it has ten letters and digits.',
    )
    await page.getByLabel('Code').fill(` ${code.toLowerCase().replace('-', ' ')}`)
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await heading(page, 'Add this phone')
    await says(page, code)
  })

  test('and its code is taken out of the address bar and the history at once', async () => {
    const cleo = await harness.payer()
    const code = await invite(cleo)
    const { page } = await devicePhone(harness)
    await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${code}`)
    await heading(page, 'Add this phone')
    expect(page.url()).toBe(`${harness.payfriend.pageUrl}/approve.html`)
    await page.goto('about:blank')
    await page.goBack()
    await heading(page, 'Approve payments on this phone')
  })

  test('and a browser that was left while it was tried out keeps nothing of that', async () => {
    const { page } = await devicePhone(harness)
    await page.goto(`${harness.payfriend.pageUrl}/approve.html`)
    await heading(page, 'Approve payments on this phone')
    // As when the payer leaves at the worst moment: after the first write nothing is opened any more.
    const left = page.evaluate(`new Promise((resolve) => {
      const { put } = IDBObjectStore.prototype
      IDBObjectStore.prototype.put = function putLast(...parts) {
        this.transaction.addEventListener('complete', () => {
          IDBFactory.prototype.open = () => { throw new Error('the page was left') }
          resolve()
        })
        return put.apply(this, parts)
      }
    })`)
    await page.getByLabel('Code').fill('K7QMX-2345R')
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await left
    await page.reload()
    await heading(page, 'Approve payments on this phone')
  })

  test('and removed before it says Done, which it then tells and no longer that it approves', async () => {
    const eve = await harness.payer()
    const phone = await devicePhone(harness)
    const digits = await enrol(harness, phone, await invite(eve))
    await harness.pass(3)
    await eve.page.bringToFront()
    await confirm(harness, eve, digits)
    await heading(eve.page, 'Your phone')
    await harness.pass(3)
    await heading(phone.page, 'This phone can approve your payments now')
    await eve.page.bringToFront()
    await eve.page.getByRole('button', { name: /^Remove/ }).click()
    await eve.page.getByRole('button', { name: 'Yes, remove it' }).click()
    await says(eve.page, /^My Nimbus was removed\./)
    await phone.page.bringToFront()
    await harness.pass(6)
    await says(phone.page, 'This phone was removed')
  })

  test('in the one browser that the payer has', async () => {
    const dora = await harness.payer()
    await invite(dora)
    const opened = dora.context.waitForEvent('page')
    await dora.page.getByRole('link', { name: 'Use this device' }).click()
    const phone = await opened
    await authenticatorOf(phone)
    await phone.getByRole('button', { name: 'Add this phone' }).click()
    await heading(phone, 'Type these four digits')
    const digits = await phone.locator('.digits').innerText()
    await dora.page.bringToFront()
    await confirm(harness, dora, digits)
    await says(dora.page, 'can approve your payments now.')
    await says(dora.page, '(this browser)')
    await pay(harness, dora)
    // What is at hand comes first, and the picture says for whom it is.
    const other = /^To approve on another phone, scan this with its camera, or open .+ there\.$/
    await says(dora.page, other)
    const order = [
      dora.page.getByRole('link', { name: 'Approve here' }),
      dora.page.getByText(other),
      dora.page.getByRole('img', { name: /^A QR code/ }),
    ]
    const tops = await Promise.all(order.map(async (one) => (await one.boundingBox())?.y ?? 0))
    expect(tops).toEqual(tops.toSorted((one, next) => one - next))
    const here = dora.context.waitForEvent('page')
    await dora.page.getByRole('link', { name: 'Approve here' }).click()
    const approving = await here
    await heading(approving, await wordsOn(dora))
    expect(await approving.title()).toBe('Your answer · Payfriend')
    // A second phone can get its yes here too.
    await dora.page.bringToFront()
    const second = await devicePhone(harness)
    await enrol(harness, second, await invite(dora), 'My second')
    await harness.pass(3)
    await dora.page.bringToFront()
    const letIn = dora.context.waitForEvent('page')
    await dora.page.getByRole('link', { name: 'Approve here' }).click()
    await heading(await letIn, 'Let “My second” approve payments?')
  })

  test('never with digits that are not its own', async () => {
    const eli = await harness.payer()
    const phone = await devicePhone(harness)
    const digits = await enrol(harness, phone, await invite(eli))
    await eli.page.bringToFront()
    await heading(eli.page, 'Is this your phone?')
    await says(eli.page, /^You need two things: 1\. the four digits/)
    await eli.page.getByLabel('The four digits').fill(digits)
    await eli.page.keyboard.press('Enter')
    await says(eli.page, 'Ask for the code by text first.')
    await says(eli.page, /^You need two things: 1\. the four digits/)
    await confirm(harness, eli, digits === '1111' ? '2222' : '1111')
    await says(eli.page, /^The digits or the code are wrong\..* 4 attempts left\.$/)
    await eli.page.getByLabel('The four digits').fill(digits)
    await eli.page.getByRole('button', { name: 'Add this phone' }).click()
    await says(eli.page, 'can approve your payments now.')
  })

  test('never if it came with a code that another page showed', async () => {
    const fay = await harness.payer()
    const stranger = await harness.newPage(fay.context)
    await stranger.goto(harness.payfriend.pageUrl)
    // Signed in already, in this browser.
    await stranger.getByRole('button', { name: /^Sign in/ }).click()
    await stranger.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
    const other = await invite({ ...fay, page: stranger })
    await fay.page.bringToFront()
    await invite(fay)
    const phone = await devicePhone(harness)
    await enrol(harness, phone, other)
    await fay.page.bringToFront()
    const own = await fay.page.locator('.invitation').innerText()
    await harness.pass(3)
    await says(fay.page, /^A phone was tried with another code\. If that was you in another tab/)
    await heading(fay.page, 'Add a phone')
    expect(await fay.page.getByLabel('The four digits').count()).toBe(0)
    // The code that this page shows is still good.
    await fay.page.getByRole('button', { name: 'Don’t add that phone' }).click()
    await expect.poll(() => fay.page.getByText('A phone was tried').count()).toBe(0)
    expect(await fay.page.locator('.invitation').innerText()).toBe(own)
    const mine = await devicePhone(harness)
    await enrol(harness, mine, own)
    await harness.pass(3)
    await fay.page.bringToFront()
    await heading(fay.page, 'Is this your phone?')
  })

  test('with the digits of the newest try, and no earlier one is left', async () => {
    const ina = await harness.payer()
    const phone = await devicePhone(harness)
    await enrol(harness, phone, await invite(ina), 'My first try')
    await ina.page.bringToFront()
    await heading(ina.page, 'Is this your phone?')
    await ina.page.getByRole('button', { name: 'Don’t add it' }).click()
    const second = await devicePhone(harness, { context: phone.context })
    const digits = await enrol(harness, second, await invite(ina), 'My second try')
    // The first tab looks again.
    await harness.pass(3)
    await expect.poll(() => phone.page.locator('.digits').innerText()).toBe(digits)
    await confirm(harness, ina, digits)
    await says(ina.page, 'My second try can approve your payments now.')
    await harness.pass(3)
    await phone.page.bringToFront()
    await heading(phone.page, 'This phone can approve your payments now')
    await phone.page.getByRole('link', { name: 'Done' }).click()
    await says(phone.page, /^Nothing waits\./)
    expect(await phone.page.getByText('not yet added').count()).toBe(0)
  })

  test('never once its time is over: the digits are gone, and it starts again', async () => {
    const kit = await harness.payer()
    const phone = await devicePhone(harness)
    await enrol(harness, phone, await invite(kit))
    await harness.pass(596)
    await harness.pass(5)
    await heading(phone.page, 'Not added')
    await says(phone.page, 'The ten minutes are over, or somebody said no.')
    expect(await phone.page.locator('.digits').count()).toBe(0)
    await phone.page.getByRole('button', { name: 'Start again' }).click()
    await heading(phone.page, 'Approve payments on this phone')
  })

  test('only with a name of letters and digits, asked for before the finger', async () => {
    const leo = await harness.payer()
    const { page } = await devicePhone(harness)
    await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${await invite(leo)}`)
    await page.evaluate('navigator.credentials.create = () => document.body.append("asked")')
    await page.getByLabel('Name of this phone').fill(' ')
    await page.getByRole('button', { name: 'Add this phone' }).click()
    await says(page, 'Give this phone a name.')
    await page.getByLabel('Name of this phone').fill('Leo’s phone!')
    await page.getByRole('button', { name: 'Add this phone' }).click()
    const rule = 'Use 30 characters at most: letters, digits, spaces and the signs ’ ( ) + -.'
    const problem = page.locator('.problem').first()
    await expect.poll(() => problem.innerText()).toBe(rule)
    // Counted while it is typed, and never cut.
    await page.getByLabel('Name of this phone').fill('n'.repeat(31))
    await expect.poll(() => problem.innerText()).toBe(`${rule} This name has 31.`)
    await page.getByRole('button', { name: 'Add this phone' }).click()
    expect(await page.getByLabel('Name of this phone').inputValue()).toHaveLength(31)
    expect(await page.getByText('asked', { exact: true }).count()).toBe(0)
  })

  test('on a phone in the hand, which cannot scan its own screen, what is for it comes first', async () => {
    const handheld = { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } }
    const kim = await harness.payer({ browser: handheld })
    await invite(kim)
    const parts = kim.page.locator('#screen a, #screen img')
    const what = await parts.evaluateAll((all) => all.map((one) => one.textContent || one.tagName))
    expect(what).toEqual(['Use this device', 'IMG', 'Back'])
  })

  test('only if its owner shows finger, face or screen lock', async () => {
    const gil = await harness.payer()
    const code = await invite(gil)
    const { page, finger } = await devicePhone(harness)
    await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${code}`)
    await finger(false)
    await page.getByRole('button', { name: 'Add this phone' }).click()
    await says(
      page,
      'This phone was not added. If you still want to add it, press the button again.',
    )
    await finger(true)
    await page.getByRole('button', { name: 'Add this phone' }).click()
    await heading(page, 'Type these four digits')
  })

  test('by the yes of the one that approves already, which compares name and digits', async () => {
    const hal = await harness.payer()
    const first = await addedPhone(harness, hal, { name: 'My first' })
    const second = await devicePhone(harness)
    await hal.page.bringToFront()
    const digits = await enrol(harness, second, await invite(hal), 'My second')
    await harness.pass(3)
    await hal.page.bringToFront()
    await says(hal.page, /^Open .+\/approve\.html there\.$/)
    await open(first, 'Let “My second” approve payments?')
    expect(await first.page.locator('.digits').innerText()).toBe(digits)
    await says(
      first.page,
      /^Another phone wants to be added\. Approve only if you hold it in your hand/,
    )
    expect(await first.page.getByText(/new phone/i).count()).toBe(0)
    await first.page.getByRole('button', { name: 'Approve' }).click()
    await heading(first.page, 'Approved')
    await says(first.page, /^You said yes to this phone. It can approve payments as soon as/)
    await hal.page.bringToFront()
    await heading(hal.page, 'Is this your phone?')
    expect(await hal.page.getByRole('button', { name: /^Text the code/ }).count()).toBe(0)
    await hal.page.getByLabel('The four digits').fill(digits)
    await hal.page.getByRole('button', { name: 'Add this phone' }).click()
    await says(hal.page, 'My second can approve your payments now.')
    await says(hal.page, /with a yes from another of your phones\./)
    await second.page.bringToFront()
    await heading(second.page, 'This phone can approve your payments now')
    // The old one names the new one, also when another said yes to it.
    await first.page.bringToFront()
    await first.page.getByRole('link', { name: 'Done' }).click()
    await harness.pass(3)
    await says(first.page, /^Another phone can approve payments of .+ now: My second\. Added on /)
  })
})

describe('a payer without a verified number', () => {
  test('adds the first phone with the password just given, and pays with it', async () => {
    const tom = await harness.visitor()
    await harness.signIn(tom)
    await heading(tom.page, 'Confirm your phone')
    const phone = await devicePhone(harness)
    const digits = await enrol(harness, phone, await invite(tom))
    await tom.page.bringToFront()
    await heading(tom.page, 'Is this your phone?')
    await tom.page.getByLabel('The four digits').fill(digits)
    await tom.page.getByRole('button', { name: 'Add this phone' }).click()
    await says(tom.page, 'My Nimbus can approve your payments now.')
    await says(tom.page, /with your password\./)
    await heading(tom.page, 'Your phone')
    await says(tom.page, 'You need no phone number to pay: you approve on your phone.')
    expect(await tom.page.getByRole('textbox').count()).toBe(0)
    await pay(harness, tom)
    await phone.page.goto(`${harness.payfriend.pageUrl}/approve.html#waiting`)
    await open(phone, await wordsOn(tom))
    await phone.page.getByRole('button', { name: 'Approve' }).click()
    await heading(phone.page, 'Approved')
  })

  test('signs in anew if that is five minutes ago, and goes on with the same phone', async () => {
    const una = await harness.visitor()
    await harness.signIn(una)
    // The view is there before time passes: its requests would be given up.
    await una.page.getByRole('link', { name: 'Phone', exact: true }).click()
    await una.page.getByRole('link', { name: 'Add a phone' }).waitFor()
    await harness.pass(200)
    const phone = await devicePhone(harness)
    const digits = await enrol(harness, phone, await invite(una))
    await una.page.bringToFront()
    await heading(una.page, 'Is this your phone?')
    await harness.pass(120)
    await una.page.getByLabel('The four digits').fill(digits)
    await una.page.getByRole('button', { name: 'Add this phone' }).click()
    await harness.enterPassword(una.page, una.email)
    await heading(una.page, 'Is this your phone?')
    await says(una.page, 'Your new phone was not added. Type its digits again.')
    await una.page.getByLabel('The four digits').fill(digits)
    await una.page.getByRole('button', { name: 'Add this phone' }).click()
    await says(una.page, 'My Nimbus can approve your payments now.')
  })
})

test('the payer is told of a phone at the next sign-in', async () => {
  const ron = await harness.payer()
  await addedPhone(harness, ron)
  await ron.page.bringToFront()
  await ron.page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await harness.signIn(ron)
  await says(ron.page, /^A phone that can approve payments, “My Nimbus”, was added on /)
  await ron.page.getByText('Was it not you?').click()
  await says(ron.page, /^Look at your phones under “Phone” and remove what is not yours\./)
})
