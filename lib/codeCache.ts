/**
 * V8's code cache beside a bundle: the functions that a first request needs, compiled when the bundle is made and not
 * when a Lambda starts. Only the same V8, built the same way, takes it; any other ignores it (docs/adr/0102).
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MAKER = join(import.meta.dirname, 'warmCache.ts')
/** The function that Node puts around a CommonJS file, so that the file itself is one script. */
const PREFIX = '(function(exports,require,module,__filename,__dirname){'
const MAKING_MS_MAX = 60_000
/** A smaller bundle starts faster without a second file. */
const MIN_BYTES = 10_000

/** The files of the Lambda of this name: its bundle alone or, with `cached`, the bundle, its code cache, and a loader as `index.cjs`. */
export function lambdaFiles(
  name: string,
  bundle: Buffer,
  cached: boolean,
): Readonly<Record<string, Buffer>> {
  if (!cached || bundle.length < MIN_BYTES) return { 'index.cjs': bundle }
  const script = Buffer.concat([Buffer.from(PREFIX), bundle, Buffer.from('\n})')])
  const cache = codeCacheOf(name, script)
  // The loader last: it knows the digests of the other two.
  return { 'bundle.js': script, 'bundle.cache': cache, 'index.cjs': loaderOf(script, cache) }
}

/** The cache after one request (`warmCache.ts`), the same bytes for the same script: that is what `--predictable` is for. */
function codeCacheOf(name: string, script: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'payfriend-cache-'))
  try {
    const [from, to] = [join(folder, 'bundle.js'), join(folder, 'bundle.cache')]
    writeFileSync(from, script)
    const flags = ['--predictable', '--no-warnings']
    // What goes wrong there is one sentence on the error output.
    const stdio = ['ignore', 'ignore', 'inherit'] as const
    const options = { env: {}, stdio: [...stdio], timeout: MAKING_MS_MAX }
    execFileSync(process.execPath, [...flags, MAKER, from, to, name], options)
    return readFileSync(to)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * What Lambda loads. V8 itself takes a cache that was made from another script of the same length, and runs what is in
 * it; so both files are compared with their digests before V8 gets the cache. Without it the script runs all the same,
 * and why it had to is left for `functions/observe.ts` to tell. That stops nobody who can change the files: a changed script
 * runs too.
 */
const loaderOf = (script: Buffer, cache: Buffer): Buffer =>
  Buffer.from(`'use strict'
const { readFileSync } = require('node:fs')
const { hash } = require('node:crypto')
const { Script } = require('node:vm')
const filename = __dirname + '/bundle.js'
const script = readFileSync(filename)
let cachedData, refused
try {
  const cache = readFileSync(__dirname + '/bundle.cache')
  if (hash('sha256', script) !== '${sha256(script)}') refused = 'the script is another'
  else if (hash('sha256', cache) !== '${sha256(cache)}') refused = 'the cache is another'
  else cachedData = cache
} catch {
  refused = 'the file is missing'
}
const compiled = new Script(script.latin1Slice(), { filename, columnOffset: -${PREFIX.length}, cachedData })
if (compiled.cachedDataRejected) refused = 'V8 refused it'
if (refused) process.env.CODE_CACHE_REFUSED = refused
compiled.runInThisContext()(exports, require, module, filename, __dirname)
`)

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
