import { forget, recall, remember } from './tabStorage.ts'

export type Presses = ReturnType<typeof createPresses>

/**
 * The button presses whose requests have not been sent yet, each with the sentence that says so.
 *
 * If a press finds that the sign-in has ended, the page is left for sign-in and the press is lost. It is
 * not repeated afterwards, because minutes may have passed and another person may have signed in. So it is
 * stored while it waits, and the payer is told of it when the page is back.
 */
export function createPresses() {
  const waiting = new Map<object, string>()
  const underWay = new Set<Promise<unknown>>()

  function keep(): void {
    if (waiting.size === 0) forget('notDone')
    else remember('notDone', [...waiting.values()])
  }

  return {
    /** This press waits: its request has not been sent. */
    waits(press: object, notDone: string): void {
      waiting.set(press, notDone)
      keep()
    },

    /** Its request is sent or over: the payer learns the result from the answer. */
    goes(press: object): void {
      if (waiting.delete(press)) keep()
    },

    /** Do not leave the page before this request has its answer. */
    follow(answer: Promise<unknown>): void {
      underWay.add(answer)
      const end = () => underWay.delete(answer)
      answer.then(end, end)
    },

    /** Resolves once no request is under way. */
    async answered(): Promise<void> {
      await Promise.allSettled(underWay)
    },
  }
}

/** The sentences of presses that were lost when the page was left; each is returned once. */
export function takeNotDone(): readonly string[] {
  const kept = recall('notDone')
  forget('notDone')
  return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : []
}
