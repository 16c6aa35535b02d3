import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Brand } from '../../lib/brand.ts'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from './signInAccounts.ts'

/** The pages of the local sign-in: plain HTML without scripts or external files, in the looks of Payfriend's page. */

export type Page = { title: string; content: string }

/** What is wrong with a form, and in which field. */
export type Problem = {
  readonly field: 'email' | 'password' | 'current' | 'new'
  readonly text: string
}

/** One form for signing in and, the first time, registering. */
export const signInPage = ({ action, email, problem, name }: Form): Page => ({
  title: titleOf(`Sign in to ${name}`, problem),
  content: `
    <h1>Sign in to ${escapeHtml(name)}</h1>
    <p>This sign-in runs on your own computer. The first time an e-mail address signs in, it is
    registered with the password given.</p>
    <form method="post" action="${escapeHtml(action)}" novalidate>
      ${emailField(email, problem)}
      ${passwordField('password', 'Password', 'current-password', problem)}
      <button>Sign in</button>
    </form>
    <p><a href="/change-password">Change password</a></p>`,
})

export const changePasswordPage = ({ action, email, problem, name }: Form): Page => ({
  title: titleOf(`Change your ${name} password`, problem),
  content: `
    <h1>Change your ${escapeHtml(name)} password</h1>
    <form method="post" action="${escapeHtml(action)}" novalidate>
      ${emailField(email, problem)}
      ${passwordField('current', 'Current password', 'current-password', problem)}
      ${passwordField('new', 'New password', 'new-password', problem)}
      <button>Change password</button>
    </form>`,
})

export const messagePage = (
  title: string,
  message: string,
  pageUrl: string,
  name: string,
): Page => ({
  title,
  content: `
    <h1>${escapeHtml(title)}</h1>
    <p>${escapeHtml(message)}</p>
    <p><a href="${escapeHtml(pageUrl)}">Back to ${escapeHtml(name)}</a></p>`,
})

type Form = {
  readonly action: string
  readonly email?: string
  readonly problem?: Problem | undefined
  /** Of the service. */
  readonly name: string
}

export const render = ({ title, content }: Page, brand: Brand): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${escapeHtml(title)}</title>
    <link rel="icon" href="${ICON}">
    <style>${STYLE}</style>
  </head>
  <body>
    <header><img src="${logoOf(brand)}" alt="" height="28">${escapeHtml(brand.name)}</header>
    <main>${content}
    </main>
  </body>
</html>
`

/**
 * Headers of every page. `form-action` names Payfriend's page too, because browsers also apply it to the
 * redirects after a form, and the last of these leads to that page.
 */
export const pageHeaders = (pageOrigin: string) => ({
  'content-security-policy': [
    "default-src 'none'",
    'img-src data:',
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    `form-action 'self' ${pageOrigin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
})

const dataUrl = (type: string, body: Buffer) => `data:${type};base64,${body.toString('base64')}`

const ICON = dataUrl(
  'image/svg+xml',
  readFileSync(join(resolve(import.meta.dirname, '../../web'), 'icon.svg')),
)

const logoOf = ({ logo }: Brand): string =>
  logo ? dataUrl(logo.type === 'svg' ? 'image/svg+xml' : 'image/png', logo.body) : ICON

/** A page that comes back with a problem is a new page: its title is what a screen reader says first. */
const titleOf = (title: string, problem?: Problem): string => (problem ? `Error: ${title}` : title)

const emailField = (email = '', problem?: Problem) => `
      <label for="email">E-mail</label>
      ${problemOf('email', problem)}
      <input id="email" name="email" type="email" autocomplete="username" required maxlength="254"
        value="${escapeHtml(email)}"${attributes('email', problem)}>`

const passwordField = (
  name: Problem['field'],
  label: string,
  autocomplete: string,
  problem?: Problem,
) => `
      <label for="${name}">${label}</label>
      <small id="${name}-hint">${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters</small>
      ${problemOf(name, problem)}
      <input id="${name}" name="${name}" type="password" autocomplete="${autocomplete}" required
        ${attributes(name, problem, `${name}-hint`)}>`

const problemOf = (field: string, problem?: Problem): string =>
  problem?.field === field
    ? `<p id="${field}-problem" class="problem">${escapeHtml(problem.text)}</p>`
    : ''

/** The field with the problem has the focus, so that the problem is read with it. */
function attributes(field: string, problem?: Problem, hint?: string): string {
  const isWrong = problem?.field === field
  const described = [hint, isWrong && `${field}-problem`].filter(Boolean).join(' ')
  return [
    described && ` aria-describedby="${described}"`,
    isWrong && ' aria-invalid="true" autofocus',
  ]
    .filter(Boolean)
    .join('')
}

const escapeHtml = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** The colours of `web/style.css`. */
const STYLE = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif }
body { margin: 0; background: light-dark(#f2f5f4, #0e1513); color: light-dark(#14201d, #e8efed);
  overflow-wrap: anywhere }
header, main { box-sizing: border-box; width: calc(100% - 1.5rem); max-width: 28rem; margin: 0 auto }
header { display: flex; align-items: center; gap: .5rem; padding: 1rem 0; font-size: 1.25rem;
  font-weight: 700; letter-spacing: -.02em }
main { padding: min(2rem, 7vw); border: 1px solid light-dark(#d5dedb, #2d3a36);
  border-radius: 1.25rem; background: light-dark(#fff, #17211e) }
h1 { margin: 0 0 1rem; font-size: min(1.625rem, 9vw); line-height: 1.2; letter-spacing: -.02em }
label { display: block; margin-top: 1rem; font-weight: 600 }
input { width: 100%; box-sizing: border-box; min-height: 3rem; padding: .5rem .875rem; font: inherit;
  border-radius: .75rem; border: 1px solid light-dark(#76857f, #7f908a); color: inherit;
  background: light-dark(#fff, #17211e) }
[aria-invalid] { border: 2px solid light-dark(#b3261e, #ffb4ab) }
small { color: light-dark(#51605c, #a5b4af) }
button { width: 100%; min-height: 3.25rem; margin-top: 1.5rem; padding: .5rem 1rem; font: inherit;
  font-weight: 600; border: 1px solid transparent; border-radius: .75rem;
  background: light-dark(#0b6b5d, #63d3bd); color: light-dark(#fff, #06231e) }
a { color: light-dark(#0b6b5d, #63d3bd); display: inline-flex; align-items: center; min-height: 2.75rem }
:focus-visible { outline: 3px solid light-dark(#0b6b5d, #63d3bd); outline-offset: 2px }
.problem { margin: 0; color: light-dark(#b3261e, #ffb4ab) }
`
