import { readFile } from 'node:fs/promises'
import { basename, extname, join, relative, resolve, sep } from 'node:path'
import { build } from 'esbuild'

/** The page as it is served: what every visitor gets, and what says where this one runs. */
export type Site = {
  /** By path, e.g. `/index.html`. */
  readonly files: ReadonlyMap<string, SiteFile>
  /** Served as `/config.json`. */
  readonly config: object
}

export type SiteFile = {
  readonly body: Buffer
  readonly type: string
  /** Named by its content, so that a browser may keep it for ever. */
  readonly immutable: boolean
}

const WEB = resolve(import.meta.dirname, '../../web')

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The page beside a configuration. */
export async function buildSite({ config }: { config: object }): Promise<Site> {
  return { files: await bundlePage(), config }
}

/** `web/` made into files: the same bytes wherever they are served from. */
export async function bundlePage(): Promise<ReadonlyMap<string, SiteFile>> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: WEB,
    entryPoints: ['start.ts', 'style.css', 'icon.svg'],
    entryNames: 'assets/[name]-[hash]',
    outdir: 'out',
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    loader: { '.svg': 'copy' },
    // Its licence asks to be named in every copy.
    banner: { js: '/*! With oauth4webapi, Copyright (c) Filip Skokan, MIT License */' },
    metafile: true,
    write: false,
  })
  const out = join(WEB, 'out')
  const files = new Map<string, SiteFile>()
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
  const html = pointTo(await readFile(join(WEB, 'index.html'), 'utf8'), bundled)
  const body = Buffer.from(html)
  files.set('/index.html', { body, type: 'text/html; charset=utf-8', immutable: false })
  // Shown in the push, so its address is given away and must stay.
  const logo = await readFile(join(WEB, 'logo.png'))
  files.set('/logo.png', { body: logo, type: 'image/png', immutable: false })
  return files
}

/** A copied file is no entry point to esbuild; its name is told by what the hash was added to. */
function sourceOf(path: string): string {
  return basename(path).replace(/-[^-]+(\.\w+)$/, '$1')
}

/** Replace every relative address in the page by the one that esbuild gave the file; `/` is a place. */
function pointTo(html: string, bundled: ReadonlyMap<string, string>): string {
  return html.replace(/(src|href)="([^"/][^"]*)"/g, (_, attribute: string, source: string) => {
    const path = bundled.get(source)
    if (path === undefined) throw new Error(`index.html names ${source}, which is not bundled`)
    return `${attribute}="${path}"`
  })
}
