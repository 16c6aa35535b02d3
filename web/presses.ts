import { forget, recall, remember } from './tabStorage.ts'

export type Presses = ReturnType<typeof createPresses>

/**
 * What the person asked for and the server has not been asked yet, each as the sentence that tells it.
 *
 * A press that finds the sign-in over leads to another page and is lost with this one. It is not done by
 * itself after that: minutes may lie between, and another person. So it is written down for as long as it
 * waits, and told when the person is back.
 */
export function createPresses() {
  const waiting = new Map<object, string>()
  const underWay = new Set<Promise<unknown>>()

  function keep(): void {
    if (waiting.size === 0) forget('notDone')
    else remember('notDone', [...waiting.values()])
  }

  return {
    /** Nothing of this press has been sent. */
    waits(press: object, notDone: string): void {
      waiting.set(press, notDone)
      keep()
    },

    /** It is on its way, or over: what became of it is told by its answer. */
    goes(press: object): void {
      if (waiting.delete(press)) keep()
    },

    /** Leave no page before this has its answer. */
    follow(answer: Promise<unknown>): void {
      underWay.add(answer)
      const end = () => underWay.delete(answer)
      answer.then(end, end)
    },

    /** Resolves once nothing is under way. */
    async answered(): Promise<void> {
      await Promise.allSettled(underWay)
    },
  }
}

/** What was not done when the page went away, told once. */
export function takeNotDone(): readonly string[] {
  const kept = recall('notDone')
  forget('notDone')
  return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : []
}
