/** A bundle with V8's code cache beside it: it runs the script that lies there, and no code of another. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { lambdaBundles } from '../../lib/bundle.ts'
import { lambdaFiles } from '../../lib/codeCache.ts'

const root = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
afterAll(() => rmSync(root, { recursive: true }))

/** A bundle large enough to be cached, whose handler answers this. */
const bundleSaying = (answer: string) =>
  Buffer.from(
    `"use strict";exports.handler=async()=>say();function say(){return "${answer}"}\n` +
      `exports.fail=()=>{throw new Error("failed")};//${'x'.repeat(10_000)}`,
  )
const files = lambdaFiles('any', bundleSaying('ours'), true)

let folder: string
let made = 0
beforeEach(() => {
  made += 1
  folder = join(root, String(made))
  put(files)
})

function put(all: Readonly<Record<string, Buffer>>) {
  mkdirSync(folder, { recursive: true })
  for (const [name, contents] of Object.entries(all)) writeFileSync(join(folder, name), contents)
}

/** What a new process gets of the Lambda, and why its cache was refused. */
function started(script = 'handler().then(say)') {
  const program = `const say = (it) => console.log(JSON.stringify([it, process.env.CODE_CACHE_REFUSED ?? null]));
    const { handler, fail } = require('./index.cjs'); ${script}`
  return JSON.parse(
    execFileSync(process.execPath, ['-e', program], { cwd: folder, encoding: 'utf8' }),
  )
}

const flipped = (name: string, at: (length: number) => number) => {
  const contents = readFileSync(join(folder, name))
  const place = at(contents.length)
  contents[place] = (contents[place] ?? 0) ^ 1
  return { [name]: contents }
}
const digestOf = (name: string) =>
  execFileSync(process.execPath, [
    '-p',
    `require('crypto').hash('sha256',require('fs').readFileSync(${JSON.stringify(join(folder, name))}))`,
  ])
    .toString()
    .trim()

test('whole, the cache is taken', () => {
  expect(started()).toEqual(['ours', null])
})

test('a Lambda’s bundle gives the same bytes each time', () => {
  // V8 would compile other functions each time of a whole Lambda, though not of the few of a test.
  const name = 'profile'
  const bundle = lambdaBundles({ provider: 'none' }).files.get(name) ?? Buffer.alloc(0)
  const made = lambdaFiles(name, bundle, true)
  expect(made['bundle.cache']?.length).toBeGreaterThan(bundle.length)
  expect(lambdaFiles(name, bundle, true)).toEqual(made)
})

describe('the cache is refused with the reason, and the script that is there is run', () => {
  test('where the script is another one of the same length', () => {
    const { 'bundle.js': script = Buffer.alloc(0) } = lambdaFiles('any', bundleSaying('hers'), true)
    expect(script.length).toBe(files['bundle.js']?.length)
    put({ 'bundle.js': script })
    expect(started()).toEqual(['hers', 'the script is another'])
  })

  test('where a bit of the script is flipped', () => {
    put(flipped('bundle.js', () => files['bundle.js']?.indexOf('ours') ?? 0))
    expect(started()).toEqual(['nurs', 'the script is another'])
  })

  test('where a bit of the cache is flipped', () => {
    put(flipped('bundle.cache', (length) => length - 40))
    expect(started()).toEqual(['ours', 'the cache is another'])
  })

  test('where there is no cache', () => {
    unlinkSync(join(folder, 'bundle.cache'))
    expect(started()).toEqual(['ours', 'the file is missing'])
  })

  test('where another version of V8 made the cache', () => {
    const ours = digestOf('bundle.cache')
    // The second number of a cache is its V8's version.
    put(flipped('bundle.cache', () => 4))
    const loader = readFileSync(join(folder, 'index.cjs'), 'utf8')
    expect(loader).toContain(ours)
    put({ 'index.cjs': Buffer.from(loader.replace(ours, digestOf('bundle.cache'))) })
    expect(started()).toEqual(['ours', 'V8 refused it'])
  })
})

test('a stack trace names our file, and the place in it', () => {
  const [trace] = started('try { fail() } catch (error) { say(error.stack) }')
  expect(trace).toContain(`${join(folder, 'bundle.js')}:2:25`)
})

test('a small bundle is left as it is, and so is each without the setting', () => {
  const small = Buffer.from('exports.handler=()=>{}')
  expect(lambdaFiles('any', small, true)).toEqual({ 'index.cjs': small })
  expect(lambdaFiles('any', bundleSaying('ours'), false)).toEqual({
    'index.cjs': bundleSaying('ours'),
  })
})
