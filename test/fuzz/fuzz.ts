/** The fuzzer: batches of scenarios against both running servers, until so many requests were made or one fails. */
import * as fc from 'fast-check'
import { beginnings, everywhere, tooLong, unenrolled, unverified } from './beginnings.ts'
import {
  type Move,
  type PhoneState,
  PROVIDERS,
  type Scenario,
  scenarios,
  strangers,
} from './moves.ts'
import { play, playStrangers, type Witness } from './play.ts'
import { type Running, startRunning } from './running.ts'
import { Violation } from './verdict.ts'

export type Servers = Readonly<Record<Scenario['provider'], Running>>

export type Options = {
  readonly servers: Servers
  readonly seed: number
  /** So many at least. */
  readonly requests: number
  readonly witness?: Witness
  /** After each batch; says whether to go on. */
  readonly onBatch?: (progress: Progress) => 'go on' | 'stop'
}
export type Progress = {
  requests: number
  /** Each `operation status code` that was seen, how often. */
  readonly kinds: Map<string, number>
}
export type Failure = {
  readonly seed: number
  readonly message: string
  readonly scenario: Scenario
}

const SCENARIOS = 40
const STRANGERS = 1

/** Both servers, which know of each other no more than a token of the other's. */
export async function startServers(): Promise<Servers & { close(): Promise<void> }> {
  const [authy, twilioVerify] = [await startRunning('authy'), await startRunning('twilioVerify')]
  authy.elsewhere = () => twilioVerify.person(0).tokens.access
  twilioVerify.elsewhere = () => authy.person(0).tokens.access
  return {
    authy,
    twilioVerify,
    async close() {
      await Promise.all([authy.close(), twilioVerify.close()])
    },
  }
}

/** What is played before anything is left to chance. */
const examples = (): [Scenario][] => {
  const each = (moves: readonly Move[], phones: PhoneState[]) =>
    PROVIDERS.map((provider): [Scenario] => [{ provider, phones, moves }])
  return [
    ...beginnings.flatMap((moves) => each(moves, ['app', 'noApp', 'none'])),
    ...unverified.flatMap((moves) => each(moves, ['none', 'app', 'app'])),
    ...each(unenrolled, ['app', 'app', 'app']),
    ...everywhere.flatMap((moves) => each(moves, ['app', 'app', 'none'])),
    ...each(tooLong, ['app', 'app', 'none']),
  ]
}

/** Gives the first failure, as small as it could be made; none if there is none. */
export async function fuzz(options: Options): Promise<Progress & { failure?: Failure }> {
  const progress: Progress = { requests: 0, kinds: new Map() }
  const witness: Witness = (kind, text) => {
    progress.requests += 1
    if (kind) progress.kinds.set(kind, (progress.kinds.get(kind) ?? 0) + 1)
    options.witness?.(kind, text)
  }
  const played = (scenario: Scenario) => play(options.servers[scenario.provider], scenario, witness)
  const strange = (scenario: Scenario) =>
    playStrangers(options.servers[scenario.provider], scenario, witness)
  const known = scenarios(beginnings)

  for (let batch = 0; progress.requests < options.requests; batch += 1) {
    const seed = options.seed + batch
    const first = batch === 0 ? examples() : []
    const failure =
      (await failureOf(known, played, seed, SCENARIOS, first)) ??
      (await failureOf(strangers, strange, seed, STRANGERS, []))
    if (failure) return { ...progress, failure }
    if (options.onBatch?.(progress) === 'stop') return progress
  }
  return progress
}

type Run = (scenario: Scenario) => Promise<void>

async function failureOf(
  scenarios: fc.Arbitrary<Scenario>,
  run: Run,
  seed: number,
  runs: number,
  examples: [Scenario][],
): Promise<Failure | undefined> {
  const property = fc.asyncProperty(scenarios, run)
  const numRuns = runs + examples.length
  const { failed, errorInstance, counterexample } = await fc.check(property, {
    seed,
    numRuns,
    examples,
  })
  if (!failed) return undefined
  const [scenario] = counterexample ?? []
  if (!scenario || !(errorInstance instanceof Violation)) throw errorInstance
  return { seed, ...(await smallest(run, scenario, errorInstance)) }
}

/** What fast-check left, without each move that is not needed, the last ones first. */
async function smallest(run: Run, found: Scenario, why: Violation) {
  let violation = why
  let scenario = { ...found, moves: found.moves.slice(0, why.moves) }
  for (let n = scenario.moves.length - 2; n >= 0; n -= 1) {
    const without = { ...scenario, moves: scenario.moves.toSpliced(n, 1) }
    try {
      await run(without)
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      violation = error
      scenario = without
    }
  }
  return { message: violation.message, scenario }
}
