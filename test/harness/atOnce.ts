/** Test support: requests at the same moment, each of a Lambda of its own, in every order. */
import { type FaultyLambda, gate, type Step } from './faultInjection.ts'
import type { Reply, Request } from './harness.ts'

export type Start = {
  readonly where: (step: Step) => boolean
  /** In which they go on. */
  readonly order?: readonly number[]
  /** Called when all but the last are held; only then the last is asked. */
  readonly beforeLast?: () => void
}

/** Ask all of these at once, one each, holding each where it says until all are there or at their end. */
export async function atOnce(
  lambdas: readonly FaultyLambda[],
  requests: readonly Request[],
  { where, order, beforeLast }: Start,
): Promise<Reply[]> {
  const start = gate(where, lambdas.length, order)
  const replies: Promise<Reply | undefined>[] = []
  for (const [i, lambda] of lambdas.entries()) {
    if (beforeLast && i === lambdas.length - 1) {
      await Promise.all(replies.map((_, other) => start.held(other)))
      beforeLast()
    }
    lambda.between = start.between(i)
    replies.push(lambda.ask(requests[i]).finally(() => start.leave(i)))
  }
  return (await Promise.all(replies)).filter((reply) => reply !== undefined)
}

/**
 * Each way in which two requests can meet: held at each of these places until both are there, in both orders; and the
 * one whole between any two calls of the other, and after its last.
 */
export async function* waysOf(
  [first, second]: readonly [FaultyLambda, FaultyLambda],
  ...places: Start['where'][]
): AsyncGenerator<(requests: readonly [Request, Request]) => Promise<(Reply | undefined)[]>> {
  for (const where of places) {
    for (const order of ordersOf(2)) {
      yield (requests) => atOnce([first, second], requests, { where, order })
    }
  }
  for (const isFirst of [true, false]) {
    const [outer, inner] = isFirst ? [first, second] : [second, first]
    for (let n = 1, isReached = true; isReached; n += 1) {
      isReached = false
      yield async (requests) => {
        const [held, whole] = isFirst ? requests : requests.toReversed()
        let other: Promise<Reply | undefined> | undefined
        const calls = new Set<number>()
        inner.between = undefined
        outer.between = async (step, next) => {
          calls.add(step.n)
          if (calls.size === n) {
            isReached = true
            other ??= inner.ask(whole)
            await other
          }
          return next()
        }
        const replies = [await outer.ask(held), await (other ?? inner.ask(whole))]
        return isFirst ? replies : replies.toReversed()
      }
    }
  }
}

/** All orders of so many: each with the last one at every place. */
export function ordersOf(size: number): number[][] {
  if (size === 0) return [[]]
  return ordersOf(size - 1).flatMap((order) =>
    all(size, (place) => order.toSpliced(place, 0, size - 1)),
  )
}

/** So many, each made of its number. */
export const all = <T>(n: number, one: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => one(i))
