/**
 * `npm run fuzz -- --seed N --requests 100000`: a hostile client against the running Payfriend, driven by
 * `openapi.json`. It stops at the first answer that breaks a rule, and prints how to repeat it.
 */
import '../test/fuzz/loud.ts'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { everyKind } from '../test/fuzz/apiFile.ts'
import { fuzz, startServers } from '../test/fuzz/fuzz.ts'
import { leaksIn, withoutAmount, withoutNewNumber } from '../test/fuzz/secrets.ts'
import { overhear } from '../test/harness/leaks.ts'

/** A leaked body or answer is larger; a payment's push and texts, which the pretend phone keeps, are smaller. */
const GROWTH_BYTES_MAX = 1000
/** The share of the run in which caches fill, so the heap is not measured. */
const WARM = 0.3

const { values } = parseArgs({
  options: { seed: { type: 'string' }, requests: { type: 'string', default: '100000' } },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const requests = Number(values.requests)
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(requests)) {
  console.error('npm run fuzz -- --seed N --requests N')
  process.exit(2)
}

const say = process.stdout.write.bind(process.stdout)
say(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}\n`,
)
say(`Seed ${seed}, ${requests} requests.\n`)

const written: string[] = []
const letGo = overhear(written)
const servers = await startServers()
const startedAt = performance.now()
const heap: [requests: number, bytes: number][] = []
let lines = 0
let heard: string[] = []
let leaks: unknown[] = []

const result = await fuzz({
  servers,
  seed,
  requests,
  witness: (_, text) => void heard.push(text),
  onBatch({ requests: made }) {
    leaks = leaksIn([...written, ...heard.map(withoutNewNumber)], servers)
    lines += written.length
    written.length = 0
    heard = []
    if (leaks.length > 0) return 'stop'
    globalThis.gc?.()
    heap.push([made, process.memoryUsage().heapUsed])
    const seconds = (performance.now() - startedAt) / 1000
    say(`\r${made} requests, ${Math.round(made / seconds)} a second, ${megabytes()} MB heap `)
    return 'go on'
  },
})
const seconds = (performance.now() - startedAt) / 1000
const stored = (
  await Promise.all(
    [servers.authy, servers.twilioVerify].flatMap((running) => [
      running.items('payments').then((items) => leaksIn(items.map(withoutAmount), servers)),
      running.items('users').then((items) => leaksIn(items, servers, ['number'])),
    ]),
  )
).flat()
await servers.close()
letGo()

const bytesPerRequest = growth(heap.filter(([made]) => made > requests * WARM))
const unseen = everyKind().filter((kind) => !result.kinds.has(kind) && !kind.endsWith(' message'))
console.log(`\n${result.requests} requests in ${Math.round(seconds)} s, ${lines} log lines.`)
console.log(`The heap grew by ${Math.round(bytesPerRequest)} bytes a request.`)
console.log(`${result.kinds.size} kinds of answers seen; not seen: ${unseen.join(', ')}.`)

const problems = [
  ...(result.failure
    ? [
        `${result.failure.message}\n\nThe scenario: ${JSON.stringify(result.failure.scenario, null, 1)}`,
        `Again: npm run fuzz -- --seed ${result.failure.seed} --requests 1`,
      ]
    : []),
  ...[...leaks, ...stored].slice(0, 5).map((leak) => `Written down: ${JSON.stringify(leak)}`),
  ...(globalThis.gc && bytesPerRequest > GROWTH_BYTES_MAX ? ['The memory grows.'] : []),
]
for (const problem of problems) console.error(`\n${problem}`)
process.exitCode = problems.length > 0 ? 1 : 0

function megabytes(): number {
  return Math.round((heap.at(-1)?.[1] ?? 0) / 2 ** 20)
}

/** The growth of a value: the slope of the straight line that fits its measurements best. */
function growth(measured: readonly (readonly [at: number, value: number])[]): number {
  const mean = (of: (pair: readonly [number, number]) => number) =>
    measured.reduce((sum, pair) => sum + of(pair), 0) / measured.length
  const [meanAt, meanValue] = [mean(([at]) => at), mean(([, value]) => value)]
  const spread = mean(([at]) => (at - meanAt) ** 2)
  return spread === 0 ? 0 : mean(([at, value]) => (at - meanAt) * (value - meanValue)) / spread
}
