/** A page of somebody else, `examples/own-page`, with a payer before it. */
import { request as httpRequest } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Order } from '../../examples/own-page/orders.ts'
import { startShop } from '../../examples/own-page/shop.ts'
import { eventually } from '../harness/eventually.ts'
import { type JourneyHarness, startJourneyHarness } from '../harness/journeyHarness.ts'
import { tokenOf } from '../harness/tokenOf.ts'

let harness: JourneyHarness
let shop: Awaited<ReturnType<typeof startShop>>
let page: Page
const sent: Order[] = []
const FROGS = 'Pay €4.20 to Honeydukes (till@honeydukes.example)'
const THANKS = 'Thank you, it is paid.'
const NUMBER = '+12025550100'

beforeAll(async () => {
  // What the shop's own console would say of each event.
  for (const kind of ['error', 'log'] as const) vi.spyOn(console, kind).mockImplementation(() => {})
  harness = await startJourneyHarness()
  const { payfriend } = harness
  const token = await tokenOf(payfriend, 'ann@example.com')
  shop = await startShop({
    port: 0,
    api: `${payfriend.pageUrl}/api`,
    token: async () => token,
    sendGoods: (order) => void sent.push(order),
  })
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
const press = () => page.getByRole('button', { name: 'Pay with Payfriend' }).click()
const pushes = () => harness.phone.book.pushes(NUMBER).length

async function pay() {
  await page.goto(shop.url)
  await press()
  await told(`Look at your phone: ${FROGS}`)
}

function answer(answer: 'approved' | 'denied') {
  const push = harness.phone.book.latestPush(NUMBER)
  expect(push?.message).toContain(FROGS)
  harness.phone.book.answer(push?.uuid ?? '', answer)
}

/** The newest event that a payment was approved, once there are as many. */
function approval(count: number): Promise<{ detail: Approval }> {
  return eventually(async () => {
    const answered = await fetch(`${harness.phone.url}/events`)
    const { events } = (await answered.json()) as { events: { event: Envelope }[] }
    const approvals = events.filter(({ event }) => event['detail-type'] === 'payment.approved')
    expect(approvals).toHaveLength(count)
    return approvals.map(({ event }) => event)[0] as Envelope
  })
}
type Approval = { paymentId: string; payee: object; amount: object }
type Envelope = { 'detail-type': string; detail: Approval }

const deliver = async (event: object, headers: Record<string, string> = {}) => {
  const body = JSON.stringify(event)
  return (await fetch(`${shop.url}/events`, { method: 'POST', headers, body })).status
}

test('a payment that is denied is said to be so; pressed again, another is asked for', async () => {
  await pay()
  answer('denied')
  await told('Nothing was paid: denied.')
  await press()
  await eventually(() => expect(pushes()).toBe(2))
  await told(`Look at your phone: ${FROGS}`)
  answer('approved')
  await told(THANKS)
})

test('goods are sent once, by the event of exactly the order’s payment', async () => {
  const event = await approval(1)
  const order = page.url()
  const of = (detail: object) => ({ ...event, detail: { ...event.detail, ...detail } })
  for (const other of [
    { paymentId: 'N2xh5v0SgVq3uQK1mYw8Tg' },
    { payee: { ...event.detail.payee, id: 'other@example.com' } },
    { payee: { ...event.detail.payee, name: 'Honeyduke' } },
    { amount: { ...event.detail.amount, value: '0.42' } },
    { amount: { ...event.detail.amount, currency: 'USD' } },
  ]) {
    expect(await deliver(of(other)), JSON.stringify(other)).toBe(502)
  }
  expect(await deliver(of({ decision: { proof: 'provider-read' } }))).toBe(204)
  expect(await deliver({ ...event, 'detail-type': 'payment.pending' })).toBe(204)
  expect(await deliver(event, { 'sec-fetch-site': 'none' })).toBe(403)
  expect(sent).toEqual([])
  expect([await deliver(event), await deliver(event)]).toEqual([204, 204])
  expect(sent.map(({ id }) => `${shop.url}/orders/${id}`)).toEqual([order])
})

test('neither a lost answer, nor a reload, nor two tabs start a second payment', async () => {
  const before = pushes()
  await page.goto(shop.url)
  await page.route('**/payment', async (route) => {
    await route.fetch()
    await route.abort()
  })
  await press()
  await told('That did not work. Press again: it never pays twice.')
  await page.unroute('**/payment')
  await press()
  await told(`Look at your phone: ${FROGS}`)
  await page.reload()
  await press()
  await told(`Look at your phone: ${FROGS}`)
  const other = await page.context().newPage()
  await other.goto(shop.url)
  expect(other.url()).toBe(page.url())
  await other.close()
  answer('approved')
  await told(THANKS)
  await page.reload()
  await press()
  await told(THANKS)
  expect(pushes()).toBe(before + 1)
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

  test('takes from the page neither payee, nor amount, nor key', async () => {
    await deliver(await approval(2))
    const before = pushes()
    const { url } = await fetch(shop.url)
    const start = (key: string) =>
      fetch(`${url}/payment`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({
          payee: { name: 'Mundungus', id: 'mundungus@example.com' },
          amount: { value: '0.01', currency: 'EUR' },
        }),
      }).then((answered) => answered.json())
    const [one, two] = await Promise.all([start('one'), start('two')])
    expect(one).toMatchObject({ displayText: FROGS })
    expect(two).toEqual(one)
    expect(pushes()).toBe(before + 1)
  })

  test.each([
    ['GET', '/payfriend/profile'],
    ['GET', '/payfriend/payments'],
    ['GET', '/payfriend/payments/N2xh5v0SgVq3uQK1mYw8Tg'],
    ['POST', '/payfriend/payments'],
    ['POST', '/orders/b5c3b5ad-3f0e-4a62-9d5a-2d4c8a4b7a10/payment'],
    ['GET', '/shop.ts'],
  ])('passes on no other request: %s %s', async (method, path) => {
    expect(await ask(method, path)).toBe(404)
  })

  test.each<[string, Record<string, string>]>([
    ['of another site', { origin: 'https://evil.example' }],
    ['of another port', { 'sec-fetch-site': 'same-site' }],
    ['under a name that points here', { host: 'evil.example' }],
  ])('starts no payment for a page %s', async (_, headers) => {
    const { pathname } = new URL(page.url())
    expect(await ask('POST', `${pathname}/payment`, headers)).toBe(403)
  })
})
