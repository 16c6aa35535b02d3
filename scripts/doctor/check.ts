/** One look at one thing, and what was found: a line of what `npm run doctor` says. */

export type Finding = {
  /** Right, worth knowing, wrong, or not to be told. */
  readonly mark: '✓' | '!' | '✗' | '?'
  readonly found: string
  /** What to do now: a command, or a place to go to. */
  readonly next?: string
}

export type Check = {
  readonly title: string
  /** The rights that it takes, by AWS's names of them. */
  readonly needs?: string
  readonly look: (signal: AbortSignal) => Promise<Finding>
}

export const right = (found: string): Finding => ({ mark: '✓', found })
export const known = (found: string, next?: string): Finding => ({
  mark: '!',
  found,
  ...(next !== undefined && { next }),
})
export const wrong = (found: string, next: string): Finding => ({ mark: '✗', found, next })
export const unclear = (found: string, next: string): Finding => ({ mark: '?', found, next })

/** Nobody answered at an address, which may be its fault or that of the way there. */
export class NoAnswer extends Error {
  readonly host: string
  readonly reason: string

  constructor(host: string, reason: string) {
    super(`no answer at ${host}`)
    this.host = host
    this.reason = reason
  }
}

/** Look, but no longer than `limitMs`: who waits for an answer that never comes learns nothing else. */
export async function lookWithin(limitMs: number, check: Check): Promise<Finding> {
  const ended = new AbortController()
  const late = Promise.withResolvers<Finding>()
  const timer = setTimeout(() => {
    late.resolve(
      unclear(
        `no answer within ${limitMs / 1000} s`,
        'Run this again. If it stays so, what should answer hangs, or a firewall swallows the question.',
      ),
    )
    ended.abort()
  }, limitMs)
  const looked = check.look(ended.signal).catch((error) => notSeen(error, check))
  try {
    return await Promise.race([late.promise, looked])
  } finally {
    clearTimeout(timer)
  }
}

/** Why nothing is known; never in the error's own words, which may repeat what was sent. */
function notSeen(error: unknown, { needs }: Check): Finding {
  if (error instanceof NoAnswer) {
    return unclear(
      `${error.host} does not answer (${error.reason})`,
      'Check your own connection first, then run this again.',
    )
  }
  const name = error instanceof Error ? error.name : typeof error
  if (name.startsWith('AccessDenied')) {
    return unclear(
      `these credentials may not look (${name})`,
      `Use credentials with ${needs ?? 'the right to read it'}.`,
    )
  }
  return unclear(`an answer that was not understood (${name})`, 'Run this again.')
}
