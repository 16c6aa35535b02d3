/** Test support: how many trips a Lambda makes one after another, however many calls each of them holds. */
import { setImmediate as turn } from 'node:timers/promises'
import type { LambdaName } from '../../functions/routes.ts'
import { type Between, type Step, startLambda } from './faultInjection.ts'
import type { Harness, Reply, Request } from './harness.ts'

/** What one trip went to. Calls that are sent together are one trip, as long as the slowest of them. */
export type Trip = 'tables' | 'provider' | 'both'

/**
 * Ask one Lambda of the harness's world, and count its trips: calls are held until the Lambda sends no more, pass
 * together, and their answers come together. A call that needs no answer of another is then in the same trip.
 */
export async function tripsOf(
  harness: Harness,
  name: LambdaName,
  request: Request,
): Promise<{ readonly trips: readonly Trip[]; readonly reply: Reply }> {
  const trips: Trip[] = []
  let held: { readonly step: Step; readonly go: () => void }[] = []
  let isLooking = false

  const release = async () => {
    isLooking = true
    for (let seen = -1; seen < held.length; ) {
      seen = held.length
      for (let turns = 0; turns < TURNS; turns += 1) await turn()
    }
    isLooking = false
    const together = held
    held = []
    const servers = new Set(together.map(({ step }) => step.server))
    trips.push(servers.size > 1 ? 'both' : servers.has('database') ? 'tables' : 'provider')
    answers = Promise.withResolvers<void>()
    left = together.length
    for (const { go } of together) go()
  }
  let answers = Promise.withResolvers<void>()
  let left = 0

  const between: Between = async (step, next) => {
    const released = Promise.withResolvers<void>()
    held.push({ step, go: released.resolve })
    if (!isLooking) void release()
    await released.promise
    const mine = answers
    const answer = await next()
    left -= 1
    if (left === 0) mine.resolve()
    await mine.promise
    return answer
  }
  const lambda = await startLambda(harness, name, between)
  try {
    const reply = await lambda.ask(request)
    if (!reply) throw new Error(`${name} did not answer`)
    return { trips, reply }
  } finally {
    lambda.close()
  }
}

/** So many turns of the event loop without another call mean that the Lambda waits for what it has sent. */
const TURNS = 50
