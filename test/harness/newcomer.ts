/** Test support: somebody new at the page and at the pretend phone, for what pictures and measures them. */
import type { BrowserContext, Locator, Page } from 'playwright-core'
import type { Payfriend } from '../../local/payfriend.ts'

export type Newcomer = { readonly page: Page; readonly phone: Page }

/** They open the page, sign in, add the pretend phone and send a payment, which waits then on page and phone. */
export async function newcomer(payfriend: Payfriend, context: BrowserContext): Promise<Newcomer> {
  const { phone: pretend } = payfriend
  if (!pretend) throw new Error('a newcomer needs the pretend phone')
  const page = await context.newPage()
  await page.goto(payfriend.pageUrl)
  await page.getByRole('button', { name: /^Sign in/ }).click()
  await page.getByLabel('E-mail').fill('hannah@example.com')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Add a phone', exact: true }).click()
  const phone = await context.newPage()
  await phone.goto(pretend.url)
  await phone.getByLabel('Code of the page').fill(await textOf(page.locator('.invitation')))
  await phone.getByRole('button', { name: 'Add this phone' }).click()
  const digits = await textOf(phone.locator('.asking .digits'))
  // A tab in the background looks at nothing.
  await page.bringToFront()
  await page.getByLabel('The four digits').fill(digits)
  await page.getByRole('button', { name: 'Add this phone' }).click()
  await page.getByText('can approve your payments now').waitFor()
  const menu = page.getByRole('navigation', { name: 'Main' })
  await menu.getByRole('link', { name: 'Send a payment' }).click()
  await page.getByRole('button', { name: 'Neville Longbottom' }).click()
  await page.getByLabel('Amount', { exact: true }).fill('20.50')
  await page.getByRole('button', { name: 'Send payment' }).click()
  await page.getByRole('heading', { name: 'Waiting for your phone' }).waitFor()
  return { page, phone }
}

/** They say yes on the phone, and the page says so. */
export async function approves({ page, phone }: Newcomer): Promise<void> {
  await phone.getByRole('button', { name: 'Approve' }).click()
  await page
    .getByText(/approved/i)
    .first()
    .waitFor()
}

async function textOf(element: Locator): Promise<string> {
  return (await element.textContent()) ?? ''
}
