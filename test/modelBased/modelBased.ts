/** Sequences, one after the other on one world, until one fails; and what to say of it then. */
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import { Broken } from './broken.ts'
import {
  count,
  doDeed,
  type Story,
  StoryCommand,
  stories,
  type Tally,
  TooSlow,
} from './commands.ts'
import { checkPayment } from './invariants.ts'
import type { Model, Rules } from './model.ts'
import { comeBack } from './wayBack.ts'
import { type Item, startWorld, type World } from './world.ts'

const defaults = {
  textsPerHour: 4,
  textsPerDay: 6,
  provingTextsPerHour: 3,
  provingTextsPerDay: 5,
  openPayments: 3,
  paymentsPerHour: 6,
  firstDevice: 'invitation',
  waitHours: 12,
  textsBesideDevice: false,
} as const
/** So many that texts are seldom what stops a sequence. */
const many = {
  textsPerHour: 20,
  textsPerDay: 30,
  provingTextsPerHour: 20,
  provingTextsPerDay: 30,
}
/**
 * Deployments in which the model-based test runs: both providers, and the shortest and the longest life. From the sixth
 * on most is about devices: in two of them one person has no phone, in one texts approve beside devices, and one has no
 * provider.
 */
export const RULES: readonly Rules[] = [
  { provider: 'authy', lifeSeconds: 300, ...defaults },
  { provider: 'twilioVerify', lifeSeconds: 300, ...defaults },
  { provider: 'authy', lifeSeconds: 60, ...defaults },
  { provider: 'authy', lifeSeconds: 600, ...defaults, ...many },
  { provider: 'twilioVerify', lifeSeconds: 600, ...defaults, ...many },
  { provider: 'authy', lifeSeconds: 300, ...defaults, ...many, firstDevice: 'sign-in' },
  { provider: 'twilioVerify', lifeSeconds: 300, ...defaults, ...many, firstDevice: 'sign-in' },
  {
    ...{ provider: 'authy', lifeSeconds: 300, ...defaults, ...many },
    ...{ firstDevice: 'sign-in', textsBesideDevice: true, waitHours: 1 },
  },
  { provider: 'none', lifeSeconds: 300, ...defaults, ...many },
]

type Replay = { readonly seed: number; readonly path?: string; readonly replayPath?: string }
export type ModelRun = Replay & {
  readonly rules: Rules
  readonly sequences: number
  /** The most commands of one sequence; half as many on average. */
  readonly length: number
  readonly tally: Tally
  /** Between sequences; the model-based test ends early where it says so. */
  readonly goesOn?: () => boolean
}

/** ModelRun so many sequences over a world; what is wrong, if anything is. */
export async function runModel(asked: ModelRun): Promise<string | undefined> {
  const { rules, seed, path, replayPath, sequences, length, tally, goesOn = () => true } = asked
  const world = await startWorld(rules)
  const ended = new Map<string, string>()
  try {
    const commands = fc.commands(stories(rules, tally), {
      maxCommands: length,
      size: 'max',
      ...(replayPath !== undefined && { replayPath }),
    })
    const property = fc.asyncProperty(commands, async (commands) => {
      if (!goesOn()) return
      await setAside(tally, async () => {
        const model = { state: await world.begin() }
        await fc.asyncModelRun(() => ({ model, real: world }), commands)
        // Every payer has a way back.
        const back = await comeBack(world, model.state, tally)
        await end(world, back, tally, ended)
      })
    })
    const result = await fc.check(property, {
      seed,
      numRuns: path === undefined ? sequences : 1,
      ...(path !== undefined && { path }),
    })
    if (result.failed) return failureOf(rules, length, result)
    await checkAll(world, ended)
    return undefined
  } catch (error) {
    if (error instanceof Broken) return `${error.message}\n(seed ${seed}, at the end of all)`
    throw error
  } finally {
    await world.close()
  }
}

