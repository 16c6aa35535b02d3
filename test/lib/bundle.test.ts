import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { providers } from '../../functions/routes.ts'
import { bundle, bundleLambdas, lambdaBundles } from '../../lib/bundle.ts'
import { namesOf } from './synthesized.ts'

const folder = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(providers)('made for %s', (provider) => {
  const { files, metafile } = lambdaBundles({ provider })

  test('there is one of every Lambda that there is, and of no other', () => {
    expect([...files.keys()].sort()).toEqual(namesOf({ provider }).sort())
    expect(files.has('authyCallback')).toBe(provider === 'authy')
  })

  test('who reads input with zod has told it not to compile, though nobody imports that alone', () => {
    const having = (part: string) =>
      Object.entries(metafile.outputs)
        .filter(([, { inputs }]) =>
          Object.entries(inputs).some(
            ([path, { bytesInOutput }]) => path.includes(part) && bytesInOutput > 0,
          ),
        )
        .map(([path]) => path)
    expect(having('node_modules/zod/').length).toBeGreaterThan(5)
    expect(having('functions/adapters/settings.ts')).toEqual(having('node_modules/zod/'))
  })
})

describe('a package that is not an ES module', () => {
  writeFileSync(join(folder, 'old.cjs'), "exports.say = () => require('util').format('%s!', 'yes')")
  const asking = bundled('asking', "import { say } from './old.cjs'\nconsole.log(say())")

  test('finds Node’s own modules', () => {
    expect(execFileSync(process.execPath, [asking], { encoding: 'utf8' })).toBe('yes!\n')
  })
})

test('a bundle has no character beyond ASCII, and finds the same', () => {
  const letters = bundled('letters', "console.log(/^[„😀-😂]+$/u.test('„😁'), 'ä'.length)")
  expect(readFileSync(letters, 'latin1')).not.toMatch(/[^\0-\x7f]/)
  expect(execFileSync(process.execPath, [letters], { encoding: 'utf8' })).toBe('true 1\n')
})

test('what an older version left beside a bundle is not deployed', () => {
  const place = join(folder, 'bundled')
  bundleLambdas({ provider: 'none' }, place)
  writeFileSync(join(place, 'profile', 'index.mjs'), 'old')
  bundleLambdas({ provider: 'none' }, place)
  expect(readdirSync(join(place, 'profile'))).toEqual(['index.cjs'])
})

function bundled(name: string, text: string): string {
  const source = join(folder, `${name}.ts`)
  writeFileSync(source, text)
  const { outputFiles } = bundle([{ in: source, out: name }])
  const file = join(folder, `${name}.cjs`)
  writeFileSync(file, outputFiles[0]?.contents ?? '')
  return file
}
