/** Aborted as soon as one of these is. Safari before 17.4 has no `AbortSignal.any`. */
export function anyOf(...signals: readonly AbortSignal[]): AbortSignal {
  const first = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) first.abort()
    else signal.addEventListener('abort', () => first.abort(), { signal: first.signal })
  }
  return first.signal
}

/** Aborted after so long. Safari before 16 and Chrome before 103 have no `AbortSignal.timeout`. */
export function timeLimit(ms: number): AbortSignal {
  // The browser's own, where there is one: background tabs slow down the timers of a page.
  if ('timeout' in AbortSignal) return AbortSignal.timeout(ms)
  const limit = new AbortController()
  setTimeout(() => limit.abort(), ms)
  return limit.signal
}
