/** A signal that is aborted as soon as one of these is. Safari before 17.4 has no `AbortSignal.any`. */
export function anyOf(...signals: readonly AbortSignal[]): AbortSignal {
  const first = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) first.abort()
    else signal.addEventListener('abort', () => first.abort(), { signal: first.signal })
  }
  return first.signal
}

/** A signal that is aborted after `ms`. Safari before 16 and Chrome before 103 have no `AbortSignal.timeout`. */
export function timeLimit(ms: number): AbortSignal {
  // `AbortSignal.timeout` is preferred, because browsers slow down timers in background tabs.
  if ('timeout' in AbortSignal) return AbortSignal.timeout(ms)
  const limit = new AbortController()
  setTimeout(() => limit.abort(), ms)
  return limit.signal
}
