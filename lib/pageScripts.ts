/** The scripts, style and pictures of the two pages, bundled. */
import { readdirSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { buildSync, type Metafile } from 'esbuild'
import { pageTarget } from './browsers.ts'
import { phonePlans } from './phonePlans.ts'

/** Where the pages are written. */
export const WEB = resolve(import.meta.dirname, '../web')

/** Of the phone's page on a home screen, made from icon.svg by `npm run icons`. */
const ICONS = ['icon-192.png', 'icon-512.png', 'icon-maskable.png']

export type Bundle = {
  /** By path, e.g. `/assets/start-ABCDEFGH.js`: named by its content. */
  readonly files: ReadonlyMap<string, Buffer>
  /** The path of the file that was made from this source, e.g. `start.ts`. */
  readonly pathOf: (source: string) => string
  /** That path, and those of all files that it cannot begin without. */
  readonly loadedWith: (source: string) => readonly string[]
}

/**
 * Bundle what both pages load. Each page is bundled by itself, so that a change of one leaves the other's files in the
 * browsers that have them.
 *
 * @param define what the build puts in place of a name, as JSON
 * @param words a folder of another language's words
 */
export function bundleScripts(define: Readonly<Record<string, string>>, words?: string): Bundle {
  const builds = [
    // What few payers need is a file of its own, which the page asks for when it is needed.
    bundle(['start.ts', 'style.css', 'icon.svg', ...ICONS], define, words),
    bundle(['approve/startApprove.ts'], define, words),
  ]
  const out = join(WEB, 'out')
  const outputs: Metafile['outputs'] = Object.assign(
    {},
    ...builds.map(({ metafile }) => metafile.outputs),
  )
  const files = new Map(
    builds
      .flatMap(({ outputFiles }) => outputFiles)
      .map(({ path, contents }) => {
        const { inputs = {} } = outputs[served(relative(WEB, path)).slice(1)] ?? {}
        return [served(relative(out, path)), Buffer.concat([noticesFor(inputs), contents])]
      }),
  )
  const paths = new Map(
    Object.entries(outputs).map(([path, { entryPoint }]) => [entryPoint ?? sourceOf(path), path]),
  )
  function outputOf(source: string): string {
    const path = paths.get(source)
    if (path === undefined) throw new Error(`${source} is named and not bundled`)
    return path
  }
  return {
    files,
    pathOf: (source) => served(relative('out', outputOf(source))),
    loadedWith: (source) =>
      [...closureOf(outputOf(source), outputs)].map((path) => served(relative('out', path))),
  }
}

/** A script of its own and alone, because a browser compares its bytes to find out whether it is new. */
export function workerScript(define: Readonly<Record<string, string>>, words?: string): Buffer {
  const { outputFiles } = buildSync({
    absWorkingDir: WEB,
    entryPoints: ['approve/worker/sw.ts'],
    bundle: true,
    format: 'iife',
    target: pageTarget,
    minify: true,
    define,
    alias: inPlaceOfEnglish(words),
    write: false,
  })
  return Buffer.concat(outputFiles.map(({ contents }) => contents))
}

function bundle(
  entryPoints: string[],
  define: Readonly<Record<string, string>>,
  words: string | undefined,
) {
  return buildSync({
    absWorkingDir: WEB,
    entryPoints,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    outdir: 'out',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: pageTarget,
    minify: true,
    loader: { '.png': 'copy', '.svg': 'copy' },
    // Served as UTF-8, in which a curly quote is half as long as escaped.
    charset: 'utf8',
    define: { ...define, PHONE_PLANS: JSON.stringify(JSON.stringify(phonePlans())) },
    alias: inPlaceOfEnglish(words),
    // A part that is loaded later names openPage.ts and takes nothing from it, so that what both need stays in one file.
    // Otherwise esbuild cuts out a file for each set of parts that share something, and the page begins with six.
    logOverride: { 'ignored-bare-import': 'silent' },
    metafile: true,
    write: false,
  })
}

/** The files of a language by what the page imports. What is not in its folder stays English. */
const inPlaceOfEnglish = (folder: string | undefined): Record<string, string> =>
  folder === undefined
    ? {}
    : Object.fromEntries(readdirSync(folder).map((file) => [`#words/${file}`, join(folder, file)]))

/** Of what stands in a file by its source. Their licences require their notices in every copy. */
const NOTICES = {
  'node_modules/oauth4webapi/': 'oauth4webapi, Copyright (c) Filip Skokan, MIT License',
  'node_modules/uqr/': 'uqr, Copyright (c) Project Nayuki, (c) 2023 Anthony Fu, MIT License',
  'phonePlans.ts':
    'numbering plans of libphonenumber, Copyright (c) Google, Apache License 2.0, by way of libphonenumber-js, ' +
    'Copyright (c) @catamphetamine, MIT License',
}

/** A comment for the beginning of a file, or nothing if all in it is our own. */
function noticesFor(inputs: Readonly<Record<string, unknown>>): Buffer {
  const sources = Object.keys(inputs)
  const found = Object.entries(NOTICES)
    .filter(([part]) => sources.some((source) => source.includes(part)))
    .map(([, notice]) => notice)
  return Buffer.from(found.length === 0 ? '' : `/*! Payfriend has ${found.join('; ')} */\n`)
}

const served = (path: string): string => `/${path.split(sep).join('/')}`

/** A file and those that it cannot begin without, and so on: a browser that asked for one after another would be late. */
function closureOf(
  path: string,
  outputs: Metafile['outputs'],
  found: Set<string> = new Set(),
): ReadonlySet<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
    if (kind === 'import-statement') closureOf(imported, outputs, found)
  }
  return found
}

/** esbuild lists no entry point for a copied file, so its source is found by removing the hash from its name. */
function sourceOf(path: string): string {
  return basename(path).replace(/-[^-]+(\.\w+)$/, '$1')
}
