/**
 * `npm run bench:growth`: what becomes slower with the number of stored payments. Three servers with folders of different sizes
 * are measured in turns, so that a busy minute of the machine meets all of them; then the list of a payer with many payments, the
 * sweep, the memory, and a restart.
 *
 * `SIZES`, `ROUNDS` and `SECONDS` set what is measured, and for how long.
 */
import '../local/environment.ts'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillFolder } from './filledFolder.ts'
import { type Measured, measure, SECONDS, taken, warmUp } from './measuring.ts'
import { median } from './median.ts'
import { anyOf, newPayers, type Payer } from './payers.ts'
import { fill } from './pendingPayments.ts'
import { approvingCallback, listOf, type Request, sendBy, statusOf } from './requests.ts'
import { secondsToStart } from './restart.ts'
import { machine, percent, tableOf } from './table.ts'
import { startUnderLoad, type UnderLoad } from './underLoad.ts'

const SIZES = (process.env.SIZES ?? '1000,100000,1000000').split(',').map(Number)
const ROUNDS = Number(process.env.ROUNDS ?? 3)
const CONNECTIONS = 8
const PAYERS = 1000
/** So many payments has one payer, where there are enough of them. */
const MANY = 10_000
const LONG_LIST = `20 of a payer's ${MANY}`
const OPEN = 10_000
/** So few in each round, because each needs a payment of its own, and the smallest folder has to stay small. */
const CALLBACKS = 1000
/** Payments in memory, from which one's share is taken. */
const IN_MEMORY = 50_000

const folder = mkdtempSync(join(tmpdir(), 'payfriend-growth-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.once('SIGINT', () => process.exit(130))

console.log(
  `${machine()}; ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s, medians.\n`,
)
const servers: Server[] = []
for (const size of SIZES) servers.push(await serverWith(size))
await tellLoad()
await tellSweeps()
for (const { size, server } of servers) {
  const { rssMb } = await server.usage()
  console.log(`Memory of the server with ${size} payments in its folder: ${Math.round(rssMb)} MB.`)
  await server.close()
}
await tellMemory()
await tellRestarts()

type Server = Awaited<ReturnType<typeof serverWith>>

/** A server whose folder holds so many payments. */
async function serverWith(size: number) {
  const dataDir = join(folder, String(size))
  const from = performance.now()
  await fillFolder(join(dataDir, 'tables'), size, (n) => {
    return size > MANY && n % Math.floor(size / MANY) === 0 ? 'payer-0' : `payer-${n % PAYERS}`
  })
  const filledS = (performance.now() - from) / 1000
  const server = await startUnderLoad(join(dataDir, 'tables'))
  const payers = await newPayers(server, PAYERS)
  await warmUp(server, payers)
  console.log(
    `${size} payments: ${megabytes(dataDir)} MB on disk, filled in ${Math.round(filledS)} s.`,
  )
  return { size, dataDir, server, payers }
}

async function tellLoad() {
  const { heading, row } = tableOf(30, [
    'what',
    'payments',
    'requests/s',
    'of the first',
    'p50 ms',
    'p99 ms',
    'CPU ms/request',
  ])
  console.log(`\n${heading}`)
  const requests: Record<string, (server: Server) => Promise<() => Request>> = {
    status: async ({ server, payers }) => {
      const [payment] = await fill(server.store, payers, 1)
      const payer = payers[0]
      if (!payment || !payer) throw new Error('no payment was stored')
      return () => statusOf(payment, payer)
    },
    callback: async ({ server, payers }) => {
      const payments = await fill(server.store, payers, CALLBACKS + 2 * CONNECTIONS)
      const callbacks = payments.map((payment) => approvingCallback(payment, server.callbackUrl))
      return () => taken(callbacks)
    },
    send: async ({ payers }) => {
      return () => sendBy(anyOf(payers))
    },
    'list of 20': ({ server, payers }) => listing(server, payers[1]),
    [LONG_LIST]: ({ server, payers }) => listing(server, payers[0]),
  }
  for (const [name, requestsOf] of Object.entries(requests)) {
    const found = new Map<number, Measured[]>()
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const one of servers.filter(({ size }) => name !== LONG_LIST || size > MANY)) {
        const request = await requestsOf(one)
        const amount = name === 'callback' ? CALLBACKS : undefined
        const measured = await measure(one.server, CONNECTIONS, request, amount)
        found.set(one.size, [...(found.get(one.size) ?? []), measured])
      }
    }
    const [first = []] = found.values()
    for (const [size, all] of found) {
      const share = percent(middle(all, 'perSecond'), middle(first, 'perSecond'))
      console.log(row(name, size, Math.round(middle(all, 'perSecond')), share, ...rest(all)))
    }
  }
}

/** The first page of the payer's list, which is full in the smallest folder too. */
async function listing({ store }: UnderLoad, payer: Payer | undefined) {
  if (!payer) throw new Error('there are no payers')
  await fill(store, [payer], 20)
  return () => listOf(payer)
}

/** A new server, because the load leaves open payments about whose pushes the sweep would ask the provider. */
async function tellSweeps() {
  const server = await startUnderLoad(join(folder, 'sweep'))
  const payers = await newPayers(server, PAYERS)
  const empty = await secondsOf(server.sweep)
  await fill(server.store, payers, OPEN)
  const nothingDue = await secondsOf(server.sweep)
  await fill(server.store, payers, OPEN, new Date(Date.now() - 3_600_000))
  const allDue = await secondsOf(server.sweep)
  console.log(
    `\nSweep: ${empty} s with nothing open; ${nothingDue} s with ${OPEN} open and none due; ` +
      `${allDue} s with ${OPEN} of ${2 * OPEN} due, each a write.`,
  )
  await server.close()
}

/** Without a folder everything is in memory. */
async function tellMemory() {
  const server = await startUnderLoad()
  const payers = await newPayers(server, PAYERS)
  await fill(server.store, payers, 1000)
  const before = await server.usage()
  await fill(server.store, payers, IN_MEMORY)
  const after = await server.usage()
  const kb = ((after.rssMb - before.rssMb) * 1024) / IN_MEMORY
  console.log(`Without a folder a pending payment takes ${kb.toFixed(1)} KB of memory.`)
  await server.close()
}

async function tellRestarts() {
  const empty = await secondsToStart(join(folder, 'empty'))
  console.log(`\nnpm start with an empty folder is ready after ${empty.toFixed(1)} s,`)
  for (const { size, dataDir } of servers) {
    console.log(`with ${size} payments after ${(await secondsToStart(dataDir)).toFixed(1)} s.`)
  }
}

function rest(all: readonly Measured[]) {
  return [middle(all, 'p50'), middle(all, 'p99'), middle(all, 'cpuMs').toFixed(2)]
}

function middle(all: readonly Measured[], of: keyof Measured): number {
  return median(all.map((one) => one[of]))
}

async function secondsOf(work: UnderLoad['sweep']): Promise<string> {
  const from = performance.now()
  await work()
  return ((performance.now() - from) / 1000).toFixed(1)
}

function megabytes(dataDir: string): number {
  const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
  const bytes = files.reduce((sum, file) => sum + statSync(join(dataDir, file)).size, 0)
  return Math.round(bytes / 2 ** 20)
}
