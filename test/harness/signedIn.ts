/** Test support: a payer of a running Payfriend, over HTTP. */
import { createHash, randomBytes } from 'node:crypto'
import type { Payfriend } from '../../local/payfriend.ts'

/** Somebody who signs in as the page does, and calls the API by their token. */
export async function signedInAt(payfriend: Payfriend, email: string) {
  const verifier = randomBytes(32).toString('base64url')
  const redirect_uri = `${payfriend.pageUrl}/`
  const client_id = 'payfriend-page'
  const asked = {
    ...{ client_id, redirect_uri, response_type: 'code', state: 's' },
    scope: 'openid email payfriend/pay',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  const cookies = new Map<string, string>()
  let url = `${payfriend.signInUrl}/oauth2/authorize?${new URLSearchParams(asked)}`
  let form: URLSearchParams | undefined
  while (!url.startsWith(redirect_uri)) {
    const answer: Response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies.values()].join('; ') },
      ...(form && { method: 'POST', body: form }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [cookie = ''] = line.split(';')
      cookies.set(cookie.split('=')[0] ?? '', cookie)
    }
    form = undefined
    const next = answer.headers.get('location')
    if (next) url = new URL(next, url).href
    else form = new URLSearchParams({ email, password: 'correct horse battery' })
  }
  const grant = { grant_type: 'authorization_code', code_verifier: verifier }
  const code = new URL(url).searchParams.get('code') ?? ''
  const tokens = await fetch(`${payfriend.signInUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...grant, client_id, redirect_uri, code }),
  })
  const { access_token: token } = (await tokens.json()) as { access_token: string }

  const api = async (method: string, path: string, body?: object, key?: string) => {
    const response = await fetch(`${payfriend.pageUrl}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }
  return { email, token, api }
}
