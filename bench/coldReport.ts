/** What the cold starts took: as a table, and as the ratios of which a release keeps the last. */
import { availableParallelism, cpus } from 'node:os'
import { cachedOf, isYardstick, SDK } from './coldBundles.ts'
import { median } from './median.ts'

export type Took = {
  readonly ms: number
  /** The processor's time of the main thread. */
  readonly busyMs: number
}

/** Collects what each start took, by the name of the variant that was started. */
export function coldTimes() {
  const took = new Map<string, Took[]>()
  const medianOf = (name: string, what: keyof Took) =>
    median((took.get(name) ?? []).map((one) => one[what]))
  const ratioOf = (name: string, what: keyof Took) => medianOf(name, what) / medianOf(SDK, what)

  return {
    add(variant: string, one: Took) {
      took.set(variant, [...(took.get(variant) ?? []), one])
    },

    /** Print a row for each of these bundles, given by size, that was started. */
    print(sizes: ReadonlyMap<string, number>, of: { runs: number; provider: string }) {
      const { model = 'unknown processor' } = cpus()[0] ?? {}
      console.log(`\n${model}, ${availableParallelism()} cores, Node ${process.version}`)
      console.log(`Made for ${of.provider}. Process start to first answer, median of ${of.runs};`)
      console.log('busy: the processor’s time of its main thread.\n')
      console.log(row('Lambda', 'KB', 'ms', 'of SDK', 'cached', 'busy ms', 'of SDK', 'cached'))
      for (const [name, bytes] of sizes) {
        if (!took.has(name)) continue
        const cells = (['ms', 'busyMs'] as const).flatMap((what) => [
          medianOf(name, what).toFixed(0),
          ratioOf(name, what).toFixed(2),
          isYardstick(name) ? '' : ratioOf(cachedOf(name), what).toFixed(2),
        ])
        console.log(row(name, (bytes / 1000).toFixed(1), ...cells))
      }
    },

    /** The processor's time of each that was started by that of the SDK, without a cache. */
    ratios(names: Iterable<string>): Record<string, number> {
      const started = [...names].filter((name) => took.has(name))
      const rounded = (name: string) => Math.round(ratioOf(name, 'busyMs') * 1000) / 1000
      return Object.fromEntries(started.map((name) => [name, rounded(name)]))
    },
  }
}

function row(name: string, ...cells: string[]) {
  return `${name.padEnd(26)} ${cells.map((cell) => cell.padStart(8)).join(' ')}`
}
