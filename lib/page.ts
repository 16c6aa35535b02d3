/** The files and headers of the page and of the phone's page: the same on CloudFront and on a laptop. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { htmlWords } from '../web/words/htmlWords.ts'
import { type Brand, PAYFRIEND } from './brand.ts'
import { browsersSentence } from './browsers.ts'
import { type Bundle, bundleScripts, WEB, workerScript } from './pageScripts.ts'

export type PageFile = {
  readonly body: Buffer
  readonly type: string
  /** Named by its content, so that a browser may keep it for ever. */
  readonly immutable: boolean
}

/** By path, e.g. `/index.html`. */
export type Page = ReadonlyMap<string, PageFile>

/** How long a browser may keep a file without asking again. */
export const cacheControl = ({ immutable }: Pick<PageFile, 'immutable'>): string =>
  immutable ? 'public, max-age=31536000, immutable' : 'no-cache'

/** The path of the page on which a phone approves. */
export const APPROVE_PATH = '/approve.html'

/** The path of the worker that shows what rings. */
export const WORKER_PATH = '/sw.js'

/** The Trusted Types policy by which the phone's page makes the worker's address, and nothing else. */
const WORKER_POLICY = 'payfriend-sw'

/**
 * The headers of every answer but those of the phone's page.
 *
 * @param connect origins that the page's script may call besides its own: those of sign-in
 */
export const pageHeaders = ({ connect }: { connect: readonly string[] }) =>
  headersWith('payment=()', [
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ])

/**
 * The headers of the page on which a phone approves. Its script calls its own origin only, and may have the browser
 * itself show a payment.
 */
export const approveHeaders = () =>
  headersWith('payment=(self)', [
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${WORKER_POLICY}`,
  ])

const headersWith = (payment: string, rules: readonly string[]) => ({
  'content-security-policy': ["default-src 'none'", ...rules].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    `camera=(), geolocation=(), microphone=(), ${payment}, ` +
    'publickey-credentials-create=(self), publickey-credentials-get=(self)',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
})

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
}

/** What is served as it is written, but for its addresses and words. */
const DOCUMENTS = {
  'index.html': 'text/html; charset=utf-8',
  'approve.html': 'text/html; charset=utf-8',
  'approve.webmanifest': 'application/manifest+json',
}

/** The logo in the header of both pages. */
const LOGO_HEIGHT = 28

/** Another language than English. docs/guides/words.md says how to make one. */
export type Language = {
  /** A folder with files of words, each in place of the one of that name in `web/words/`. */
  readonly folder: string
  /** What stands in the HTML itself, by the service's name. */
  readonly html: (name: string) => ReturnType<typeof htmlWords> & { readonly browsers: string }
}

/** Bundle `web/` for a service of this brand. The result is the same for CloudFront and a laptop. */
export function bundlePage(brand: Brand = PAYFRIEND, language?: Language): Page {
  const { name, logo } = brand
  const define = { BRAND_NAME: JSON.stringify(name) }
  const bundle = bundleScripts(define, language?.folder)
  const files = new Map<string, PageFile>()
  for (const [path, body] of bundle.files) {
    const type = Object.entries(TYPES).find(([extension]) => extension === extname(path))?.[1]
    if (type === undefined) throw new Error(`no content type for ${path}`)
    files.set(path, { body, type, immutable: true })
  }
  let logoPath = bundle.pathOf('icon.svg')
  if (logo) {
    const digest = createHash('sha256').update(logo.body).digest('hex').slice(0, 8)
    logoPath = `/assets/logo-${digest}.${logo.type}`
    files.set(logoPath, { body: logo.body, type: TYPES[`.${logo.type}`], immutable: true })
  }
  const width = Math.round(LOGO_HEIGHT * (logo?.ratio ?? 1))
  const words = {
    ...htmlWords(name),
    browsers: browsersSentence(name),
    ...language?.html(name),
    logo: `<img src="${logoPath}" alt="" width="${width}" height="${LOGO_HEIGHT}" />`,
  }
  for (const [file, type] of Object.entries(DOCUMENTS)) {
    const source = readFileSync(join(WEB, file), 'utf8').replace(TAB_ICON, tabIcon(logo, logoPath))
    const text = filled(pointTo(source, bundle), words)
    files.set(`/${file}`, { body: Buffer.from(text), type, immutable: false })
  }
  const worker = workerScript(define, language?.folder)
  files.set(WORKER_PATH, { body: worker, type: TYPES['.js'], immutable: false })
  // The provider gets this address for its pushes, so it must not change.
  const pushed = logo?.type === 'png' ? logo.body : readFileSync(join(WEB, 'logo.png'))
  files.set('/logo.png', { body: pushed, type: TYPES['.png'], immutable: false })
  return files
}

const TAB_ICON = '<link rel="icon" href="icon.svg" type="image/svg+xml" />'

/** A logo that is wide and of pixels would be too small to be known there. */
function tabIcon(logo: Brand['logo'], path: string): string {
  const fits = logo !== undefined && (logo.type === 'svg' || logo.ratio === 1)
  return fits ? `<link rel="icon" href="${path}" type="${TYPES[`.${logo.type}`]}" />` : TAB_ICON
}

/** Put words in place of `{key}`. A name may have a `&`; a manifest has none of the words that are marked up. */
function filled(text: string, words: Readonly<Record<string, string>>): string {
  const isHtml = text.startsWith('<')
  const inLanguage = text.replace('<html lang="en">', '<html lang="{lang}" dir="{dir}">')
  return inLanguage.replace(/\{(\w+)\}/g, (_, key: string) => {
    const word = words[key]
    if (word === undefined) throw new Error(`{${key}} is named and has no words`)
    return isHtml && key !== 'logo' ? word.replaceAll('&', '&amp;') : word
  })
}

/**
 * Replace every relative address in a page or manifest by that of the bundled file. What begins with `/` is left as
 * it is. What is to be loaded before it is asked for brings all that it imports.
 */
function pointTo(text: string, { pathOf, loadedWith }: Bundle): string {
  return text
    .replace(
      /^( *<link rel="modulepreload" href=")([^"]+)(".*\n)/gm,
      (_, before: string, source: string, after: string) =>
        loadedWith(source)
          .map((path) => `${before}${path}${after}`)
          .join(''),
    )
    .replace(
      /((?:src|href)=|"src": )"([^"/][^"]*)"/g,
      (_, before: string, source: string) => `${before}"${pathOf(source)}"`,
    )
}
