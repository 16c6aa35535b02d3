/** The API as a developer reads it on a laptop, at /docs. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openapi } from '../../scripts/openapi.ts'
import { type JourneyHarness, startJourneyHarness } from '../harness/journeyHarness.ts'
import { tokenOf } from '../harness/tokenOf.ts'

let harness: JourneyHarness
let page: Page
const outside: string[] = []
const complaints: string[] = []

beforeAll(async () => {
  harness = await startJourneyHarness()
  page = await (await harness.newContext()).newPage()
  const { origin } = new URL(harness.payfriend.pageUrl)
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:')) outside.push(url)
  })
  // A breach of the page's policy is told here too.
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`${harness.payfriend.pageUrl}/docs`)
})
afterAll(() => harness.close())

test('every route of openapi.json is there', async () => {
  await page.locator('.opblock').first().waitFor()
  const shown = await page.locator('.opblock').count()
  const routes = Object.values(openapi().paths).flatMap((methods) => Object.keys(methods))
  expect(shown).toBe(routes.length)
})

test('a route can be tried with the token that `npm run token` prints', async () => {
  const token = await tokenOf(harness.payfriend, 'ann@example.com')
  await page.getByRole('button', { name: 'Authorize' }).click()
  const dialog = page.locator('.dialog-ux')
  await dialog.locator('input').first().fill(token)
  await dialog.getByRole('button', { name: 'Apply credentials' }).first().click()
  await dialog.getByRole('button', { name: 'Close' }).first().click()
  const route = page.locator('#operations-account-profile')
  await route.locator('.opblock-summary-control').click()
  await route.getByRole('button', { name: 'Try it out' }).click()
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/profile'))
  await route.getByRole('button', { name: 'Execute' }).click()
  const answer = await answered
  expect(answer.status()).toBe(200)
  expect(await answer.json()).toMatchObject({ email: 'ann@example.com' })
})

test('nothing was asked of anybody else, and nothing broke the policy', () => {
  expect({ outside, complaints }).toEqual({ outside: [], complaints: [] })
})

describe('the policy', () => {
  const policyOf = async (path: string, method = 'GET') => {
    const answer = await fetch(`${harness.payfriend.pageUrl}${path}`, { method })
    return { status: answer.status, policy: answer.headers.get('content-security-policy') ?? '' }
  }

  test('of /docs lets no script in but its own, and is looser in styles alone', async () => {
    const { policy } = await policyOf('/docs')
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
    expect(policy.match(/unsafe[\w-]*/g)).toEqual(['unsafe-inline'])
    expect(policy).toContain("style-src-attr 'unsafe-inline'")
  })

  test('of the page is as it was', async () => {
    const { policy } = await policyOf('/')
    expect(policy).not.toContain('unsafe')
  })

  test.each(['/docs/nothing', '/docs/swagger-ui.js.map'])(
    'and there is nothing else: %s',
    async (path) => expect((await policyOf(path)).status).toBe(404),
  )

  test('it is read, and never written', async () => {
    expect((await policyOf('/docs', 'POST')).status).toBe(405)
  })
})

test('nothing of it is deployed: the viewer is in no Lambda and in no file of the page', async () => {
  const { bundlePage } = await import('../../lib/page.ts')
  const names = [...bundlePage().keys()]
  expect(names.filter((name) => /docs|swagger/.test(name))).toEqual([])
})
