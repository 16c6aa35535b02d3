/**
 * `npm run bench`: the processor time of each function alone, and how fast the local API is, compared with the database
 * engine alone for the same reads and writes. Figures are for one machine at one time: read them as ratios.
 *
 * `SECONDS` sets the length of each measurement, `CONNECTIONS` a list of other numbers of connections. `RATIOS=FILE`
 * writes the processor time of each request by the bare engine's for the same calls, for `npm run bench:check`.
 */
import '../local/environment.ts'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { Payment } from '../functions/core/payment.ts'
import { bareSends } from './bareSend.ts'
import {
  type Bare,
  type Measured,
  measure,
  measureBare,
  SECONDS,
  taken,
  warmUp,
} from './measuring.ts'
import { anyOf, newPayers, type Payer } from './payers.ts'
import { approve, fill as fillFor } from './pendingPayments.ts'
import { approvingCallback, sendBy, statusOf } from './requests.ts'
import { percent, tableOf } from './table.ts'
import { startUnderLoad } from './underLoad.ts'

const CONNECTIONS = (process.env.CONNECTIONS ?? '1,8,32,64').split(',').map(Number)
const PAYERS = 1000
const ROWS = [6_000, 100_000]

const { RATIOS } = process.env
const ratios: Record<string, number> = {}

const alone = new URL('./alone.ts', import.meta.url).pathname
if (!RATIOS) execFileSync(process.execPath, [alone], { stdio: 'inherit' })

const underLoad = await startUnderLoad()
const { store } = underLoad
const payers = await newPayers(underLoad, PAYERS)
let rows = 0
const { heading, row } = tableOf(30, [
  'what',
  'connections',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'CPU ms/request',
  'bare engine/s',
  'share',
])
console.log(
  `\n${SECONDS} s each; the load, the API and the engine share these cores.\n\n${heading}`,
)

await fill(ROWS[0] ?? 0)
await warmUp(underLoad, payers)
const polled = taken(await fill(1))
// By the bare SDK, because our store reads in one request what is asked for at once.
const Key = { payment_id: { S: polled.paymentId } }
const get = new GetItemCommand({ TableName: 'payments', Key, ConsistentRead: true })
for (const connections of CONNECTIONS) {
  const bare = await measureBare(underLoad, connections, () => underLoad.client.send(get))
  const request = statusOf(polled, ownerOf(polled))
  tell('status', connections, await measure(underLoad, connections, () => request), bare)
}
const bareSend = await bareSends(underLoad.client)
for (const delayMs of [0, 200]) {
  await underLoad.delayProvider(delayMs)
  for (const connections of CONNECTIONS) {
    const bare = delayMs === 0 ? await measureBare(underLoad, connections, bareSend) : undefined
    const name = delayMs === 0 ? 'send' : `send, provider takes ${delayMs} ms`
    tell(
      name,
      connections,
      await measure(underLoad, connections, () => sendBy(anyOf(payers))),
      bare,
    )
  }
}
await underLoad.delayProvider(0)
for (const wanted of ROWS) {
  await fill(wanted - rows)
  for (const connections of CONNECTIONS) {
    const writes = await fill(SECONDS * 4000)
    const bare = await measureBare(underLoad, connections, () => approve(store, taken(writes)))
    const callbacks = (await fill(SECONDS * 3000)).map((payment) =>
      approvingCallback(payment, underLoad.callbackUrl),
    )
    const measured = await measure(underLoad, connections, () => taken(callbacks))
    tell(`callback, ${rows} rows`, connections, measured, bare)
  }
}

const { rssMb } = await underLoad.usage()
console.log(
  `\nThe server's memory at the end: ${Math.round(rssMb)} MB with ${rows} payments in it.`,
)
await underLoad.close()
if (RATIOS) writeFileSync(RATIOS, `${JSON.stringify(ratios)}\n`)

function tell(name: string, connections: number, measured: Measured, bare: Bare | undefined) {
  const { perSecond, p50, p99, cpuMs } = measured
  console.log(
    row(
      ...[name, connections, Math.round(perSecond), p50, p99, cpuMs.toFixed(2)],
      ...(bare === undefined
        ? []
        : [Math.round(bare.perSecond), percent(perSecond, bare.perSecond)]),
    ),
  )
  // The first of a kind: the others differ by connections and rows.
  const [kind = name] = name.split(',')
  if (bare !== undefined) ratios[kind] ??= Math.round((100 * cpuMs) / bare.cpuMs) / 100
}

/** Store so many payments, and count them. */
function fill(count: number): Promise<Payment[]> {
  rows += Math.max(0, count)
  return fillFor(store, payers, count)
}

function ownerOf(payment: Payment): Payer {
  return taken(payers.filter(({ payerId }) => payerId === payment.payerId))
}
