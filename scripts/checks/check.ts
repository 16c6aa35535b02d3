/** One check and its finding: a line in the output of a command that looks at a stage. */

export type Finding = {
  /** Right, worth knowing, wrong, unknown, or left for the owner to do by hand. */
  readonly mark: '✓' | '!' | '✗' | '?' | '☐'
  readonly found: string
  /** What to do now: a command, or a page of a console. */
  readonly next?: string
}

export type Check = {
  readonly title: string
  /** The rights that the check needs, by IAM's names. */
  readonly needs?: readonly string[]
  /** Whether it guards what no later deployment can take back, so that it has to be seen. */
  readonly isGuard?: true
  readonly look: (signal: AbortSignal) => Promise<Finding>
}

/** A check but for its title, which is that of a row in docs/guides/deploying.md. */
export type Look = Omit<Check, 'title'>

export const right = (found: string): Finding => ({ mark: '✓', found })
export const known = (found: string, next?: string): Finding => ({
  mark: '!',
  found,
  ...(next !== undefined && { next }),
})
export const wrong = (found: string, next: string): Finding => ({ mark: '✗', found, next })
export const unclear = (found: string, next: string): Finding => ({ mark: '?', found, next })

export const byHand = (found: string, next: string): Finding => ({ mark: '☐', found, next })

/** An address did not answer, because of the server or the connection. */
export class NoAnswer extends Error {
  readonly host: string
  readonly reason: string

  constructor(host: string, reason: string) {
    super(`no answer at ${host}`)
    this.host = host
    this.reason = reason
  }
}

/** Run a check, but no longer than `limitMs`, so that one that hangs does not hold up the others. */
export async function lookWithin(limitMs: number, check: Check): Promise<Finding> {
  const ended = new AbortController()
  const late = Promise.withResolvers<Finding>()
  const timer = setTimeout(() => {
    late.resolve(
      unclear(
        `no answer within ${limitMs / 1000} s`,
        'Run this again. If there is still no answer, the server hangs, or a firewall drops the request.',
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

/** Why the check found nothing out. The error's own message is never shown, because it may repeat the request. */
function notSeen(error: unknown, { needs }: Check): Finding {
  if (error instanceof NoAnswer) {
    return unclear(
      `${error.host} does not answer (${error.reason})`,
      'Check your own connection first, then run this again.',
    )
  }
  const name = error instanceof Error ? error.name : typeof error
  if (/^(AccessDenied|AuthorizationError|NotAuthorized|UnauthorizedOperation)/.test(name)) {
    return unclear(
      `these credentials may not look (${name})`,
      `Use credentials with ${needs?.join(', ') ?? 'the right to read it'}.`,
    )
  }
  return unclear(`an answer that was not understood (${name})`, 'Run this again.')
}
