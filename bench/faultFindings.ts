/** What a run of the load with faults has to show, and what of it must not be. */
import type { Push } from '../local/phone/phonePush.ts'
import { growth } from './growth.ts'
import type { FaultyState, Injected } from './parts.ts'
import type { Seen } from './paying.ts'
import { flawOf, type Item } from './tableChecks.ts'

export type Run = {
  readonly seconds: number
  readonly seen: Seen
  /** The server's state every few seconds, after so many requests. */
  readonly memory: readonly (FaultyState & { readonly at: number; readonly requests: number })[]
  readonly injected: Injected
  readonly pushes: readonly Push[]
  /** The whole table, when all is over. */
  readonly items: readonly Item[]
}

/** Before this part of the run is over, caches fill. */
const WARM = 0.3
/** After a full collection: a kept request would be more. */
const HEAP_BYTES_PER_REQUEST_MAX = 500
/** As much as it may waver. */
const HEAP_WAVERS_MB = 2
/** Coarse, because the allocator gives pages back late; and before a minute it says nothing. */
const RSS_MB_PER_SECOND_MAX = 3
const RSS_SECONDS_MIN = 60
/** Of what was to be 5 %. */
const SHARE = { min: 0.03, max: 0.07 }
/** All that the ways of paying and the injected faults can come to. */
const EXPECTED =
  /^(start (200|201|500)|status (200|500)|cancel (200|500)|text (202|500|503)|verify (200|409|422|500|503))$/

/** The figures, line by line. */
export function figures(run: Run): string[] {
  const { seconds, seen, injected, pushes, items, memory } = run
  const latencies = [...seen.latenciesMs].map(([name, all]) => {
    const sorted = all.toSorted((a, b) => a - b)
    const p = (share: number) => Math.round(sorted[Math.floor(share * sorted.length)] ?? 0)
    const rate = String(Math.round(all.length / seconds)).padStart(5)
    return `${name.padEnd(8)} ${rate} a second, p50 ${p(0.5)} ms, p95 ${p(0.95)} ms, p99 ${p(0.99)} ms`
  })
  const { databaseCalls, throttled, givenUp, providerCalls, unavailable } = injected
  const answered = pushes.filter(({ callbacks }) => callbacks.length > 0)
  const twice = answered.filter(({ callbacks }) => callbacks.length > 1).length
  const statuses = [...seen.statuses].sort().map(([kind, times]) => `${kind}: ${times}`)
  const ends = [...Map.groupBy(items, ({ status }) => status)]
  const { heap, rss } = growths(run)
  const [first, last] = [memory.at(0), memory.at(-1)]
  return [
    ...latencies,
    '',
    `Answers: ${statuses.join(', ')}.`,
    `Injected: ${throttled} of ${databaseCalls} database calls throttled, after which the SDK gave up ${givenUp} times;`,
    `  ${unavailable} of ${providerCalls} provider calls 503; ${twice} of ${answered.length} callbacks sent twice.`,
    `${seen.told.size} payments were started, ${items.length} are stored: ${ends.map(([status, all]) => `${all.length} ${status}`).join(', ')}.`,
    `Memory: heap after collection ${first?.heapMb.toFixed(1)} to ${last?.heapMb.toFixed(1)} MB, ${Math.round(heap)} bytes a request;`,
    `  the process ${first?.rssMb.toFixed(0)} to ${last?.rssMb.toFixed(0)} MB, ${rss.toFixed(2)} MB a second.`,
  ]
}

/** A sentence for each thing that must not be. */
export function* findings(run: Run): Generator<string> {
  yield* ofPayments(run)
  yield* ofAnswers(run)
  const { heap, rss } = growths(run)
  const grownMb = (heap * (run.memory.at(-1)?.requests ?? 0)) / 2 ** 20
  if (heap > HEAP_BYTES_PER_REQUEST_MAX && grownMb > HEAP_WAVERS_MB) yield 'the heap grows'
  if (run.seconds >= RSS_SECONDS_MIN && rss > RSS_MB_PER_SECOND_MAX) yield 'the process grows'
}

function* ofPayments({ seen, items, pushes }: Run): Generator<string> {
  const stored = new Map(items.map((item) => [item.payment_id, item]))
  for (const [id, told] of seen.told) {
    const { status } = stored.get(id) ?? {}
    if (!status) yield `payment ${id} is lost`
    else if (told !== 'pending' && told !== status)
      yield `payment ${id} is ${status}, told: ${told}`
  }
  for (const change of seen.changed) yield `an end that did not stay: ${change}`
  for (const item of items) {
    const flaw = flawOf(item)
    if (flaw) yield `payment ${item.payment_id}: ${flaw}`
  }
  const paymentOf = ({ hiddenDetails }: Push) => hiddenDetails?.payment_id ?? ''
  for (const push of pushes.filter(({ answer }) => answer !== null)) {
    const { status } = stored.get(paymentOf(push)) ?? {}
    if (status !== push.answer?.decision) {
      yield `payment ${paymentOf(push)} is ${status}, and was ${push.answer?.decision} by push`
    }
  }
  for (const [id, all] of Map.groupBy(pushes, paymentOf)) {
    if (all.length > 1) yield `payment ${id} was pushed ${all.length} times`
  }
}

/** The SDK tries a throttled call three times, so only where it gave up may there be a 500. */
function* ofAnswers({ seen, injected }: Run): Generator<string> {
  const { givenUp, throttled, databaseCalls, unavailable, providerCalls } = injected
  const many = (status: number) =>
    [...seen.statuses]
      .filter(([kind]) => kind.endsWith(` ${status}`))
      .reduce((sum, [, times]) => sum + times, 0)
  if (many(500) > givenUp) yield `${many(500)} times 500, and the SDK gave up ${givenUp} times`
  if (many(503) > unavailable) yield `${many(503)} times 503, of which ${unavailable} were injected`
  const shares = { throttles: throttled / databaseCalls, 503: unavailable / providerCalls }
  for (const [what, share] of Object.entries(shares)) {
    if (share < SHARE.min || share > SHARE.max) yield `${(share * 100).toFixed(1)} % of ${what}`
  }
  const others = [...seen.statuses.keys()].filter((kind) => !EXPECTED.test(kind))
  if (others.length > 0) yield `answers that nobody expects: ${others.join(', ')}`
}

function growths({ memory, seconds }: Run) {
  const warm = memory.filter(({ at }) => at > seconds * WARM)
  return {
    heap: growth(warm.map(({ requests, heapMb }) => [requests, heapMb * 2 ** 20])),
    rss: growth(warm.map(({ at, rssMb }) => [at, rssMb])),
  }
}
