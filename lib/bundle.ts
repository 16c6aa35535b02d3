/** Bundles the Lambdas for deployment: one file each, with everything that it needs. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { buildSync, type Metafile } from 'esbuild'
import { type Carriers, consumers, lambdasOf, triggers } from '../functions/routes.ts'

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
 * Bundle every Lambda of a deployment with these providers, each to `<folder>/<name>/index.mjs` with no other file beside it.
 *
 * The same source gives the same bytes, wherever the checkout is, so an unchanged Lambda is not
 * deployed again. Another process may read the folder meanwhile: an unchanged file is left alone, and a
 * changed one is replaced as a whole.
 *
 * @returns the folder
 */
export function bundleLambdas(carriers: Carriers, folder = folderOf(carriers)): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, contents] of lambdaBundles(carriers).files) {
    const file = join(folder, name, 'index.mjs')
    if (stored(file)?.equals(contents)) continue
    const written = join(folder, `.${name}.${process.pid}`)
    writeFileSync(written, contents)
    mkdirSync(dirname(file), { recursive: true })
    renameSync(written, file)
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
 * Defines `require` for packages that are CommonJS and load Node's own modules with it: without it esbuild's
 * substitute would throw. Only bundles that call `require` get this line.
 */
const REQUIRE = Buffer.from(
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
)

/** Bundle these files as Lambdas are bundled; the bench also bundles its yardsticks with it. Writes no files. */
export function bundle(
  entryPoints: { in: string; out: string }[],
  leftOut = LEFT_OUT,
  define: Record<string, string> = {},
): {
  readonly outputFiles: readonly { readonly path: string; readonly contents: Buffer }[]
  readonly metafile: Metafile
} {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: ROOT,
    entryPoints,
    outdir: FOLDER,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Prefer the SDK's ES modules, of which esbuild leaves out unused code.
    mainFields: ['module', 'main'],
    external: leftOut,
    define,
    minify: true,
    // Deploying to one's own account is no distribution, so no licence asks for its notices in the bundle.
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const requiring = Object.entries(metafile.outputs)
    .filter(([, { imports }]) => imports.some(({ kind }) => kind === 'require-call'))
    .map(([path]) => resolve(ROOT, path))
  const files = outputFiles.map(({ path, contents }) => ({
    path,
    contents: Buffer.concat(requiring.includes(path) ? [REQUIRE, contents] : [contents]),
  }))
  return { outputFiles: files, metafile }
}

function stored(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
