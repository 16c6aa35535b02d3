/** Whether some order of the steps of requests explains what they were answered and what they left behind. */
import { isDeepStrictEqual } from 'node:util'
import { type Answer, type Flow, No, Unthinkable } from './answers.ts'
import type { Model, Step } from './model.ts'

/** A request that was made: what it does by the model, what it was answered, and what it may touch. */
export type Actor = {
  readonly name: string
  readonly flow: Flow
  /** Nothing where the answer is only a part of one, as a sweep's. */
  readonly answer: Answer | undefined
  /** Two that touch nothing in common need no order. */
  readonly touches: readonly string[]
  readonly movesTime?: boolean
  /** When it was let go on, each time, as places in the order in which all were. */
  readonly turns?: readonly number[]
}

export type Explained =
  | { readonly model: Model }
  /** Why the orders that came furthest are none. */
  | { readonly model: undefined; readonly why: readonly string[]; readonly isUndecided: boolean }

/** Far more orders than two or three requests have; a search that comes so far is given up. */
const ORDERS_MAX = 60_000

/**
 * Look for an order.
 *
 * @param unlike what is different in the world from a state in which all have ended, if anything is
 */
export function explain(
  model: Model,
  actors: readonly Actor[],
  unlike: (model: Model, answers: readonly Answer[]) => string | undefined,
): Explained {
  const why = new Set<string>()
  const tried = new Set<string>()
  let orders = 0

  const from = (m: Model, runs: readonly Run[]): Model | undefined => {
    orders += 1
    if (orders > ORDERS_MAX) return undefined
    const left = runs.filter((run) => run.answer === undefined)
    if (left.length === 0) {
      const answers = runs.flatMap((run) => run.answer ?? [])
      const difference = unlike(m, answers)
      if (difference === undefined) return m
      why.add(difference)
      return undefined
    }
    if (left.length > 1) {
      const key = keyOf(m, runs)
      if (tried.has(key)) return undefined
      tried.add(key)
    }
    const alone = left.find((run) => left.every((other) => other === run || !meets(run, other)))
    for (const run of alone ? [alone] : asTheyWent(left)) {
      const next = step(m, run)
      if (!next) continue
      const { answer, actor } = next.run
      if (answer && actor.answer && !isDeepStrictEqual(tidy(answer), tidy(actor.answer))) {
        why.add(`${actor.name}: expected ${say(answer)}`)
        continue
      }
      const rest = runs.map((other) => (other === run ? next.run : other))
      const explained = from(next.model, rest)
      if (explained) return explained
    }
    return undefined
  }

  const runs = actors.map((actor): Run => ({ actor, steps: [] }))
  // Where no time passes, it is all the same when each begins.
  const isTimeless = actors.every(({ movesTime }) => !movesTime)
  const found = from(model, isTimeless ? runs.map((run) => step(model, run)?.run ?? run) : runs)
  if (found) return { model: found }
  return { model: undefined, why: [...why].slice(0, 6), isUndecided: orders > ORDERS_MAX }
}

/** A request under way: what its steps have told so far, and when; and what is next. */
type Run = {
  readonly actor: Actor
  readonly steps: readonly { readonly told: unknown; readonly now: number }[]
  readonly next?: Step<unknown> | undefined
  readonly answer?: Answer | undefined
}

/** As they really went comes first; of two that are alike in all, one stands for both. */
function asTheyWent(runs: readonly Run[]): Run[] {
  const turn = ({ actor: { turns = [] }, steps }: Run) =>
    turns[Math.min(steps.length, turns.length - 1)] ?? 0
  const seen = new Set<string>()
  return runs
    .toSorted((a, b) => turn(a) - turn(b))
    .filter(({ actor, steps }) => {
      // Of parts it matters which whole each belongs to.
      if (actor.answer === undefined) return true
      const alike = `${actor.name} ${steps.map(textOf).join()}`
      if (seen.has(alike)) return false
      seen.add(alike)
      return true
    })
}

const meets = ({ actor: a }: Run, { actor: b }: Run) =>
  a.movesTime || b.movesTime || a.touches.some((what) => b.touches.includes(what))

/** Take a run's next step; the first is that it begins, which reads nothing but the clock. */
function step(m: Model, { actor, steps, next }: Run): { model: Model; run: Run } | undefined {
  const taken = next ? next(m) : ([m, undefined] as const)
  if (!taken) return undefined
  const [model, told] = taken
  const more = [...steps, { told, now: model.now }]
  return { model, run: { actor, steps: more, ...play(actor.flow, more, m.rules) } }
}

/**
 * A generator can't be copied, so it is played again from its beginning with what it was told, each
 * time up to its next step. Requests have some ten.
 */
function play(
  begin: Flow,
  steps: Run['steps'],
  rules: Model['rules'],
): Pick<Run, 'next' | 'answer'> {
  let now = 0
  const flow = begin(() => now, rules)
  try {
    let played: IteratorResult<Step<unknown>, Answer> | undefined
    for (const { told, now: then } of steps) {
      now = then
      played = played ? flow.next(told) : flow.next()
    }
    return played?.done ? { answer: played.value } : { next: played?.value }
  } catch (error) {
    if (error instanceof No) return { answer: error.answer }
    if (error instanceof Unthinkable) return { next: () => undefined }
    throw error
  }
}

/** All that the rest of a search depends on, as one text. */
function keyOf(m: Model, runs: readonly Run[]): string {
  const { now, payments, payers, counters, codes, pushes, bare } = m
  const parts: unknown[] = [now, counters, bare]
  for (const all of [payments, payers, codes, pushes]) parts.push(...Object.values(all))
  return [...parts, ...runs.flatMap(({ steps }) => [steps.length, ...steps])].map(textOf).join()
}

/** Nothing here ever changes, so each thing is put into words once. */
const texts = new WeakMap<object, string>()
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const known = texts.get(value)
  if (known !== undefined) return known
  const text = JSON.stringify(value)
  texts.set(value, text)
  return text
}

/** Without what is not said. */
export const tidy = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

export const say = (value: unknown) => JSON.stringify(value)
