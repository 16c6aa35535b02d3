import { vi } from 'vitest'

/** As long as a slow machine may need. */
const PATIENCE_MS = 10_000

/** Try again until it holds, or for ten seconds; the last failure is thrown then. */
export const eventually = <T>(look: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: PATIENCE_MS })
