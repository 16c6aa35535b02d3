/** What a sequence does in a lane, and what the model is to make of it. */
import type { Reply } from '../harness/harness.ts'
import type { Answer, Flow, Swept } from './answers.ts'
import type { Actor } from './explain.ts'
import { checkSecrets } from './invariants.ts'
import type { Lane } from './lanes.ts'
import { answerOf } from './stored.ts'
import type { World } from './world.ts'

/** Something to do in a lane; what the model is to make of it, and what it counts as. */
export type Job = { readonly name: string; readonly run: (lane: Lane) => Promise<Done> }
export type Done = {
  readonly actors: readonly Actor[]
  /** What a sweep said of all its parts together. */
  readonly swept?: Swept | undefined
  readonly tally: readonly string[]
}

/** A request of somebody's, once it is answered. */
export async function asked(
  world: World,
  as: { readonly payerId: string },
  reply: Promise<Reply>,
  flow: Flow,
  touches: readonly string[],
  name: string,
  tally: (answer: Answer) => readonly string[] = () => [],
): Promise<Done> {
  const got = await reply
  checkSecrets(world, as.payerId, got)
  const answer = answerOf(world, got)
  return {
    actors: [{ name: `${name} → ${say(answer)}`, flow, answer, touches }],
    tally: [...(answer.code ? [`refused: ${answer.code}`] : []), ...tally(answer)],
  }
}

export const say = (answer: Answer) => `${answer.status}${answer.code ? ` ${answer.code}` : ''}`

/** Round and round, backwards too: -1 is the last. */
export function pick<T>(all: readonly T[], at: number): T {
  const found = all.at(at % all.length)
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}
