/** One measurement: load for some seconds, and what it took. */
import autocannon from 'autocannon'
import { anyOf, type Payer } from './payers.ts'
import { type Request, sendBy } from './requests.ts'
import type { UnderLoad } from './underLoad.ts'

export const SECONDS = Number(process.env.SECONDS ?? 5)
const WARM_UP = 200

export type Measured = {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Processor time of API, engine and pretend phone together, for one request. */
  readonly cpuMs: number
}

/** Send payments before anything is measured, because the first requests compile the code. */
export async function warmUp({ url }: Pick<UnderLoad, 'url'>, payers: readonly Payer[]) {
  const send = ({ path, ...request }: Request) => fetch(`${url}${path}`, request)
  await Promise.all(Array.from({ length: WARM_UP }, () => send(sendBy(anyOf(payers)))))
}

/** Send requests over so many connections, for `SECONDS` or so many; throws if one is refused or fails. */
export async function measure(
  { url, usage }: Pick<UnderLoad, 'url' | 'usage'>,
  connections: number,
  request: () => Request,
  amount?: number,
): Promise<Measured> {
  const before = await usage()
  const run = autocannon({
    url,
    connections,
    ...(amount === undefined ? { duration: SECONDS } : { amount }),
    requests: [{ setupRequest: (given) => ({ ...given, ...request() }) }],
  })
  // Its own duration is one of whole seconds where an amount is sent.
  const from = performance.now()
  let end = from
  run.on('response', () => {
    end = performance.now()
  })
  const { requests, latency, ...failed } = await run
  const after = await usage()
  if (failed.non2xx + failed.errors + failed.timeouts > 0) {
    throw new Error(`${failed.non2xx} requests were refused, ${failed.errors} failed`)
  }
  const cpuMs = (after.cpuMs - before.cpuMs) / requests.total
  const perSecond = (1000 * requests.total) / (end - from)
  return { perSecond, p50: latency.p50, p99: latency.p99, cpuMs }
}

export type Bare = Pick<Measured, 'perSecond' | 'cpuMs'>

/** How often a second something is done without the API, with the same concurrency, and what it costs the server. */
export async function measureBare(
  { usage }: Pick<UnderLoad, 'usage'>,
  connections: number,
  once: () => Promise<unknown>,
): Promise<Bare> {
  const before = await usage()
  const from = performance.now()
  const end = from + SECONDS * 1000
  let done = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        await once()
        done += 1
      }
    }),
  )
  const perSecond = (1000 * done) / (performance.now() - from)
  const after = await usage()
  return { perSecond, cpuMs: (after.cpuMs - before.cpuMs) / done }
}

/** The last of a list that has to be long enough for a measurement. */
export function taken<T>(from: T[]): T {
  const last = from.pop()
  if (last === undefined) throw new Error('the measurement took more than was prepared')
  return last
}
