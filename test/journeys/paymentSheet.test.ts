/** What the phone's page does in a browser that says it had a sheet of its own. The sheet itself is a stand-in. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { heading, type JourneyHarness, says } from '../harness/journeyHarness.ts'
import {
  addedPhone,
  type DevicePhone,
  devicePhone,
  invite,
  open,
  pay,
  startDeviceJourney,
  wordsOn,
} from './devicePhone.ts'
import { askedOfBrowser, sheetEnds, withSheet } from './sheetStandIn.ts'

let harness: JourneyHarness
beforeAll(async () => {
  harness = await startDeviceJourney()
})
afterEach(() => harness.closeBrowsers())
afterAll(() => harness.close())

type Availability = Parameters<typeof withSheet>[1]

/** A payer whose phone has this sheet, and a payment open on it. */
async function asked(
  availability: Availability,
  before?: (phone: DevicePhone) => Promise<unknown>,
) {
  const payer = await harness.payer()
  const phone = await addedPhone(harness, payer, {
    context: await withSheet(harness, availability),
  })
  await before?.(phone)
  await pay(harness, payer)
  await open(phone, await wordsOn(payer))
  const approve = () => phone.page.getByRole('button', { name: 'Approve' }).click()
  return { payer, phone, page: phone.page, approve }
}

const CLOSED = 'You closed the browser’s window, so nothing was approved and nothing was denied.'

describe('where the browser has a sheet', () => {
  test('it is asked for within the press, with what the payment says', async () => {
    const { page, approve } = await asked('available')
    await sheetEnds(page, 'AbortError')
    await approve()
    await says(page, CLOSED)
    const all = await askedOfBrowser(page)
    expect(all.map(({ what, within }) => [what, within])).toEqual([
      ['make', 'submit'],
      ['sheet', 'click'],
    ])
    expect(all[0]).toMatchObject({
      extensions: { payment: { isPayment: true } },
      attachment: 'platform',
    })
    const reference = await page.locator('dt:text-is("Reference") + dd').innerText()
    const { origin } = new URL(harness.payfriend.pageUrl)
    expect(all[1]).toMatchObject({
      methods: [
        {
          supportedMethods: 'secure-payment-confirmation',
          data: {
            challenge: 32,
            credentialIds: 1,
            rpId: 'localhost',
            payeeName: expect.stringMatching(/^.+ \(.+\)$/),
            instrument: {
              displayName: `Payfriend, reference ${reference}`,
              icon: `${origin}/logo.png`,
              iconMustBeShown: false,
            },
          },
        },
      ],
      details: { total: { amount: { value: '20.50', currency: 'EUR' } } },
    })
  })

  test('closing it is neither yes nor no, and the next press shows it again', async () => {
    const { payer, page, approve } = await asked('available')
    await sheetEnds(page, 'AbortError')
    await approve()
    await says(page, CLOSED)
    await approve()
    expect((await askedOfBrowser(page)).map(({ what }) => what)).toEqual(['make', 'sheet', 'sheet'])
    await payer.page.bringToFront()
    await harness.pass(3)
    await heading(payer.page, 'Waiting for your phone')
  })

  test.each(['NotAllowedError', 'OptOutError', 'UnknownError'])(
    'an end of it by %s signs nothing, and the next press asks for the passkey alone',
    async (name) => {
      const { page, approve } = await asked('available')
      await sheetEnds(page, name)
      await approve()
      await says(page, 'Press Approve again')
      await approve()
      await heading(page, 'Approved')
      const all = await askedOfBrowser(page)
      expect(all.map(({ what, within }) => [what, within])).toEqual([
        ['make', 'submit'],
        ['sheet', 'click'],
        ['sign', 'click'],
      ])
    },
  )

  test('a phone of which no passkey of its own can be made is added with any other after two tries', async () => {
    const payer = await harness.payer()
    const context = await withSheet(harness, 'available')
    const phone = await devicePhone(harness, { context })
    const { page } = phone
    const code = await invite(payer)
    await phone.finger(false)
    await page.goto(`${harness.payfriend.pageUrl}/approve.html#add/${code}`)
    const add = () => page.getByRole('button', { name: 'Add this phone' }).click()
    for (let n = 1; n <= 2; n += 1) {
      await add()
      await says(page, 'This phone was not added.')
    }
    await phone.finger(true)
    await add()
    await heading(page, 'Type these four digits')
    const all = await askedOfBrowser(page)
    expect(all.map(({ attachment }) => attachment)).toEqual(['platform', 'platform', undefined])
  })

  test('a phone that was added before has the passkey alone, with no other difference', async () => {
    const { page, approve } = await asked('available', async ({ page }) => {
      await page.evaluate(FORGET_SHEET)
      await page.reload()
    })
    await approve()
    await heading(page, 'Approved')
    expect((await askedOfBrowser(page)).map(({ what }) => what)).toEqual(['sign'])
  })
})

test.each<Availability>(['never', 'unavailable-unknown-reason'])(
  'where the browser says of its sheet “%s”, the passkey is made without it and signs alone',
  async (availability) => {
    const { page, approve } = await asked(availability)
    await approve()
    await heading(page, 'Approved')
    const all = await askedOfBrowser(page)
    expect(all.map(({ what }) => what)).toEqual(['make', 'sign'])
    expect(all[0]).toMatchObject({ extensions: undefined, attachment: undefined })
  },
)

/** As a device was kept before there was a sheet. */
const FORGET_SHEET = `new Promise((resolve) => {
  indexedDB.open('payfriend').onsuccess = ({ target: { result: database } }) => {
    const transaction = database.transaction('devices', 'readwrite')
    const store = transaction.objectStore('devices')
    store.getAll().onsuccess = ({ target: { result: all } }) => {
      for (const { hasSheet: _, ...device } of all) store.put(device)
    }
    transaction.oncomplete = () => {
      database.close()
      resolve(true)
    }
  }
})`
