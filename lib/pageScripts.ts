/** The scripts of both pages and of the worker, made of `web/` by esbuild. */
import { relative, resolve } from 'node:path'
import { buildSync, type Metafile } from 'esbuild'
import { pageTarget } from './browsers.ts'
import { phonePlans } from './phonePlans.ts'

export const WEB = resolve(import.meta.dirname, '../web')

/** What esbuild made, by path. */
export type Outputs = Metafile['outputs']

/** Bundle these files of `web/`, with `define` in place of names; with `splitting`, what is imported later is a file. */
export function bundle(
  entryPoints: string[],
  { define, splitting }: { define: Readonly<Record<string, string>>; splitting: boolean },
) {
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
    define: { ...define, PHONE_PLANS: JSON.stringify(JSON.stringify(phonePlans())) },
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

/** The html with a link to each file that its script cannot begin without. */
export const withPreloads = (html: string, outputs: Outputs): string =>
  html.replace(/( *<link rel="modulepreload" href=")\/([^"]+)(" \/>)/, (_, before, path, after) =>
    loadedWith(`out/${path}`, outputs)
      .map((one) => `${before}/${relative('out', one)}${after}`)
      .join('\n'),
  )

/** A file and all that it cannot begin without: a browser that asks for them one after another is late. */
function loadedWith(path: string, outputs: Outputs, known: string[] = []): string[] {
  if (known.includes(path)) return known
  return (outputs[path]?.imports ?? [])
    .filter(({ kind }) => kind === 'import-statement')
    .reduce((found, { path }) => loadedWith(path, outputs, found), [...known, path])
}

/** A script of its own and alone, because a browser compares its bytes to find out whether it is new. */
export function workerScript(define: Record<string, string>): Buffer {
  const { outputFiles } = buildSync({
    absWorkingDir: WEB,
    entryPoints: ['approve/worker/sw.ts'],
    bundle: true,
    format: 'iife',
    target: pageTarget,
    minify: true,
    define,
    write: false,
  })
  return Buffer.concat(outputFiles.map(({ contents }) => contents))
}
