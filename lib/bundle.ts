/** The Lambdas made into what is deployed: one file each, with everything in it that it needs. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { buildSync, type Metafile } from 'esbuild'
import { consumers, lambdasOf, type Provider, triggers } from '../functions/routes.ts'

const ROOT = resolve(import.meta.dirname, '..')
const FOLDER = join(ROOT, '.cache', 'lambdas')

/**
 * Where the SDK looks for credentials after the environment, where Lambda always puts them. Left out,
 * they are a quarter of what a Lambda would have to load. Without credentials in the environment the
 * SDK would ask for the first of these and fail, as it should.
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
 * Bundle every Lambda that there is with this provider, each to `<folder>/<name>/index.mjs` with
 * nothing beside it.
 *
 * The same source gives the same bytes, wherever the checkout is, so an unchanged Lambda is not
 * deployed again. Who bundles at the same time as somebody else reads does no harm: a file that is
 * right is left alone, and another is replaced as a whole.
 *
 * @returns the folder
 */
export function bundleLambdas(provider: Provider, folder = join(FOLDER, provider)): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, contents] of lambdaBundles(provider).files) {
    const file = join(folder, name, 'index.mjs')
    if (stored(file)?.equals(contents)) continue
    const written = join(folder, `.${name}.${process.pid}`)
    writeFileSync(written, contents)
    mkdirSync(dirname(file), { recursive: true })
    renameSync(written, file)
  }
  return folder
}

/**
 * The bundle of every Lambda that there is with this provider by its name, and esbuild's account of what
 * is in each; writes nothing. What only another provider needs is in none of them.
 */
export function lambdaBundles(provider: Provider): {
  readonly files: ReadonlyMap<string, Buffer>
  readonly metafile: Metafile
} {
  const names = [...lambdasOf(provider), ...triggers, ...consumers]
  const { outputFiles, metafile } = bundle(
    names.map((name) => ({ in: `functions/handlers/${name}.ts`, out: `${name}/index` })),
    LEFT_OUT,
    { 'process.env.BUNDLED_PROVIDER': JSON.stringify(provider) },
  )
  const files = new Map(
    outputFiles.map(({ path, contents }) => [basename(dirname(path)), contents] as const),
  )
  return { files, metafile }
}

/**
 * Where a package that is not an ES module finds Node's own modules, which is how it asks for them:
 * esbuild leaves it a `require` that throws where there is none. Only what asks is given one.
 */
const REQUIRE = Buffer.from(
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
)

/** Bundle these as Lambdas are; also what Lambdas are compared with. Writes nothing. */
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
    // The SDK's ES modules, of which esbuild leaves out what is not used.
    mainFields: ['module', 'main'],
    external: leftOut,
    define,
    minify: true,
    // What is deployed to one's own account is not handed on, so nobody is owed the notices.
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