/** One sequence that is kept, word for word. */
export async function again(world: World, sequence: readonly Story[], tally: Tally) {
  const model = { state: await world.begin() }
  const commands = sequence.map((story) => new StoryCommand(story, tally))
  await fc.asyncModelRun(() => ({ model, real: world }), commands)
  await end(world, model.state, tally, new Map())
}

/** Where the machine was too slow to tell, nothing is told. */
async function setAside(tally: Tally, run: () => Promise<void>) {
  try {
    await run()
    count(tally, 'sequences')
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error
    count(tally, `set aside: ${error.message}`)
  }
}

/** Every payment ends: after its time and one sweep nothing is left open, and all sides see the same. */
async function end(world: World, model: Model, tally: Tally, ended: Map<string, string>) {
  const last = Math.max(model.now, ...Object.values(model.payments).map((one) => one.expiresAt))
  const closing = await doDeed(
    world,
    model,
    {
      acts: [
        { do: 'time', to: last - model.now + 1, which: 0 },
        { do: 'sweep', fault: 'well' },
        { do: 'list', who: Object.keys(model.payments).length },
      ],
    },
    new Map(),
  )
  const ids = new Set(Object.keys(closing.payments))
  const { payments } = await world.read({ payments: ids, users: new Set() })
  if (payments.length !== ids.size) throw new Broken('a payment is gone')
  for (const item of payments) {
    count(tally, 'invariants', checkPayment(world, item))
    if (item.status === 'pending') throw new Broken(`never ends:\n  ${JSON.stringify(item)}`)
    ended.set(String(item.payment_id), JSON.stringify(item))
    const evidence = item.evidence as { kind: string } | undefined
    const how = `${item.status}${evidence ? ` by ${evidence.kind}` : ''}`
    count(tally, `end: ${how}`)
    if (item.answer_refused_at !== undefined) count(tally, `end after a refused answer: ${how}`)
  }
  world.end()
}

/** The whole table, at the end of all: as each sequence left it, and nothing else in it. */
async function checkAll(world: World, ended: ReadonlyMap<string, string>) {
  const all: Item[] = []
  let from: Record<string, unknown> | undefined
  do {
    const scan = { TableName: 'payments' }
    const page = await world.harness.documents.send(
      new ScanCommand({ ...scan, ...(from && { ExclusiveStartKey: from }) }),
    )
    all.push(...(page.Items ?? []))
    from = page.LastEvaluatedKey
  } while (from)
  for (const item of all) {
    const then = ended.get(String(item.payment_id))
    if (then !== undefined && then !== JSON.stringify(item)) {
      throw new Broken(`changed after its end:\n  ${then}\n  ${JSON.stringify(item)}`)
    }
  }
}

type Result = fc.RunDetails<[Iterable<fc.AsyncCommand<{ state: Model }, World>>]>

function failureOf(
  rules: Rules,
  length: number,
  { counterexample, counterexamplePath, errorInstance, ...more }: Result,
) {
  const sequence = String(counterexample?.[0] ?? '')
  const [, done = sequence, replayPath = ''] =
    /^(.*) \/\*replayPath="(.*)"\*\/$/s.exec(sequence) ?? []
  const why = errorInstance instanceof Error ? errorInstance : new Error(String(errorInstance))
  const place = RULES.findIndex((one) => JSON.stringify(one) === JSON.stringify(rules))
  return [
    `After ${more.numRuns} sequences and ${more.numShrinks} steps of shortening:`,
    '',
    why instanceof Broken ? why.message : String(why.stack),
    '',
    'The shortest sequence:',
    ...done
      .replaceAll('],[{', '],\n[{')
      .split('\n')
      .map((story) => `  ${story}`),
    '',
    'Replay it:',
    `  npm run model -- --rules ${place} --length ${length} --seed ${more.seed} --path ${counterexamplePath} --replay-path ${replayPath}`,
    'Keep it, in test/modelBased/kept.json:',
    `  { "name": "…", "rules": ${place}, "sequence": [${done}] }`,
  ].join('\n')
}
