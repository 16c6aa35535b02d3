/**
 * `npm run bench:alone`: the processor time of each function alone. The handler is called in this process with an
 * event; DynamoDB and the provider answer from memory, so that neither gateway nor engine nor network is in the figure. The
 * SDK is the real one, and each function writes its log and its metrics as in AWS.
 *
 * The processor time is that of the whole process: garbage collection and the compiler's threads belong to a function too.
 */
import type { Context } from 'aws-lambda'
import type { Handler } from '../local/api/gateway.ts'
import type { Event } from '../local/api/gatewayEvent.ts'
import { eventOf, type Request, type RouteName } from '../test/harness/event.ts'
import { startInMemory } from './inMemory.ts'
import { machine, tableOf } from './table.ts'

const CALLS = Number(process.env.CALLS ?? 3000)
const WARM_UP = 1000

/** The most milliseconds that a function may take; the others are told without a limit. */
const LIMITS_MS: Partial<Record<RouteName, number>> = {
  paymentStatus: 0.5,
  sendPayment: 1.5,
  authyCallback: 0.8,
}

const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 10_000 } as Context

const { routes, calls } = await silently(startInMemory)
const { heading, row } = tableOf(16, ['function', 'CPU ms', 'at most', 'DynamoDB', 'provider'])
console.log(`${machine()}; ${CALLS} calls each\n\n${heading}`)
for (const { name, handler, request, recording } of routes) {
  calls.replay(recording)
  const ms = await cpuMsOf(handler, name, request)
  const [tables, provider] = [recording.trips.flat().length, recording.provider.length]
  console.log(row(name, ms.toFixed(2), LIMITS_MS[name] ?? '', tables, provider))
}
calls.end()

async function cpuMsOf(handler: Handler, name: RouteName, request: Request): Promise<number> {
  const events = Array.from({ length: WARM_UP + CALLS }, () => eventOf(name, request) as Event)
  return silently(async () => {
    for (const event of events.slice(0, WARM_UP)) await call(handler, event)
    const before = process.cpuUsage()
    for (const event of events.slice(WARM_UP)) await call(handler, event)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000 / CALLS
  })
}

/** Writing the log line is part of the cost, but thousands of lines must not be printed. */
async function silently<T>(work: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process
  const writes = [stdout.write, stderr.write] as const
  stdout.write = stderr.write = () => true
  try {
    return await work()
  } finally {
    ;[stdout.write, stderr.write] = writes
  }
}

async function call(handler: Handler, event: Event) {
  calls.rewind()
  const result = await handler(event, context)
  if (typeof result !== 'object' || (result.statusCode ?? 200) >= 300) {
    throw new Error(`a function refused: ${JSON.stringify(result)}`)
  }
}
