/**
 * `npm run bench:cold`: how long each Lambda takes from the start of its process to its first answer,
 * through AWS's own runtime client, beside an empty handler and beside the SDK alone reading one item:
 * the SDK as it comes, as an ES module, and bundled as our Lambdas are.
 *
 * With each Lambda, in the same run: itself with V8's code cache beside its bundle.
 *
 * The milliseconds are this machine's: read them as ratios. Those of the processor's time hardly change with what else
 * the machine does. They include the first request's calls of the database and the provider. A Lambda's share of a
 * processor grows with its memory; 1,769 MB give a whole one.
 *
 * `RUNS=9` says how often, `ONLY=smsStart,profile` measures these, and `RATIOS=FILE` writes the ratios for
 * `npm run bench:check`.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { consumers, type LambdaName, type TriggerName, textProviders } from '../functions/routes.ts'
import { bundle, LEFT_OUT, lambdaBundles } from '../lib/bundle.ts'
import { lambdaFiles } from '../lib/codeCache.ts'
import { addDevice, askingDevice, invitedDevice } from '../test/harness/devices.ts'
import { SITE } from '../test/harness/event.ts'
import {
  eventOf,
  type Request,
  type RouteName,
  type RunningLambda,
  startAround,
  startLambda,
} from '../test/harness/runtime.ts'

const RUNS = Number(process.env.RUNS ?? 20)
const RATIO_MAX = 1.3
/** The provider of the bundles. */
const PROVIDER = textProviders.find((name) => name === process.env.PROVIDER) ?? 'authy'
const EMPTY = 'empty handler'
const SDK = 'SDK, one GetItem'
const SDK_CUT = 'the same, bundled as ours'
const paymentBody = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
}

type Payer = { payerId: string; email: string; number: string }
/** A first request: prepares a payer, then returns the event and a pattern that its answer must match. */
type First = (payer: Payer) => Promise<readonly [event: unknown, answer: RegExp]>

const folder = mkdtempSync(join(tmpdir(), 'payfriend-cold-'))
let callback: Request | undefined
const around = await startAround(async (given) => {
  callback = given
  return 200
})
const warm = new Map<RouteName, RunningLambda>()
const files = new Map<string, Buffer>([
  [EMPTY, Buffer.from('exports.handler=async()=>({});')],
  [SDK, sdkAlone([], 'esm')],
  [SDK_CUT, sdkAlone(LEFT_OUT, 'cjs')],
  // Without the consumers of streams, because no request waits for them.
  ...[...lambdaBundles({ provider: PROVIDER }).files].filter(([name]) => !isOneOf(consumers, name)),
])
/** phoneStart's answer for each payer, for phoneVerify. */
const verifications = new Map<string, string>()
type Took = { readonly ms: number; readonly busyMs: number }
const took = new Map<string, Took[]>()
const { ONLY, RATIOS } = process.env
/** Those that are measured. What the others need as a preparation is done in any case. */
const measured = new Set(
  ONLY ? [EMPTY, SDK, SDK_CUT, 'phoneStart', 'phoneVerify', ...ONLY.split(',')] : files.keys(),
)

for (const name of measured) {
  if (!files.has(name)) throw new Error(`ONLY: there is no ${name}`)
}

/** The Lambdas as devices call them. */
const server = {
  call: answer,
  clock: { now: () => new Date() },
  codeOn: (number: string) => around.phone.book.messages(number)[0]?.code ?? '',
}

