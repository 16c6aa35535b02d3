/** Who comes to an address at which nothing is, or by an address in numbers, on a laptop. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'

let payfriend: Payfriend
beforeAll(async () => {
  payfriend = await startPayfriend({ port: 0, env: { BRAND_NAME: 'Bank of Ada' } })
})
afterAll(() => payfriend.close())

test('a person is told that nothing is there, with a way back to the page', async () => {
  const answer = await fetch(`${payfriend.pageUrl}/nothing`, { headers: { accept: 'text/html' } })
  expect(answer.status).toBe(404)
  expect(answer.headers.get('x-frame-options')).toBe('DENY')
  expect(answer.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; img-src data:/,
  )
  expect(await answer.text()).toContain('<a href="/">Back to Bank of Ada</a>')
})

test('a script that is not there is no page', async () => {
  const answer = await fetch(`${payfriend.pageUrl}/assets/old.js`, { headers: { accept: '*/*' } })
  expect(answer.status).toBe(404)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
})

test('the page, the phone’s page and sign-in have the name of the brand', async () => {
  const signIn = await fetch(`${payfriend.signInUrl}/change-password`)
  expect(await signIn.text()).toContain('<h1>Change your Bank of Ada password</h1>')
  for (const path of ['/', '/approve.html']) {
    const page = await fetch(payfriend.pageUrl + path)
    expect(await page.text()).toContain('<title>Bank of Ada</title>')
  }
})

test.each([
  ['BRAND_NAME', { BRAND_NAME: 'A <b>' }, /^BRAND_NAME must be letters/],
  ['BRAND_LOGO', { BRAND_LOGO: '/nothing.svg' }, /^BRAND_LOGO cannot be read: \/nothing\.svg\.$/],
])('a wrong %s stops the start with a sentence', async (_, env, why) => {
  await expect(startPayfriend({ port: 0, env })).rejects.toThrow(why)
})
