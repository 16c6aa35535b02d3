/** `scripts/ensureInstalled.mjs`, in a folder with an npm that only says with what it was called. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SCRIPT = resolve(import.meta.dirname, '../../scripts/ensureInstalled.mjs')
const one = { version: '1.0.0', integrity: 'sha512-one' }
const LOCKED = {
  'node_modules/one': one,
  'node_modules/tool': { version: '2.0.0', integrity: 'sha512-tool', dev: true },
  'node_modules/other-machine': { version: '3.0.0', integrity: 'sha512-x', optional: true },
}
const { 'node_modules/other-machine': _, ...HERE } = LOCKED

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'node_modules'))
  const packages = { '': { name: 'payfriend' }, ...LOCKED }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }))
  writeFileSync(join(folder, 'bin/npm'), '#!/bin/sh\necho "$@" > called\n', { mode: 0o755 })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** With what npm was called, if it was, when this was installed before. */
function callOf(installed: object | undefined, ...args: string[]) {
  if (installed) {
    const note = JSON.stringify({ packages: installed })
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), note)
  }
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` }
  const { status } = spawnSync(process.execPath, [SCRIPT, ...args], { cwd: folder, env })
  expect(status).toBe(0)
  const called = join(folder, 'called')
  return existsSync(called) ? readFileSync(called, 'utf8').split(' ')[0] : undefined
}

test('what was installed with options of one’s own is not installed again', () => {
  expect(callOf(HERE)).toBeUndefined()
})

test('what starting needs is enough to start, and for nothing else', () => {
  expect(callOf({ 'node_modules/one': one }, 'start')).toBeUndefined()
  expect(callOf({ 'node_modules/one': one })).toBe('ci')
})

test.each([
  ['nothing', undefined],
  ['another version', { ...HERE, 'node_modules/one': { ...one, version: '0.9.0' } }],
  ['another content', { ...HERE, 'node_modules/one': { ...one, integrity: 'sha512-two' } }],
])('where there is %s, all is installed', (_, installed) => {
  expect(callOf(installed)).toBe('ci')
})
