/** What got worse since the last release, by the ratios of both. */

/** What is measured, each by a script of its own. */
export const MEASURED = {
  'cold start, of the bare SDK’s': 'cold.ts',
  'function alone, of the bare SDK’s same calls': 'alone.ts',
  'local API, of the bare engine’s same calls': 'run.ts',
} as const

/** A figure may get worse by less than this part of itself. */
const FIFTH = 0.2

/**
 * Compare ratios of which less is better.
 *
 * @returns a sentence for each figure that got worse by a fifth, was not measured, or was never released
 */
export function worse(
  last: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): string[] {
  const names = [...new Set([...Object.keys(last), ...Object.keys(now)])]
  return names.flatMap((name) => {
    const [before, after] = [last[name], now[name]]
    if (before === undefined || Number.isNaN(before))
      return [`${name}: the last release has no figure of it`]
    if (after === undefined || Number.isNaN(after)) return [`${name}: it was not measured`]
    return after < before * (1 + FIFTH) ? [] : [`${name}: ${after}, and was ${before}`]
  })
}
