/**
 * `npm run sbom` writes `dist/sbom.json`: what of others is deployed, with versions and licences, in
 * CycloneDX, as npm itself tells it from what is installed. Needs no network.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }

const ROOT = resolve(import.meta.dirname, '..')
const FILE = join(ROOT, 'dist', 'sbom.json')

/**
 * What may be deployed without asking anybody: all let one use, change and keep to oneself. A licence
 * that asks for more belongs here only after somebody has read it.
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

/** Needed to deploy only, but of them CDK puts into the account what copies the page into its bucket. */
const DEPLOYED_BY_CDK = ['aws-cdk-lib', '@aws-cdk/asset-awscli-v1']

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

/** Everything of others that `npm run deploy` puts into the account, and that makes the page. */
export function sbom(): Sbom {
  const installed = npmSbom()
  const refs = deployedRefs(installed)
  return {
    ...installed,
    metadata: {
      ...installed.metadata,
      // npm names it after the folder that it was cloned into.
      component: { ...installed.metadata.component, name: packageJson.name },
    },
    components: installed.components.filter((one) => refs.has(one['bom-ref'])),
    dependencies: installed.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
  }
}

/**
 * What is reached from our `dependencies`. Not npm's `--omit=dev`: it leaves out what something for
 * development needs as well, and so half of the AWS SDK.
 */
function deployedRefs({ metadata, components, dependencies }: Sbom): Set<string> {
  const root = metadata.component['bom-ref']
  const named = (names: readonly string[]) =>
    components.filter(({ name }) => names.includes(name)).map((one) => one['bom-ref'])
  const dependsOn = new Map(dependencies.map((one) => [one.ref, one.dependsOn]))
  const ours = named(Object.keys(packageJson.dependencies))
  const reached = new Set((dependsOn.get(root) ?? []).filter((ref) => ours.includes(ref)))
  // A set goes on to what is added while it is gone through.
  for (const ref of reached) for (const next of dependsOn.get(ref) ?? []) reached.add(next)
  return new Set([root, ...reached, ...named(DEPLOYED_BY_CDK)])
}

/** A sentence for each component whose licence is missing or not one that we have agreed to. */
export function licenceProblems(components: readonly Component[]): string[] {
  return components.flatMap(({ name, version, licenses = [] }) => {
    const told = licenses.map(
      ({ license, expression }) => expression ?? license?.id ?? license?.name ?? '',
    )
    if (told.length === 0) return [`${name}@${version} tells no licence.`]
    const strange = told.filter((licence) => !isAllowed(licence))
    return strange.map((licence) => `${name}@${version} has the licence “${licence}”.`)
  })
}

/** One of several that may be chosen is enough; what is joined otherwise somebody has to read. */
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
