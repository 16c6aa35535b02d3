import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { providers } from '../../functions/routes.ts'
import { lambdaBundles } from '../../lib/bundle.ts'
import { ALLOWED, LAPTOP_ONLY, licenceProblems, sbom } from '../../scripts/sbom.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Of the tree as it is installed. */
const real = sbom()
const named = real.components.map(({ name, version }) => `${name}@${version}`)

test('it is of this project, and names each package that is deployed, and Node for a laptop not', () => {
  expect(real).toMatchObject({
    bomFormat: 'CycloneDX',
    metadata: { component: { name: 'payfriend' } },
  })
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const [name, version] of Object.entries(dependencies)) {
    expect(named.includes(`${name}@${version}`)).toBe(!LAPTOP_ONLY.includes(name))
  }
  expect(named.filter((one) => /^(node-|typescript@|vitest@)/.test(one))).toEqual([])
})

test('everything that is deployed has a licence that was agreed to', () => {
  expect(real.components.length).toBeGreaterThan(30)
  expect(licenceProblems(real.components)).toEqual([])
})

test.each(providers)('what the Lambdas of %s really hold is named in it', (provider) => {
  const held = packagesIn(Object.keys(lambdaBundles({ provider }).metafile.inputs))
  expect(held.length).toBeGreaterThan(10)
  expect(held.filter((one) => !named.includes(one))).toEqual([])
})

test('what the page really holds is named in it', async () => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['web/start.ts', 'web/approve/startApprove.ts', 'web/approve/worker/sw.ts'],
    outdir: 'out',
    bundle: true,
    format: 'esm',
    metafile: true,
    write: false,
  })
  const held = packagesIn(Object.keys(metafile.inputs))
  const names = held.map((one) => one.replace(/@[\d.]+$/, ''))
  expect(names.sort()).toEqual(['oauth4webapi', 'uqr'])
  expect(held.filter((one) => !named.includes(one))).toEqual([])
})

test('what CDK itself puts into the account is named in it', () => {
  expect(named.filter((one) => /^(aws-cdk-lib|@aws-cdk\/asset-awscli-v1)@/.test(one))).toHaveLength(
    2,
  )
})

describe('a component', () => {
  const component = (...licenses: object[]) => ({
    name: 'some-package',
    version: '1.2.3',
    'bom-ref': 'some-package@1.2.3',
    licenses,
  })

  test.each([
    ['names no licence', component()],
    ['has a licence that nobody agreed to', component({ license: { id: 'GPL-3.0-only' } })],
    ['has a licence of its own making', component({ license: { name: 'SEE LICENSE IN FILE' } })],
    ['has two licences, one of them strange', component({ expression: '(MIT AND SSPL-1.0)' })],
    [
      'has a list with a strange one in it',
      component({ license: { id: 'MIT' } }, { license: { id: 'AGPL-3.0-only' } }),
    ],
  ])('that %s is refused by name', (_, one) => {
    expect(licenceProblems([one])).toEqual([expect.stringMatching(/^some-package@1\.2\.3 /)])
  })

  test.each([
    ...ALLOWED.map((id) => ({ license: { id } })),
    { expression: '(GPL-3.0-or-later OR MIT)' },
  ])('with %j is not', (licence) => {
    expect(licenceProblems([component(licence)])).toEqual([])
  })
})

/** `name@version` of each package that one of these files is of. */
function packagesIn(files: string[]): string[] {
  const folders = files.map(
    (file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? '',
  )
  return [...new Set(folders)]
    .filter((folder) => folder !== '')
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))
      return `${name}@${version}`
    })
}
