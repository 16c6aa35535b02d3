/** `npm start` installs only `dependencies`: the commands beside it have to start with these. */
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { CannotLook, installed } from '../../scripts/checks/cannotLook.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** The packages that a program loads before it does anything. */
async function packagesOf(file: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [file],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: 'out',
  })
  const seen = new Set<string>()
  const packages = new Set<string>()
  const visit = (input: string) => {
    if (seen.has(input)) return
    seen.add(input)
    for (const { path, kind, external } of metafile.inputs[input]?.imports ?? []) {
      if (kind === 'dynamic-import') continue
      if (!external) visit(path)
      else if (!path.startsWith('node:')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path)
    }
  }
  visit(file)
  return [...packages]
}

test.each(['scripts/payer.ts', 'scripts/evidence/evidence.ts', 'scripts/evidence/archiveMend.ts'])(
  '%s starts with what `npm start` installs',
  async (file) => {
    const packages = await packagesOf(file)
    expect(packages.length).toBeGreaterThan(3)
    expect(packages.filter((name) => !(name in packageJson.dependencies))).toEqual([])
  },
)

test('what asks AWS is named as missing where it is not installed', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  await expect(installed(Promise.reject(missing))).rejects.toThrow(CannotLook)
  await expect(installed(Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError)
})
