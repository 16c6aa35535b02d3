/** The page's files and headers: the same on CloudFront and on a laptop. */
import { readFileSync } from 'node:fs'
import { basename, extname, join, relative, resolve, sep } from 'node:path'
import { buildSync } from 'esbuild'
import { browsersSentence, pageTarget } from './browsers.ts'

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

/**
 * The headers of every answer.
 *
 * @param connect origins that the page's script may call besides its own: those of sign-in
 */
export const pageHeaders = ({ connect }: { connect: readonly string[] }) => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
})

const WEB = resolve(import.meta.dirname, '../web')

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Bundle `web/`. The result is the same for CloudFront and a laptop. */
export function bundlePage(): Page {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: WEB,
    entryPoints: ['start.ts', 'style.css', 'icon.svg'],
    entryNames: 'assets/[name]-[hash]',
    outdir: 'out',
    bundle: true,
    format: 'esm',
    target: pageTarget,
    minify: true,
    loader: { '.svg': 'copy' },
    // The licence of oauth4webapi requires its notice in every copy.
    banner: { js: '/*! With oauth4webapi, Copyright (c) Filip Skokan, MIT License */' },
    metafile: true,
    write: false,
  })
  const out = join(WEB, 'out')
  const files = new Map<string, PageFile>()
  for (const { path, contents } of outputFiles) {
    const type = TYPES[extname(path)]
    if (type === undefined) throw new Error(`no content type for ${path}`)
    const name = `/${relative(out, path).split(sep).join('/')}`
    files.set(name, { body: Buffer.from(contents), type, immutable: true })
  }
  const bundled = new Map(
    Object.entries(metafile.outputs).map(([path, { entryPoint }]) => [
      entryPoint ?? sourceOf(path),
      `/${relative('out', path).split(sep).join('/')}`,
    ]),
  )
  const html = pointTo(readFileSync(join(WEB, 'index.html'), 'utf8'), bundled)
  const body = Buffer.from(html.replace('{browsers}', browsersSentence))
  files.set('/index.html', { body, type: 'text/html; charset=utf-8', immutable: false })
  // The provider gets this address for its pushes, so it must not change.
  const logo = readFileSync(join(WEB, 'logo.png'))
  files.set('/logo.png', { body: logo, type: 'image/png', immutable: false })
  return files
}

/** esbuild lists no entry point for a copied file, so its source is found by removing the hash from its name. */
function sourceOf(path: string): string {
  return basename(path).replace(/-[^-]+(\.\w+)$/, '$1')
}

/** Replace every relative address in the page by that of the bundled file; `/` is left as it is. */
function pointTo(html: string, bundled: ReadonlyMap<string, string>): string {
  return html.replace(/(src|href)="([^"/][^"]*)"/g, (_, attribute: string, source: string) => {
    const path = bundled.get(source)
    if (path === undefined) throw new Error(`index.html names ${source}, which is not bundled`)
    return `${attribute}="${path}"`
  })
}
