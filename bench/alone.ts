/**
 * `npm run bench:alone`: the processor time of each function alone. The handler is called in this process with an
 * event; DynamoDB and the provider answer from memory, so that neither gateway nor engine nor network is in the figure. The
 * SDK is the real one, and each function writes its log and its metrics as in AWS. Beside it stand the bare SDK and our client
 * of it (`tablesClient.ts`), which make the same calls and convert no attributes.
 *
 * The processor time is that of the whole process: garbage collection and the compiler's threads belong to a function too.
 * `RATIOS=FILE` writes the functions' times by the bare SDK's, for `npm run bench:check`.
 */
import { writeFileSync } from 'node:fs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Context } from 'aws-lambda'
import { tablesClient } from '../functions/adapters/dynamodb/tablesClient.ts'
import type { Handler } from '../local/api/gateway.ts'
import type { Event } from '../local/api/gatewayEvent.ts'
import { eventOf, type RouteName } from '../test/harness/event.ts'
import { bareCalls } from './bareCalls.ts'
import { startInMemory } from './inMemory.ts'
import { median } from './median.ts'
import { machine, tableOf } from './table.ts'

const CALLS = Number(process.env.CALLS ?? 3000)
const WARM_UP = 1000
/** Ours and the bare SDK's take turns, so that a busy second of the machine meets both. */
const ROUNDS = 5

/** The most milliseconds that a function may take; the others are told without a limit. */
const LIMITS_MS: Partial<Record<RouteName, number>> = {
  paymentStatus: 0.5,
  sendPayment: 1.5,
  authyCallback: 0.8,
}

const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 10_000 } as Context

const { routes, calls } = await silently(startInMemory)
const { heading, row } = tableOf(16, [
  'function',
  'CPU ms',
  'at most',
  'bare SDK',
  'our client',
  'ratio',
  'DynamoDB',
  'provider',
])
console.log(`${machine()}; ${CALLS} calls each\n\n${heading}`)
const settings = {
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: calls.tables,
}
const bare = new DynamoDBClient(settings)
// It takes the bare SDK's commands too, whose attributes are as they are sent.
const our = tablesClient(settings) as unknown as DynamoDBClient
const ratios: Record<string, number> = {}
for (const { name, handler, request, recording } of routes) {
  calls.replay(recording)
  const ours = (event: Event) => call(handler, event)
  const by = (client: DynamoDBClient) => {
    const again = bareCalls(client)
    return async () => {
      for (const trip of recording.trips) {
        await Promise.all(trip.map(({ operation, body }) => again(operation, body)))
      }
    }
  }
  const [sdk, client] = [by(bare), by(our)]
  const timed = (once: (event: Event) => Promise<void>, times: number) =>
    cpuMsOf(
      once,
      Array.from({ length: times }, () => eventOf(name, request) as Event),
    )
  for (const once of [ours, sdk, client]) await timed(once, WARM_UP)
  const rounds: { ms: number; sdkMs: number; clientMs: number }[] = []
  while (rounds.length < ROUNDS) {
    const ms = await timed(ours, CALLS / ROUNDS)
    const sdkMs = await timed(sdk, CALLS / ROUNDS)
    rounds.push({ ms, sdkMs, clientMs: await timed(client, CALLS / ROUNDS) })
  }
  const ms = median(rounds.map((round) => round.ms))
  const sdkMs = median(rounds.map((round) => round.sdkMs))
  const clientMs = median(rounds.map((round) => round.clientMs))
  const ratio = median(rounds.map((round) => round.ms / round.sdkMs))
  const [tables, provider] = [recording.trips.flat().length, recording.provider.length]
  const limit = LIMITS_MS[name] ?? ''
  const sdks = [sdkMs, clientMs, ratio].map((value) => value.toFixed(2))
  console.log(row(name, ms.toFixed(2), limit, ...sdks, tables, provider))
  ratios[name] = Math.round(1000 * ratio) / 1000
}
bare.destroy()
calls.end()
const { RATIOS } = process.env
if (RATIOS) writeFileSync(RATIOS, `${JSON.stringify(ratios)}\n`)

/** The processor's time for doing something once, which is done with each of these events. */
async function cpuMsOf(once: (event: Event) => Promise<void>, events: Event[]): Promise<number> {
  return silently(async () => {
    const before = process.cpuUsage()
    for (const event of events) {
      calls.rewind()
      await once(event)
    }
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000 / events.length
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
  const result = await handler(event, context)
  if (typeof result !== 'object' || (result.statusCode ?? 200) >= 300) {
    throw new Error(`a function refused: ${JSON.stringify(result)}`)
  }
}
