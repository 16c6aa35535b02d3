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
 * `RUNS=9` says how often, `ONLY=smsStart,profile` judges these alone, `PROVIDER=twilioVerify` makes the bundles for that
 * provider and not for Authy, and `RATIOS=FILE` writes the ratios for `npm run bench:check`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textProviders } from '../functions/routes.ts'
import { verdictOn, WITHOUT_AIM } from './aims.ts'
import { cachedOf, EMPTY, isYardstick, SDK, SDK_CUT, writeBundles } from './coldBundles.ts'
import { coldTimes } from './coldReport.ts'
import { type ColdPayer, type First, firstRequests, payerOf } from './coldRequests.ts'
import { startColdWorld } from './coldWorld.ts'

const RUNS = Number(process.env.RUNS ?? 20)
const { ONLY, RATIOS, PROVIDER = 'authy' } = process.env
/** The provider of the bundles. */
const provider = textProviders.find((name) => name === PROVIDER)
if (!provider)
  throw new Error(`PROVIDER: there is no ${PROVIDER}, only ${textProviders.join(' and ')}`)

const folder = mkdtempSync(join(tmpdir(), 'payfriend-cold-'))
process.once('exit', () => rmSync(folder, { recursive: true }))
const sizes = writeBundles(folder, provider)
const wanted = ONLY ? ONLY.split(',') : [...sizes.keys()]
for (const name of wanted) {
  if (!sizes.has(name)) throw new Error(`ONLY: there is no ${name}`)
}
/** With what each is compared with, and what the others need as a preparation. */
const measured = new Set([EMPTY, SDK, SDK_CUT, 'phoneStart', 'phoneVerify', ...wanted])

const world = await startColdWorld(folder)
const { firsts, learn } = firstRequests(world)
const times = coldTimes()
try {
  for (let run = 0; run < RUNS; run++) {
    for (const [name, first] of Object.entries(firsts)) {
      if (!sizes.has(name) || !measured.has(name)) continue
      await measure(name, name, first, payerOf(2 * run))
      if (!isYardstick(name)) await measure(name, cachedOf(name), first, payerOf(2 * run + 1))
    }
    process.stderr.write('.')
  }
} finally {
  await world.close()
}

times.print(sizes, { runs: RUNS, provider })
const ratios = times.ratios(wanted.filter((name) => !(name in WITHOUT_AIM)))
console.log(`\n${verdictOn(ratios)}`)
if (RATIOS) writeFileSync(RATIOS, `${JSON.stringify(ratios, undefined, 2)}\n`)

async function measure(name: string, variant: string, first: First, payer: ColdPayer) {
  const [event, good] = await first(payer)
  const lambda = await world.start(name, variant)
  try {
    const answer = JSON.stringify(await lambda.invoke(event))
    const ms = performance.now() - lambda.spawnedAt
    times.add(variant, { ms, busyMs: lambda.busyMs() ?? Number.NaN })
    learn(payer, answer)
    if (!good.test(answer)) throw new Error(`${name} answered ${answer}`)
  } finally {
    await lambda.close()
  }
}
