/** What npm is let do: `npm ci` gets just what the lock file names, and runs nothing of it. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const read = (file: string) =>
  JSON.parse(readFileSync(join(resolve(import.meta.dirname, '..'), file), 'utf8'))

type Locked = {
  readonly version: string
  readonly resolved?: string
  readonly integrity?: string
  readonly inBundle?: boolean
  readonly hasInstallScript?: boolean
}

const locked: [string, Locked][] = Object.entries<Locked>(
  read('package-lock.json').packages,
).filter(([path]) => path !== '')

test('everything that is installed has a hash in the lock file, and no address of its own', () => {
  expect(locked.length).toBeGreaterThan(400)
  // The registry is the one of who installs; the hash says whether it gave the right thing. What is
  // bundled in another package comes with that and its hash.
  const loose = locked.filter(
    ([, { resolved, integrity, inBundle }]) =>
      !inBundle && (resolved !== undefined || !integrity?.startsWith('sha512-')),
  )
  expect(loose.map(([path]) => path)).toEqual([])
})

test('a package that wants to run something while it is installed is one that is told not to', () => {
  const wanting = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
  const { allowScripts } = read('package.json')
  expect(Object.values(allowScripts).filter((allowed) => allowed !== false)).toEqual([])
  expect(wanting.filter((name) => !(name in allowScripts))).toEqual([])
  expect(wanting.length).toBeGreaterThan(0)
})
