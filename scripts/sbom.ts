/**
 * `npm run sbom` writes `dist/sbom.json`: the third-party packages that are deployed, with versions and licences, in
 * CycloneDX. npm lists them from `node_modules`, without the network.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }

const ROOT = resolve(import.meta.dirname, '..')
const FILE = join(ROOT, 'dist', 'sbom.json')

/**
 * Licences that need no review: all allow use and change without publishing. Add a licence with more
 * conditions only after reading it.
 */
export const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
]

/** Development packages from which CDK deploys the Lambda that copies the page into its bucket. */
const DEPLOYED_BY_CDK = ['aws-cdk-lib', '@aws-cdk/asset-awscli-v1']

/** Packages of the emulators that `npm start` runs: installed like what is deployed, and in no Lambda. */
export const LAPTOP_ONLY = ['dynalite', 'esbuild', 'oidc-provider', 'swagger-ui-dist']

export type Component = {
  readonly name: string
  readonly version: string
  readonly 'bom-ref': string
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string; readonly name?: string }
    readonly expression?: string
  }[]
}

type Sbom = {
  readonly bomFormat: string
  readonly metadata: {
    readonly component: { readonly name: string; readonly 'bom-ref': string }
  }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

/** All third-party packages in the Lambdas and the page that `npm run deploy` deploys. */
export function sbom(): Sbom {
  const installed = npmSbom()
  const refs = deployedRefs(installed)
  return {
    ...installed,
    metadata: {
      ...installed.metadata,
      // npm would use the name of the checkout's folder.
      component: { ...installed.metadata.component, name: packageJson.name },
    },
    components: installed.components.filter((one) => refs.has(one['bom-ref'])),
    dependencies: installed.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
  }
}

/**
 * The packages that our `dependencies` need, directly or not. Not npm's `--omit=dev`, which also leaves out
 * packages that a development package needs too, and so half of the AWS SDK.
 */
function deployedRefs({ metadata, components, dependencies }: Sbom): Set<string> {
  const root = metadata.component['bom-ref']
  const named = (names: readonly string[]) =>
    components.filter(({ name }) => names.includes(name)).map((one) => one['bom-ref'])
  const dependsOn = new Map(dependencies.map((one) => [one.ref, one.dependsOn]))
  const deployed = Object.keys(packageJson.dependencies).filter(
    (name) => !LAPTOP_ONLY.includes(name),
  )
  const ours = named(deployed)
  const reached = new Set((dependsOn.get(root) ?? []).filter((ref) => ours.includes(ref)))
  // Iterating a set includes values that are added meanwhile.
  for (const ref of reached) for (const next of dependsOn.get(ref) ?? []) reached.add(next)
  return new Set([root, ...reached, ...named(DEPLOYED_BY_CDK)])
}

/** A sentence for each component whose licence is missing or not in `ALLOWED`. */
export function licenceProblems(components: readonly Component[]): string[] {
  return components.flatMap(({ name, version, licenses = [] }) => {
    const told = licenses.map(
      ({ license, expression }) => expression ?? license?.id ?? license?.name ?? '',
    )
    if (told.length === 0) return [`${name}@${version} names no licence.`]
    const strange = told.filter((licence) => !isAllowed(licence))
    return strange.map((licence) => `${name}@${version} has the licence “${licence}”.`)
  })
}

/** Of licences joined by OR one allowed licence is enough; any other expression needs a review. */
const isAllowed = (licence: string) =>
  licence
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((one) => ALLOWED.includes(one))

function npmSbom(): Sbom {
  const args = ['sbom', '--sbom-format=cyclonedx', '--offline', '--loglevel=error']
  const text = execFileSync('npm', args, {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 2 ** 26,
  })
  return JSON.parse(text)
}

if (import.meta.main) {
  const all = sbom()
  const problems = licenceProblems(all.components)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else {
    mkdirSync(join(ROOT, 'dist'), { recursive: true })
    writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`)
    console.log(`dist/sbom.json names ${all.components.length} packages, each with its licence.`)
  }
}
