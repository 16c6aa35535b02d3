/** Two clones of this repository, in folders of other names and depths, as two people would have them. */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The packages of the page, by whose place the bundler names its files; all others may be links. */
const OF_THE_PAGE = ['oauth4webapi', 'uqr']
const STAGES = {
  dev: {},
  prod: { archiveLock: { mode: 'governance', years: 5 }, provider: 'none' },
}

/** What `cdk synth` gives in a clone: each template, and each asset by its hash. */
function synthesized(name: string) {
  const clone = join(folder, name)
  for (const part of [
    'bin',
    'lib',
    'functions',
    'client',
    'web',
    'package.json',
    'tsconfig.json',
  ]) {
    cpSync(join(ROOT, part), join(clone, part), { recursive: true })
  }
  const packages = join(clone, 'node_modules')
  mkdirSync(packages)
  for (const one of readdirSync(join(ROOT, 'node_modules'))) {
    const [from, to] = [join(ROOT, 'node_modules', one), join(packages, one)]
    if (OF_THE_PAGE.includes(one)) cpSync(from, to, { recursive: true })
    else symlinkSync(from, to)
  }
  writeFileSync(join(clone, 'payfriend.json'), JSON.stringify(STAGES))
  const { PATH } = process.env
  const env = { PATH, CDK_OUTDIR: 'out', CDK_VALIDATION: 'false' }
  execFileSync(process.execPath, ['bin/payfriend.ts'], { cwd: clone, env, stdio: 'pipe' })
  const out = join(clone, 'out')
  return Object.keys(STAGES).map((stage) => {
    const read = (kind: string) =>
      JSON.parse(readFileSync(join(out, `Payfriend-${stage}.${kind}.json`), 'utf8'))
    return { template: read('template'), assets: Object.keys(read('assets').files).sort() }
  })
}

const CLONES = ['payfriend', 'somebody else/further/down'] as const

test('deploy the same: every asset has the same hash, and every template is the same', () => {
  const [one = [], other] = CLONES.map(synthesized)
  for (const { assets } of one) expect(assets.length).toBeGreaterThan(20)
  expect(other).toEqual(one)
})

/** The files of a Lambda that a clone makes with a code cache, by their names. */
function cached(name: string): unknown {
  const script = `const { lambdaBundles } = await import('./lib/bundle.ts')
    const { lambdaFiles } = await import('./lib/codeCache.ts')
    const bundle = lambdaBundles({ provider: 'none' }).files.get('profile')
    console.log(JSON.stringify(lambdaFiles('profile', bundle, true)))`
  const flags = ['--input-type=module', '--eval', script]
  const maxBuffer = 64 * 1024 ** 2
  return JSON.parse(
    execFileSync(process.execPath, flags, { cwd: join(folder, name), encoding: 'utf8', maxBuffer }),
  )
}

test('deploy the same code caches too', () => {
  const [one, other] = CLONES.map(cached)
  expect(one).toHaveProperty(['bundle.cache'])
  expect(other).toEqual(one)
})