const routes: Record<RouteName, First> = {
  phoneStart: async (as) => [
    eventOf('phoneStart', { as, body: { phoneNumber: as.number, channel: 'sms' } }),
    /"statusCode":202/,
  ],
  phoneVerify: async (as) => [
    eventOf('phoneVerify', {
      as,
      body: { verificationId: verifications.get(as.payerId), code: codeOn(as) },
    }),
    /"statusCode":200/,
  ],
  profile: async (as) => [eventOf('profile', { as }), /"statusCode":200/],
  sendPayment: async (as) => [
    eventOf('sendPayment', { as, key: randomUUID(), body: paymentBody }),
    /"statusCode":201/,
  ],
  listPayments: async (as) => [eventOf('listPayments', { as }), /"statusCode":200/],
  paymentStatus: async (as) => [
    eventOf('paymentStatus', { as, id: await started(as) }),
    /"statusCode":200.*pending/,
  ],
  cancelPayment: async (as) => [
    eventOf('cancelPayment', { as, id: await started(as) }),
    /"statusCode":200.*cancelled/,
  ],
  smsStart: async (as) => [eventOf('smsStart', { as, id: await started(as) }), /"statusCode":202/],
  smsVerify: async (as) => {
    const id = await started(as)
    await call('smsStart', { as, id })
    return [eventOf('smsVerify', { as, id, body: { code: codeOn(as) } }), /"statusCode":200/]
  },
  endSessions: async (as) => [eventOf('endSessions', { as }), /"statusCode":200/],
  authyCallback: async (as) => {
    await started(as)
    around.phone.book.answer(around.phone.book.latestPush(as.number)?.uuid ?? '', 'approved')
    await around.phone.settled()
    return [eventOf('authyCallback', callback), /"statusCode":200/]
  },
  deviceInvite: async (as) => [
    eventOf('deviceInvite', { as: own(as), body: {} }),
    /"statusCode":201/,
  ],
  deviceEnrol: async (as) => {
    const { enrolment } = await invitedDevice(server, own(as))
    return [eventOf('deviceEnrol', enrolment), /"statusCode":201/]
  },
  deviceLeave: async (as) => {
    const { id } = await askingDevice(server, as)
    return [eventOf('deviceLeave', { as, id, body: { by: 'text' } }), /"statusCode":202/]
  },
  deviceConfirm: async (as) => {
    const { id, digits } = await askingDevice(server, own(as))
    return [eventOf('deviceConfirm', { as: own(as), id, body: { digits } }), /"statusCode":200/]
  },
  listApprovals: async (as) => {
    const { device } = await deviceAsked(as)
    return [
      eventOf('listApprovals', device.requestOf('listApprovals')),
      /"statusCode":200.*payment/,
    ]
  },
  decideApproval: async (as) => {
    const { device, id } = await deviceAsked(as)
    const yes = device.requestOf('decideApproval', id, await device.yesTo(id))
    return [eventOf('decideApproval', yes), /"statusCode":200.*approved/]
  },
  devicePush: async (as) => {
    const { device } = await deviceAsked(as)
    return [eventOf('devicePush', device.requestOf('devicePush', undefined, {})), /pushKey\W+B/]
  },
  deviceRemove: async (as) => {
    const { device, payer } = await deviceAsked(as)
    return [eventOf('deviceRemove', { as: payer, id: device.id }), /"statusCode":200/]
  },
}
const firsts: Record<LambdaName | TriggerName, First> & Record<string, First> = {
  [EMPTY]: async () => [{}, /^{}$/],
  ...routes,
  // After the routes, so that the table has payers to read.
  [SDK]: readsPayer,
  [SDK_CUT]: readsPayer,
  sweepPayments: async () => [{}, /"expired":0/],
  ringDevices: async ({ payerId }) => {
    const detail = { version: 1, payerId, at: new Date().toISOString() }
    return [{ 'detail-type': 'phone.changed', detail }, /"taken":0/]
  },
  tokenClaims: async ({ email }) => [
    { request: { userAttributes: { email, email_verified: 'true' } } },
    /claimsToAddOrOverride/,
  ],
  signUpPolicy: async ({ email }) => [{ request: { userAttributes: { email } } }, /email/],
}

try {
  for (const [name, contents] of files) {
    write(join(folder, name), { [name === SDK ? 'index.mjs' : 'index.cjs']: contents })
    if (!isYardstick(name)) write(join(folder, cachedOf(name)), lambdaFiles(name, contents, true))
  }
  for (let run = 0; run < RUNS; run++) {
    for (const [name, first] of Object.entries(firsts)) {
      if (!files.has(name) || !measured.has(name)) continue
      await measure(name, name, first, payerOf(2 * run))
      if (!isYardstick(name)) await measure(name, cachedOf(name), first, payerOf(2 * run + 1))
    }
    process.stderr.write('.')
  }
  report()
} finally {
  for (const lambda of warm.values()) await lambda.close()
  await around.close()
  rmSync(folder, { recursive: true })
}

async function measure(name: string, variant: string, first: First, payer: Payer) {
  const [event, good] = await first(payer)
  const lambda = await start(name, variant)
  try {
    const answer = JSON.stringify(await lambda.invoke(event))
    const one = { ms: performance.now() - lambda.spawnedAt, busyMs: lambda.busyMs() ?? Number.NaN }
    took.set(variant, [...(took.get(variant) ?? []), one])
    const [, verificationId] = /verificationId\W+([\w-]{22})/.exec(answer) ?? []
    if (verificationId) verifications.set(payer.payerId, verificationId)
    if (!good.test(answer)) throw new Error(`${name} answered ${answer}`)
  } finally {
    await lambda.close()
  }
}

