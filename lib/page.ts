/** The files and headers of the page and of the phone's page: the same on CloudFront and on a laptop. */
import { readFileSync } from 'node:fs'
import { basename, extname, join, relative, resolve, sep } from 'node:path'
import { buildSync, type Metafile } from 'esbuild'
import { browsersSentence, pageTarget } from './browsers.ts'
import { phonePlans } from './phonePlans.ts'

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

const WEB = resolve(import.meta.dirname, '../web')

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
}

/** Of the phone's page on a home screen, made from icon.svg by `npm run icons`. */
const ICONS = ['icon-192.png', 'icon-512.png', 'icon-maskable.png']

/** Bundle `web/`. The result is the same for CloudFront and a laptop. */
export function bundlePage(): Page {
  // The phone's page is one file, because it shares too little with the other to ask for more of them.
  const builds = [
    bundle(['start.ts', 'style.css', 'icon.svg', ...ICONS], { splitting: true }),
    bundle(['approve/startApprove.ts'], { splitting: false }),
  ]
  const outputFiles = builds.flatMap((build) => build.outputFiles)
  const outputs = Object.assign({}, ...builds.map(({ metafile }) => metafile.outputs)) as Outputs
  const out = join(WEB, 'out')
  const files = new Map<string, PageFile>()
  for (const { path, contents } of outputFiles) {
    const type = Object.entries(TYPES).find(([extension]) => extension === extname(path))?.[1]
    if (type === undefined) throw new Error(`no content type for ${path}`)
    const name = `/${relative(out, path).split(sep).join('/')}`
    files.set(name, { body: Buffer.from(contents), type, immutable: true })
  }
  const bundled = new Map(
    Object.entries(outputs).map(([path, { entryPoint }]) => [
      entryPoint ?? sourceOf(path),
      `/${relative('out', path).split(sep).join('/')}`,
    ]),
  )
  for (const name of ['index.html', 'approve.html']) {
    const html = pointTo(readFileSync(join(WEB, name), 'utf8'), bundled).replace(
      /( *<link rel="modulepreload" href=")\/([^"]+)(" \/>)/,
      (_, before, path, after) =>
        loadedWith(`out/${path}`, outputs)
          .map((one) => `${before}/${relative('out', one)}${after}`)
          .join('\n'),
    )
    const body = Buffer.from(html.replace('{browsers}', browsersSentence))
    files.set(`/${name}`, { body, type: 'text/html; charset=utf-8', immutable: false })
  }
  const manifest = pointTo(readFileSync(join(WEB, 'approve.webmanifest'), 'utf8'), bundled)
  files.set('/approve.webmanifest', {
    body: Buffer.from(manifest),
    type: 'application/manifest+json',
    immutable: false,
  })
  files.set(WORKER_PATH, { body: workerScript(), type: TYPES['.js'], immutable: false })
  // The provider gets this address for its pushes, so it must not change.
  const logo = readFileSync(join(WEB, 'logo.png'))
  files.set('/logo.png', { body: logo, type: 'image/png', immutable: false })
  return files
}

type Outputs = Metafile['outputs']

function bundle(entryPoints: string[], { splitting }: { splitting: boolean }) {
  return buildSync({
    absWorkingDir: WEB,
    entryPoints,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    outdir: 'out',
    bundle: true,
    splitting,
    format: 'esm',
    target: pageTarget,
    minify: true,
    loader: { '.png': 'copy', '.svg': 'copy' },
    define: { PHONE_PLANS: JSON.stringify(JSON.stringify(phonePlans())) },
    // Their licences require their notices in every copy.
    banner: {
      js:
        '/*! Payfriend has oauth4webapi, Copyright (c) Filip Skokan, and uqr, Copyright (c) Project Nayuki, ' +
        '(c) 2023 Anthony Fu, MIT License; and numbering plans of libphonenumber, Copyright (c) Google, Apache License 2.0, ' +
        'by way of libphonenumber-js, Copyright (c) @catamphetamine, MIT License */',
    },
    metafile: true,
    write: false,
  })
}

/** A file and all that it cannot begin without: a browser that asks for them one after another is late. */
function loadedWith(path: string, outputs: Outputs, known: string[] = []): string[] {
  if (known.includes(path)) return known
  return (outputs[path]?.imports ?? [])
    .filter(({ kind }) => kind === 'import-statement')
    .reduce((found, { path }) => loadedWith(path, outputs, found), [...known, path])
}

/** esbuild lists no entry point for a copied file, so its source is found by removing the hash from its name. */
function sourceOf(path: string): string {
  return basename(path).replace(/-[^-]+(\.\w+)$/, '$1')
}

/**
 * Replace every relative address in a page or manifest by that of the bundled file. What begins with `/` is left as
 * it is.
 */
function pointTo(text: string, bundled: ReadonlyMap<string, string>): string {
  return text.replace(
    /((?:src|href)=|"src": )"([^"/][^"]*)"/g,
    (_, before: string, source: string) => {
      const path = bundled.get(source)
      if (path === undefined) throw new Error(`${source} is named and not bundled`)
      return `${before}"${path}"`
    },
  )
}

/** A script of its own and alone, because a browser compares its bytes to find out whether it is new. */
function workerScript(): Buffer {
  const { outputFiles } = buildSync({
    absWorkingDir: WEB,
    entryPoints: ['approve/worker/sw.ts'],
    bundle: true,
    format: 'iife',
    target: pageTarget,
    minify: true,
    write: false,
  })
  return Buffer.concat(outputFiles.map(({ contents }) => contents))
}
