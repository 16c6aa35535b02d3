/** A page of somebody else, `examples/own-page`, with a payer before it. */
import { request as httpRequest } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startShop } from '../../examples/own-page/shop.ts'
import { type JourneyHarness, startJourneyHarness } from '../harness/journeyHarness.ts'
import { tokenOf } from '../harness/tokenOf.ts'

let harness: JourneyHarness
let shop: Awaited<ReturnType<typeof startShop>>
let page: Page
const FROGS = 'Pay €4.20 to Honeydukes (till@honeydukes.example)'
const NUMBER = '+12025550100'

beforeAll(async () => {
  harness = await startJourneyHarness()
  const { payfriend } = harness
  const token = await tokenOf(payfriend, 'ann@example.com')
  const api = `${payfriend.pageUrl}/api`
  shop = await startShop({ port: 0, api, token: async () => token })
  page = await (await harness.newContext()).newPage()
})
afterAll(async () => {
  await harness.close()
  await shop.close()
})

const told = (words: string) =>
  expect(page.getByRole('status').getByText(words, { exact: true }).waitFor()).resolves.toBe(
    undefined,
  )

async function pay() {
  await page.goto(shop.url)
  await page.getByRole('button', { name: 'Pay with Payfriend' }).click()
  await told(`Look at your phone: ${FROGS}`)
}

test.each([
  ['approved', 'Thank you, it is paid.'],
  ['denied', 'Nothing was paid: denied.'],
] as const)('starts a payment, and says so when it is %s on the phone', async (answer, words) => {
  await pay()
  const push = harness.phone.book.latestPush(NUMBER)
  expect(push?.message).toContain(FROGS)
  harness.phone.book.answer(push?.uuid ?? '', answer)
  await told(words)
})

describe('its server', () => {
  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = httpRequest(`${shop.url}${path}`, { method, headers }, (response) => {
        resolve(response.statusCode)
        response.destroy()
      })
      asked.on('error', reject)
      asked.end(method === 'POST' ? '{}' : undefined)
    })
  const ID = 'N2xh5v0SgVq3uQK1mYw8Tg'

  test.each([
    ['POST', '/payfriend/payments', 400],
    ['GET', `/payfriend/payments/${ID}`, 404],
  ])('passes on %s %s', async (method, path, status) => {
    expect(await ask(method, path)).toBe(status)
  })

  test.each([
    ['GET', '/payfriend/profile'],
    ['GET', '/payfriend/payments/../profile'],
    ['POST', '/payfriend/phone'],
    ['POST', `/payfriend/payments/${ID}/cancellation`],
    ['GET', '/shop.ts'],
  ])('and nothing else: %s %s', async (method, path) => {
    expect(await ask(method, path)).toBe(404)
  })

  test.each<[string, Record<string, string>]>([
    ['of another site', { origin: 'https://evil.example' }],
    ['of another port', { 'sec-fetch-site': 'same-site' }],
    ['under a name that points here', { host: 'evil.example' }],
  ])('starts no payment for a page %s', async (_, headers) => {
    expect(await ask('POST', '/payfriend/payments', headers)).toBe(403)
  })
})
