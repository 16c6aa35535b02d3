import type { IncomingMessage } from 'node:http'
import { errors, type Provider } from 'oidc-provider'
import type { Brand } from '../../lib/brand.ts'
import {
  type Accounts,
  EMAIL_LENGTH_MAX,
  isEmail,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  type Verdict,
} from './signInAccounts.ts'
import {
  changePasswordPage,
  messagePage,
  type Page,
  type Problem,
  pageHeaders,
  render,
  signInPage,
} from './signInPages.ts'

const FORM_BYTES_MAX = 8 * 1024
/** Several times what any request here has; Koa's time to parse a query grows with the square of their number. */
const PARAMETERS_MAX = 50

type Context = Parameters<Parameters<Provider['use']>[0]>[0]

/** Our own pages, before the provider's routes: sign-in form, change of password, sign-out. */
export function forms(
  provider: Provider,
  { clientId, pageUrl, brand }: { clientId: string; pageUrl: string; brand: Brand },
  accounts: Accounts,
) {
  const page = new URL(pageUrl)
  const { name } = brand
  const answer = (ctx: Context, status: number, content: Page) =>
    show(ctx, { page, brand }, status, content)
  const message = (title: string, sentence: string) => messagePage(title, sentence, page.href, name)

  async function signIn(ctx: Context) {
    const action = ctx.path
    if (ctx.method !== 'POST') return answer(ctx, 200, signInPage({ name, action }))
    const form = await readForm(ctx.req)
    const email = emailIn(form)
    const password = form.get('password') ?? ''
    const problem = wrongEmail(email) ?? wrongPassword('password', password)
    if (problem) return answer(ctx, 400, signInPage({ name, action, email, problem }))

    const verdict = await accounts.signIn(email, password)
    if (verdict !== 'right') {
      const { status, text } = refusalOf(verdict)
      const problem = { field: 'password', text } as const
      return answer(ctx, status, signInPage({ name, action, email, problem }))
    }
    const accountId = accounts.find(email)
    if (accountId === undefined) throw new errors.SessionNotFound('the account was removed')
    const login = { accountId }
    ctx.status = 303
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login }))
  }

  async function changePassword(ctx: Context) {
    const action = ctx.path
    if (ctx.method !== 'POST') return answer(ctx, 200, changePasswordPage({ name, action }))
    const form = await readForm(ctx.req)
    const email = emailIn(form)
    const [current, next] = [form.get('current') ?? '', form.get('new') ?? '']
    const problem =
      wrongEmail(email) ?? wrongPassword('current', current) ?? wrongPassword('new', next)
    if (problem) return answer(ctx, 400, changePasswordPage({ name, action, email, problem }))

    const verdict = await accounts.changePassword(email, current, next)
    if (verdict !== 'right') {
      const { status, text } = refusalOf(verdict)
      const problem = { field: 'current', text } as const
      return answer(ctx, status, changePasswordPage({ name, action, email, problem }))
    }
    // Sessions stay, as reported of Cognito (amplify-js, issue 6559).
    const done =
      'Your password is changed. Places where you are signed in stay so: to end them all, press ' +
      `“Sign out everywhere” in ${name}.`
    answer(ctx, 200, message('Password changed', done))
  }

  /** Cognito's `/logout`, and the same by the standard's parameter name. */
  async function signOut(ctx: Context) {
    const { client_id: client, logout_uri, post_logout_redirect_uri } = ctx.query
    const to = logout_uri ?? post_logout_redirect_uri
    if (client !== clientId || to !== page.href) {
      const refused = 'Signing out may not lead to this address.'
      return answer(ctx, 400, message('This sign-out did not work', refused))
    }
    const session = await provider.Session.get(ctx)
    await session.destroy()
    ctx.cookies.set(provider.cookieName('session'), null)
    ctx.redirect(page.href)
  }

  return async (ctx: Context, next: () => Promise<void>) => {
    if (hasTooMany(ctx.querystring)) {
      const refused = `An address here has at most ${PARAMETERS_MAX} parameters.`
      return answer(ctx, 400, message('This sign-in did not work', refused))
    }
    if (ctx.method === 'POST' && isFromElsewhere(ctx.get('sec-fetch-site'))) {
      const isOurs = ctx.path === '/change-password' || ctx.path.startsWith('/login/')
      const refused = 'This form was sent by another page. Fill it in here.'
      if (isOurs) {
        return answer(ctx, 403, message('This form did not work', refused))
      }
    }
    const isForm = ctx.method === 'GET' || ctx.method === 'POST'
    if (isForm && ctx.path === '/change-password') return changePassword(ctx)
    if (ctx.method === 'GET' && ctx.path === '/logout') return signOut(ctx)
    if (!isForm || !/^\/login\/[\w-]+$/.test(ctx.path)) return next()
    try {
      // The cookie set with the redirect to here: no other site can post this form.
      const { uid } = await provider.interactionDetails(ctx.req, ctx.res)
      if (ctx.path !== `/login/${uid}`) throw new errors.SessionNotFound(`the sign-in is ${uid}`)
      await signIn(ctx)
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error
      const over = 'This sign-in took too long or was started elsewhere. Start it again.'
      answer(ctx, 400, message('This sign-in is over', over))
    }
  }
}

/** `Origin` cannot be used: browsers leave it out of a form whose page sends no referrer, like these. */
const isFromElsewhere = (site: string) => site === 'cross-site' || site === 'same-site'

/** E-mail and password have the same text, so that it does not tell which addresses are registered. */
const refusalOf = (verdict: Exclude<Verdict, 'right'>): { status: number; text: string } =>
  verdict === 'wrong'
    ? { status: 401, text: 'The e-mail or the password is not right.' }
    : {
        status: 429,
        text: `Too many wrong passwords. Try again ${inMinutes(verdict.lockedMinutes)}.`,
      }

const inMinutes = (minutes: number) => (minutes === 1 ? 'in 1 minute' : `in ${minutes} minutes`)

function wrongEmail(email: string): Problem | undefined {
  if (isEmail(email)) return undefined
  if (email === '') return { field: 'email', text: 'Enter your e-mail address.' }
  return { field: 'email', text: 'Enter an e-mail address such as ada@example.com.' }
}

const EMPTY_PASSWORD = {
  password: 'Enter your password.',
  current: 'Enter the password that you have now.',
  new: 'Enter a new password.',
} as const

function wrongPassword(field: keyof typeof EMPTY_PASSWORD, password: string): Problem | undefined {
  const { length } = password
  if (length >= PASSWORD_LENGTH_MIN && length <= PASSWORD_LENGTH_MAX) return undefined
  if (length === 0) return { field, text: EMPTY_PASSWORD[field] }
  const text = `A password has ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters.`
  return { field, text }
}

/** An address that is too long is cut, but stays too long, so that it is refused and not shown whole. */
const emailIn = (form: URLSearchParams) =>
  (form.get('email') ?? '')
    .trim()
    .slice(0, EMAIL_LENGTH_MAX + 1)
    .toLowerCase()

const hasTooMany = (parameters: string) =>
  parameters.split('&', PARAMETERS_MAX + 1).length > PARAMETERS_MAX

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    text += chunk
    if (text.length > FORM_BYTES_MAX) return new URLSearchParams()
  }
  return new URLSearchParams(hasTooMany(text) ? '' : text)
}

/** Send a page with its headers. */
export function show(
  ctx: Context,
  { page, brand }: { readonly page: URL; readonly brand: Brand },
  status: number,
  content: Page,
) {
  ctx.status = status
  ctx.set(pageHeaders(page.origin))
  ctx.type = 'html'
  ctx.body = render(content, brand)
}
