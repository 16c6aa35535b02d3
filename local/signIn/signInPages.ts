import { createHash } from 'node:crypto'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from './signInAccounts.ts'

/** The pages of the local sign-in: plain HTML without scripts or external files. */

export type Page = { title: string; content: string }

/** One form for signing in and, the first time, registering. */
export const signInPage = ({ action, email, problem }: Form): Page => ({
  title: 'Sign in to Payfriend',
  content: `
    <p>This sign-in runs on your own computer. The first time an e-mail address signs in, it is
    registered with the password given.</p>
    ${alert(problem)}
    <form method="post" action="${escapeHtml(action)}">
      ${emailField(email)}
      ${passwordField('password', 'Password', 'current-password')}
      <button>Sign in</button>
    </form>
    <p><a href="/change-password">Change password</a></p>`,
})

export const changePasswordPage = ({ action, email, problem }: Form): Page => ({
  title: 'Change your Payfriend password',
  content: `
    ${alert(problem)}
    <form method="post" action="${escapeHtml(action)}">
      ${emailField(email)}
      ${passwordField('current', 'Current password', 'current-password')}
      ${passwordField('new', 'New password', 'new-password')}
      <button>Change password</button>
    </form>`,
})

export const messagePage = (title: string, message: string, pageUrl: string): Page => ({
  title,
  content: `
    <p>${escapeHtml(message)}</p>
    <p><a href="${escapeHtml(pageUrl)}">Back to Payfriend</a></p>`,
})

type Form = { action: string; email?: string; problem?: string | undefined }

export const render = ({ title, content }: Page): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(title)}</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <main>
      <h1>${escapeHtml(title)}</h1>${content}
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

const alert = (problem = '') => (problem ? `<p role="alert">${escapeHtml(problem)}</p>` : '')

const emailField = (email = '') => `
      <label for="email">E-mail</label>
      <input id="email" name="email" type="email" autocomplete="username" required maxlength="254"
        value="${escapeHtml(email)}">`

const passwordField = (name: string, label: string, autocomplete: string) => `
      <label for="${name}">${label}</label>
      <input id="${name}" name="${name}" type="password" autocomplete="${autocomplete}" required
        aria-describedby="${name}-hint">
      <small id="${name}-hint">${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters</small>`

const escapeHtml = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const STYLE = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif }
body { margin: 0; background: light-dark(#f6f7f9, #16181c); color: light-dark(#1a1c20, #eceef2) }
main { max-width: 24rem; margin: 4rem auto; padding: 2rem; border-radius: .75rem;
  background: light-dark(#fff, #22252b) }
h1 { margin-top: 0; font-size: 1.5rem }
label { display: block; margin-top: 1rem; font-weight: 600 }
input { width: 100%; box-sizing: border-box; padding: .6rem; font: inherit; border-radius: .4rem;
  border: 1px solid light-dark(#747a85, #8b919c) }
small { color: light-dark(#565c66, #b0b5bf) }
button { width: 100%; margin-top: 1.5rem; padding: .7rem; font: inherit; font-weight: 600;
  border: 0; border-radius: .4rem; background: light-dark(#1d5fd1, #8ab4ff);
  color: light-dark(#fff, #10131a) }
a { color: light-dark(#1a56c0, #9fc1ff) }
[role=alert] { padding: .6rem .8rem; border-radius: .4rem;
  background: light-dark(#fdecec, #4a1f22); color: light-dark(#8a1420, #ffd9dc) }
`