function report() {
  const medianOf = (name: string, what: keyof Took) =>
    median((took.get(name) ?? []).map((one) => one[what]))
  const ratioOf = (name: string, what: keyof Took) => medianOf(name, what) / medianOf(SDK, what)
  const { model = 'unknown processor' } = cpus()[0] ?? {}
  console.log(`\n${model}, ${availableParallelism()} cores, Node ${process.version}`)
  console.log(`Made for ${PROVIDER}. Process start to first answer, median of ${RUNS};`)
  console.log('busy: the processor’s time of its main thread.\n')
  console.log(row('Lambda', 'KB', 'ms', 'of SDK', 'cached', 'busy ms', 'of SDK', 'cached'))
  const names = [...files.keys()].filter((name) => took.has(name))
  for (const name of names) {
    const cells = (['ms', 'busyMs'] as const).flatMap((what) => [
      medianOf(name, what).toFixed(0),
      ratioOf(name, what).toFixed(2),
      isYardstick(name) ? '' : ratioOf(cachedOf(name), what).toFixed(2),
    ])
    console.log(row(name, ((files.get(name)?.length ?? 0) / 1000).toFixed(1), ...cells))
  }
  // Without the sweep: nobody waits for it, and its work grows with the payments of the run.
  const released = names.filter((name) => name !== 'sweepPayments')
  const worst = Math.max(...released.map((name) => ratioOf(name, 'busyMs')))
  const verdict = worst <= RATIO_MAX ? `at most ${RATIO_MAX}` : `more than ${RATIO_MAX}`
  console.log(
    `\nWithout a cache the busiest takes ${worst.toFixed(2)} times what the SDK does: ${verdict}.`,
  )
  if (!RATIOS) return
  const rounded = (name: string) => Math.round(ratioOf(name, 'busyMs') * 1000) / 1000
  const ratios = Object.fromEntries(released.map((name) => [name, rounded(name)]))
  writeFileSync(RATIOS, `${JSON.stringify(ratios, undefined, 2)}\n`)
}

function start(name: string, variant = name) {
  return startLambda(name, join(folder, variant), {
    ...around.env,
    SIGN_UP: 'open',
    SITE_URL: SITE.origin,
    FIRST_DEVICE: 'sign-in',
    OPEN_PAYMENTS: '1000',
    PAYMENTS_PER_HOUR: '1000',
    TEXTS_PER_HOUR: '1000',
    TEXTS_PER_DAY: '1000',
    PROVING_TEXTS_PER_HOUR: '1000',
    PROVING_TEXTS_PER_DAY: '1000',
    TEXTS_PER_DAY_FOR_STAGE: '10000',
    // The SDK alone is no Lambda with rights of its own, so it uses the owner's key.
    ...((name === SDK || name === SDK_CUT) && { AWS_ACCESS_KEY_ID: 'local' }),
  })
}

/** Preparations call Lambdas in this process, which are warm. */
async function call(name: RouteName, request: Request) {
  return (await answer(name, request)).body
}

async function answer(name: RouteName, request: Request) {
  const lambda = warm.get(name) ?? (await start(name))
  warm.set(name, lambda)
  const { statusCode, body } = (await lambda.invoke(eventOf(name, request))) as {
    statusCode: number
    body: string
  }
  return { status: statusCode, body: JSON.parse(body), headers: {} }
}

async function started(as: Payer): Promise<string> {
  const payment = await call('sendPayment', { as, key: randomUUID(), body: paymentBody })
  return payment.paymentId
}

/** Another payer, without a phone number, for the devices. */
function own(as: Payer): Payer {
  return { ...as, payerId: `${as.payerId}-device` }
}

/** A payer with a device for which a payment waits; another for each request. */
async function deviceAsked(as: Payer) {
  const payer = { ...as, payerId: `${as.payerId}-${randomUUID()}` }
  const device = await addDevice(server, payer)
  return { payer, device, id: `payment.${await started(payer)}` }
}

function codeOn({ number }: Payer) {
  return around.phone.book.messages(number)[0]?.code
}

/** A new payer for each run, with a number that no real phone has. */
function payerOf(run: number): Payer {
  return {
    payerId: `payer-${run}`,
    email: `payer${run}@example.com`,
    number: `+120255501${String(run % 100).padStart(2, '0')}`,
  }
}

async function readsPayer({ payerId }: Payer): ReturnType<First> {
  return [{ payerId }, /phone_verified_at/]
}

function sdkAlone(leftOut: string[], format: 'esm' | 'cjs'): Buffer {
  const entry = { in: 'bench/coldSdk.ts', out: 'sdk/index' }
  const { outputFiles } = bundle([entry], leftOut, {}, format)
  return Buffer.from(outputFiles[0]?.contents ?? [])
}

function write(place: string, all: Readonly<Record<string, Buffer>>) {
  mkdirSync(place)
  for (const [name, contents] of Object.entries(all)) writeFileSync(join(place, name), contents)
}

/** The name of the same Lambda with V8's code cache beside its bundle. */
function cachedOf(name: string) {
  return `${name}, cached`
}

function isYardstick(name: string) {
  return isOneOf([EMPTY, SDK, SDK_CUT], name)
}

function isOneOf(names: readonly string[], name: string) {
  return names.includes(name)
}

function median(all: number[]): number {
  return all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN
}

function row(name: string, ...cells: string[]) {
  return `${name.padEnd(26)} ${cells.map((cell) => cell.padStart(8)).join(' ')}`
}
