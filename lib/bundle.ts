/** Bundles the Lambdas for deployment: one file each, with everything that it needs. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { buildSync, type Metafile } from 'esbuild'
import { type Carriers, consumers, lambdasOf, triggers } from '../functions/routes.ts'
import { lambdaFiles } from './codeCache.ts'

const ROOT = resolve(import.meta.dirname, '..')
const FOLDER = join(ROOT, '.cache', 'lambdas')

/**
 * The SDK's further sources of credentials, left out because Lambda always puts them into the environment: they
 * would be a quarter of the code to load. Without credentials in the environment the SDK tries to load the first of
 * these and fails, as it should.
 */
export const LEFT_OUT = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
]

/**
 * Bundle every Lambda of a deployment with these providers, each to `<folder>/<name>/index.cjs`. No
 * other file lies beside it but, with `codeCache`, the script that it loads and V8's cache of that.
 *
 * The same source gives the same bytes, wherever the checkout is, so an unchanged Lambda is not
 * deployed again. Another process may read the folder meanwhile: an unchanged file is left alone, and a
 * changed one is replaced as a whole.
 *
 * @returns the folder
 */
export function bundleLambdas(
  { codeCache = false, ...carriers }: Carriers & { readonly codeCache?: boolean },
  folder = folderOf(carriers) + (codeCache ? '-cached' : ''),
): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, contents] of lambdaBundles(carriers).files) {
    const place = join(folder, name)
    mkdirSync(place, { recursive: true })
    store(place, lambdaFiles(name, contents, codeCache))
  }
  return folder
}

/** One for each provider, and for each change of provider. */
const folderOf = ({ provider, formerProvider }: Carriers) =>
  join(FOLDER, formerProvider ? `${provider}-after-${formerProvider}` : provider)

/**
 * The bundle of every Lambda of a deployment with these providers by its name, and esbuild's metafile; writes no
 * files. No bundle contains code that only another provider needs.
 */
export function lambdaBundles({ provider, formerProvider }: Carriers): {
  readonly files: ReadonlyMap<string, Buffer>
  readonly metafile: Metafile
} {
  const names = [...lambdasOf({ provider, formerProvider }), ...triggers, ...consumers]
  const { outputFiles, metafile } = bundle(
    names.map((name) => ({ in: `functions/handlers/${name}.ts`, out: `${name}/index` })),
    LEFT_OUT,
    {
      'process.env.BUNDLED_PROVIDER': JSON.stringify(provider),
      'process.env.BUNDLED_FORMER_PROVIDER': JSON.stringify(formerProvider ?? 'none'),
    },
  )
  const files = new Map(
    outputFiles.map(({ path, contents }) => [basename(dirname(path)), contents] as const),
  )
  return { files, metafile }
}

/**
 * Runs before all else in a bundle: zod compiles no schema (docs/adr/0027). It decides that when a schema is made, and
 * most are made while a Lambda loads, so its `z.config` would come too late.
 */
const FIRST = '"use strict";globalThis.__zod_globalConfig={jitless:true};'

/** Bundle these files as Lambdas are bundled; the bench also bundles its yardsticks with it. Writes no files. */
export function bundle(
  entryPoints: { in: string; out: string }[],
  leftOut = LEFT_OUT,
  define: Record<string, string> = {},
  format: 'cjs' | 'esm' = 'cjs',
): {
  readonly outputFiles: readonly { readonly path: string; readonly contents: Buffer }[]
  readonly metafile: Metafile
} {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: ROOT,
    entryPoints,
    outdir: FOLDER,
    outExtension: { '.js': format === 'cjs' ? '.cjs' : '.mjs' },
    bundle: true,
    // Not an ES module: in one, `import` of `node:http` reads all that it exports, and so loads the whole of Node's
    // `fetch`, a tenth of a cold start. A dynamic one would do the same.
    format,
    supported: { 'dynamic-import': format === 'esm' },
    platform: 'node',
    target: 'node24',
    // Prefer the SDK's ES modules, of which esbuild leaves out unused code.
    mainFields: ['module', 'main'],
    external: leftOut,
    banner: { js: FIRST },
    define,
    minify: true,
    // Deploying to one's own account is no distribution, so no licence asks for its notices in the bundle.
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const files = outputFiles.map(({ path, contents }) => ({ path, contents: inAscii(contents) }))
  return { outputFiles: files, metafile }
}

/**
 * Without a character beyond ASCII: one of them doubles what V8 reads of the file, and half as much time again is spent
 * on compiling it. esbuild escapes them everywhere but in regular expressions, where the same escapes are good.
 */
const inAscii = (contents: Uint8Array): Buffer =>
  Buffer.from(
    Buffer.from(contents)
      .toString()
      .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )

/** Make these the only files of the folder. An older version's would be deployed too, and perhaps run instead. */
function store(folder: string, files: Readonly<Record<string, Buffer>>) {
  for (const [name, contents] of Object.entries(files)) {
    const file = join(folder, name)
    if (stored(file)?.equals(contents)) continue
    const written = `${folder}.${process.pid}`
    writeFileSync(written, contents)
    renameSync(written, file)
  }
  for (const other of readdirSync(folder)) {
    if (!(other in files)) rmSync(join(folder, other), { recursive: true })
  }
}

function stored(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
