/** What is started cold: the bundle of each Lambda, without and with a code cache beside it, and the yardsticks. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { consumers, type Provider } from '../functions/routes.ts'
import { bundle, LEFT_OUT, lambdaBundles } from '../lib/bundle.ts'
import { lambdaFiles } from '../lib/codeCache.ts'

export const EMPTY = 'empty handler'
/** Its time is the unit of the ratios. */
export const SDK = 'SDK, one GetItem'
export const SDK_CUT = 'the same, bundled as ours'

/** All but our Lambdas, which have no variant with a code cache. */
export function isYardstick(name: string): boolean {
  return [EMPTY, SDK, SDK_CUT].includes(name)
}

/** The name of the same Lambda with V8's code cache beside its bundle. */
export function cachedOf(name: string): string {
  return `${name}, cached`
}

/**
 * Bundle everything for a provider, each to a folder of its name, and that of `cachedOf` its name.
 *
 * @returns the size of each bundle in bytes, without the cache
 */
export function writeBundles(folder: string, provider: Provider): ReadonlyMap<string, number> {
  const bundles = new Map<string, Buffer>([
    [EMPTY, Buffer.from('exports.handler=async()=>({});')],
    [SDK, sdkAlone([], 'esm')],
    [SDK_CUT, sdkAlone(LEFT_OUT, 'cjs')],
    // Without the consumers of streams, because no request waits for them.
    ...[...lambdaBundles({ provider }).files].filter(([name]) => !isConsumer(name)),
  ])
  for (const [name, contents] of bundles) {
    write(join(folder, name), { [name === SDK ? 'index.mjs' : 'index.cjs']: contents })
    if (!isYardstick(name)) write(join(folder, cachedOf(name)), lambdaFiles(name, contents, true))
  }
  return new Map([...bundles].map(([name, { length }]) => [name, length]))
}

function sdkAlone(leftOut: string[], format: 'esm' | 'cjs'): Buffer {
  const entry = { in: 'bench/coldSdk.ts', out: 'sdk/index' }
  const { outputFiles } = bundle([entry], leftOut, {}, format)
  return Buffer.from(outputFiles[0]?.contents ?? [])
}

function isConsumer(name: string) {
  return consumers.some((consumer) => consumer === name)
}

function write(place: string, all: Readonly<Record<string, Buffer>>) {
  mkdirSync(place)
  for (const [name, contents] of Object.entries(all)) writeFileSync(join(place, name), contents)
}
