/** What a payer lives through, in a real browser, from the form to the end of a payment, whose phone has the app. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payments } from '../../functions/composition.ts'
import type { Payment } from '../../functions/core/payment.ts'
import { FRIENDS } from '../../local/friends.ts'
import {
  heading,
  type JourneyHarness,
  says,
  startJourneyHarness,
  type Visitor,
} from '../harness/journeyHarness.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startJourneyHarness()
})
afterAll(() => harness.close())

const WORDS = 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)'

test('a stranger registers, confirms a phone, sends a payment and approves it there', async () => {
  const ann = await harness.visitor()
  await harness.signIn(ann)
  await harness.confirmPhone(ann)
  await says(ann.page, 'Your phone is confirmed. You can send payments now.')
  await harness.send(ann)
  await says(ann.page, WORDS)
  const reference = await ann.page.locator('.reference').innerText()
  await says(ann.page, `The reference is ${reference}. Your phone must show the same one.`)
  expect(harness.pushOn(ann)).toMatchObject({
    message: WORDS,
    details: {
      'Sending to': 'Neville Longbottom (neville@hogwarts.ac.uk)',
      Amount: '€20.50',
      'Your account': ann.email,
      Reference: reference,
    },
  })
  await harness.answers(ann, 'approved')
  await heading(ann.page, 'Payment approved')
  await says(ann.page, WORDS)
  await says(ann.page, 'You approved it in the app on your phone.')
  expect(await ann.page.locator('dd .reference').innerText()).toBe(reference)
  expect(await ann.page.getByText('you can ignore it').count()).toBe(0)
})

test('a denied payment says that nothing was paid, and leads to the password (2019: W8, W10)', async () => {
  const ben = await harness.payer()
  await harness.send(ben)
  await harness.answers(ben, 'denied')
  await heading(ben.page, 'Payment denied')
  await says(ben.page, 'Nothing was paid.')
  await says(ben.page, 'You denied it in the app on your phone.')
  await ben.page.getByRole('link', { name: 'Change your password.' }).click()
  await ben.page.getByRole('heading', { name: /password/i }).waitFor()
})

test('the text is offered after fifteen seconds, not before, and the phone still decides', async () => {
  const dora = await harness.payer()
  const goOn = await harness.stopTime(dora)
  await harness.send(dora)
  await harness.pass(10)
  expect(await dora.page.getByText(/^Having trouble\?/).isVisible()).toBe(false)
  await harness.pass(6)
  await goOn()
  await dora.page.getByRole('button', { name: /^Text me the code/ }).click()
  await heading(dora.page, 'Enter the code from the text')
  await harness.answers(dora, 'approved')
  await heading(dora.page, 'Payment approved')
})

test('the time left is that of the request on the phone, and a payer whose phone asks no more is told', async () => {
  const eli = await harness.payer()
  const goOn = await harness.stopTime(eli)
  await harness.send(eli)
  const seconds = harness.pushOn(eli).secondsToExpire
  await expect
    .poll(() => eli.page.getByRole('timer').innerText())
    .toBe(`${Math.floor(seconds / 60)}:${seconds % 60}`)
  await harness.pass(seconds - 1)
  await says(eli.page, /^Open the request on your phone\./)
  await harness.pass(3)
  await says(eli.page, 'The time to answer on your phone is over.')
  await goOn()
  await harness.pass(10)
  await heading(eli.page, 'Payment expired')
})

test('who denies two payments in a row is told until when no request comes, and approves by text', async () => {
  const lou = await harness.payer()
  for (const _ of [1, 2]) {
    await harness.send(lou)
    await harness.answers(lou, 'denied')
    await lou.page.getByRole('button', { name: 'Start again' }).click()
    await heading(lou.page, 'Send a payment')
  }
  await harness.send(lou)
  await heading(lou.page, 'Approve this payment')
  await says(
    lou.page,
    /^You said no to two payments in a row, so no request goes to your phone until \d\d:\d\d\.$/,
  )
  expect(harness.phone.book.pushes(lou.number)).toHaveLength(2)
  await harness.text(lou)
  await harness.enter(lou, harness.codeOn(lou.number))
  await heading(lou.page, 'Payment approved')
})

test('a reload while waiting comes back to the same payment, without a second push', async () => {
  const fay = await harness.payer()
  await harness.send(fay)
  await fay.page.reload()
  await heading(fay.page, 'Waiting for your phone')
  await says(fay.page, WORDS)
  expect(harness.phone.book.pushes(fay.number)).toHaveLength(1)
  await harness.answers(fay, 'approved')
  await heading(fay.page, 'Payment approved')
})

test('a second tab, signed in by itself, follows the same payment', async () => {
  const gus = await harness.payer()
  await harness.send(gus)
  const other = await harness.newPage(gus.context)
  await other.goto(gus.page.url())
  await heading(other, 'Waiting for your phone')
  await harness.answers(gus, 'approved')
  await heading(gus.page, 'Payment approved')
  await heading(other, 'Payment approved')
})

test('a cancelled payment says that the phone can be ignored, and the phone decides nothing more', async () => {
  const hal = await harness.payer()
  await harness.send(hal)
  await hal.page.getByRole('button', { name: 'Cancel this payment' }).click()
  await heading(hal.page, 'Payment cancelled')
  await says(hal.page, 'you can ignore it')
  harness.phone.book.answer(harness.pushOn(hal).uuid, 'approved')
  await harness.phone.settled()
  await hal.page.getByRole('link', { name: 'My payments' }).first().click()
  await hal.page.getByRole('link', { name: /Neville Longbottom.*Cancelled$/ }).click()
  await heading(hal.page, 'Payment cancelled')
})

test('a lost callback is found at the provider, and the page follows', async () => {
  const jan = await harness.payer()
  await harness.send(jan)
  harness.phone.book.faults.loseNextCallback = true
  await harness.answers(jan, 'approved')
  await heading(jan.page, 'Waiting for your phone')
  await harness.pass(20)
  await harness.payfriend.sweep()
  await harness.pass(3)
  await heading(jan.page, 'Payment approved')
})

describe('the waiting page', () => {
  const polls = (visitor: Visitor) => {
    const seen: string[] = []
    visitor.page.on('request', (request) => {
      if (/\/api\/payments\/[\w-]{22}$/.test(request.url())) seen.push(request.url())
    })
    return seen
  }

  test('looks every three seconds, not at all while hidden, and at once when seen again', async () => {
    const pia = await harness.payer()
    await harness.send(pia)
    const seen = polls(pia)
    await harness.pass(3)
    await expect.poll(() => seen.length).toBe(1)
    await turn(pia, 'hidden')
    await harness.pass(30)
    expect(seen).toHaveLength(1)
    harness.phone.book.answer(harness.pushOn(pia).uuid, 'approved')
    await harness.phone.settled()
    await turn(pia, 'visible')
    await heading(pia.page, 'Payment approved')
  })

  test('says so when it cannot look, waits longer each time, and goes on by itself', async () => {
    const quin = await harness.payer()
    await harness.send(quin)
    const seen = polls(quin)
    await quin.page.route(/\/api\/payments\/[\w-]{22}$/, (route) => route.abort())
    await harness.pass(3)
    await says(quin.page, 'We’ll keep looking.')
    const look = quin.page.getByRole('button', { name: 'Look now' })
    await look.focus()
    await harness.pass(3)
    expect(seen).toHaveLength(1)
    await harness.pass(3)
    await expect.poll(() => seen.length).toBe(2)
    // Twelve seconds now, and whoever is at the button stays there.
    await harness.pass(9)
    expect(seen).toHaveLength(2)
    expect(await look.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
    await quin.page.unroute(/\/api\/payments\/[\w-]{22}$/)
    harness.phone.book.answer(harness.pushOn(quin).uuid, 'approved')
    await harness.phone.settled()
    await harness.pass(3)
    await heading(quin.page, 'Payment approved')
  })

  test('asks no more once the payment is decided', async () => {
    const rob = await harness.payer()
    await harness.send(rob)
    await rob.page.getByRole('button', { name: 'Cancel this payment' }).click()
    await heading(rob.page, 'Payment cancelled')
    const seen = polls(rob)
    await harness.pass(60)
    expect(seen).toEqual([])
  })

  async function turn({ page }: Visitor, state: 'hidden' | 'visible') {
    await page.evaluate(`
      Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
      Object.defineProperty(document, 'hidden', { value: ${state === 'hidden'}, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    `)
  }
})

test('the list comes in pages, newest first, each payment once (2019: W37)', async () => {
  const sue = await harness.payer()
  await harness.send(sue, '1')
  const first = await waitingFor(sue)
  for (let n = 1; n <= 24; n += 1) {
    const createdAt = new Date(first.createdAt.getTime() - n * 60_000)
    const paymentId = first.paymentId.slice(0, 20) + String(n).padStart(2, '0')
    const action = { ...first.action, payee: { name: `Payee ${n}`, id: 'payee@example.com' } }
    await payments(harness.payfriend.world).insert({ ...first, paymentId, createdAt, action })
  }
  await sue.page.getByRole('link', { name: 'My payments' }).first().click()
  await expect.poll(() => sue.page.getByRole('listitem').count()).toBe(20)
  for (const [width, height] of [
    [360, 740],
    [1280, 720],
  ] as const) {
    await sue.page.setViewportSize({ width, height })
    const last = await sue.page.getByRole('listitem').nth(19).boundingBox()
    expect((last?.y ?? Infinity) + (last?.height ?? 0)).toBeLessThanOrEqual(2 * height)
  }
  await sue.page.getByRole('button', { name: 'Show more' }).click()
  await expect.poll(() => sue.page.getByRole('listitem').count()).toBe(25)
  await sue.page
    .getByRole('status')
    .filter({ hasText: /^5 more payments\.$/ })
    .waitFor()
  const focused = sue.page.getByRole('listitem').nth(20).getByRole('link')
  expect(await focused.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
  const names = await sue.page.locator('.payee').allInnerTexts()
  expect(names).toEqual([
    'Neville Longbottom',
    ...Array.from({ length: 24 }, (_, i) => `Payee ${i + 1}`),
  ])
  expect(await sue.page.getByRole('button', { name: 'Show more' }).count()).toBe(0)
  // Who opens one and comes back is where they were.
  const rows = sue.page.getByRole('listitem')
  const count = await rows.count()
  await rows.last().getByRole('link').click()
  await heading(sue.page, /^(Payment .*|Waiting for your phone|Approve this payment)$/)
  const at = () =>
    sue.page.evaluate('document.activeElement === document.querySelector("li:last-child a")')
  await sue.page.goBack()
  await heading(sue.page, 'My payments')
  await expect.poll(at).toBe(true)
  expect(await rows.count()).toBe(count)
  expect(await sue.page.evaluate('scrollY')).toBeGreaterThan(0)
})

async function waitingFor({ page }: Visitor): Promise<Payment> {
  const id = page.url().split('/').at(-1) ?? ''
  const found = await payments(harness.payfriend.world).find(id)
  if (!found) throw new Error('the page waits for no payment')
  return found
}

describe('the form', () => {
  test('tells each reason beside its field, and sends nothing (2019: W7, W39)', async () => {
    const kim = await harness.payer()
    await kim.page.getByLabel('Name').fill('Neville 🐸')
    await kim.page.getByLabel('E-mail or account number').fill('neville@hogwarts.ac.uk')
    await kim.page.getByLabel('Amount', { exact: true }).fill('20.505')
    await kim.page.getByRole('button', { name: 'Send payment' }).click()
    await says(kim.page, 'EUR has two decimals at most.')
    const name = kim.page.getByLabel('Name')
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    const list = kim.page.getByRole('group', { name: 'There is a problem' })
    expect(await list.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
    expect(await list.getByRole('link').allInnerTexts()).toEqual([
      'Name: Use letters, digits and punctuation only: no emoji, line breaks or hidden characters.',
      expect.stringMatching(/^Amount: 20\.505 can be read .* EUR has two decimals at most\.$/),
    ])
    expect(harness.phone.book.pushes(kim.number)).toHaveLength(0)
  })

  test('offers the payees that config.json brings, as on a laptop, and no list without them', async () => {
    const ida = await harness.payer()
    const friends = ida.page.getByRole('group', { name: 'Friends' })
    const offered = await friends.getByRole('button').allInnerTexts()
    expect(offered).toEqual(FRIENDS.map(({ name, id }) => `${name}\n${id}`))
    await friends.getByRole('button', { name: 'Luna Lovegood' }).click()
    const account = ida.page.getByLabel('E-mail or account number')
    expect(await account.inputValue()).toBe('luna@hogwarts.ac.uk')
    // As a deployed harness tells it.
    await ida.page.route('**/config.json', async (route) => {
      const response = await route.fetch()
      const { friends: _, ...json } = await response.json()
      await route.fulfill({ response, json })
    })
    await ida.page.reload()
    await heading(ida.page, 'Send a payment')
    expect(await friends.count()).toBe(0)
    expect(await account.inputValue()).toBe('luna@hogwarts.ac.uk')
  })

  test('pressed twice sends one payment (2019: W16)', async () => {
    const lea = await harness.payer()
    await lea.page.getByRole('button', { name: 'Neville Longbottom' }).click()
    await lea.page.getByLabel('Amount', { exact: true }).fill('7')
    await lea.page.getByRole('button', { name: 'Send payment' }).dblclick()
    await heading(lea.page, 'Waiting for your phone')
    expect(harness.phone.book.pushes(lea.number)).toHaveLength(1)
  })

  test('survives an answer that never arrives: pressed again, it is still one payment', async () => {
    const max = await harness.payer()
    await max.page.getByRole('button', { name: 'Neville Longbottom' }).click()
    await max.page.getByLabel('Amount', { exact: true }).fill('7')
    await max.page.route('**/api/payments', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await max.page.getByRole('button', { name: 'Send payment' }).click()
    await says(max.page, 'Pressing the button again is safe')
    await max.page.unroute('**/api/payments')
    await max.page.getByRole('button', { name: 'Send payment' }).click()
    await heading(max.page, 'Waiting for your phone')
    expect(harness.phone.book.pushes(max.number)).toHaveLength(1)
  })
})

test('two people cannot see each other’s payments (2019: W3)', async () => {
  const nia = await harness.payer()
  const oli = await harness.payer()
  await harness.send(nia)
  const address = nia.page.url()
  await oli.page.goto(address)
  await heading(oli.page, 'We can’t find that')
  await oli.page.getByRole('link', { name: 'My payments' }).first().click()
  await says(oli.page, 'You have not sent any payment yet.')
})
