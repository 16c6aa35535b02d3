/** What fails `npm run bench:check`: what got worse since the last release, by the ratios of both, or is above its aim. */
import { aboveAim } from './aims.ts'

/** What is measured of cold starts. */
export const COLD = 'cold start, of the bare SDK’s'

/** What is measured, each by a script of its own. */
export const MEASURED = {
  [COLD]: 'cold.ts',
  'function alone, of the bare SDK’s same calls': 'alone.ts',
  'local API, of the bare engine’s same calls': 'run.ts',
} as const

/** A figure may get worse by less than this part of itself. */
const FIFTH = 0.2

type Ratios = Readonly<Record<string, number>>

/** A sentence for all that fails, from the ratios of each of `MEASURED`. */
export function whatFails(
  last: Readonly<Record<string, Ratios>>,
  now: Readonly<Record<string, Ratios>>,
): string[] {
  return Object.entries(now).flatMap(([what, each]) =>
    [...worse(last[what] ?? {}, each), ...(what === COLD ? aboveAim(each) : [])].map(
      (one) => `${what}: ${one}`,
    ),
  )
}

/**
 * Compare ratios of which less is better.
 *
 * @returns a sentence for each figure that got worse by a fifth, was not measured, or was never released
 */
export function worse(last: Ratios, now: Ratios): string[] {
  const names = [...new Set([...Object.keys(last), ...Object.keys(now)])]
  return names.flatMap((name) => {
    const [before, after] = [last[name], now[name]]
    if (before === undefined || Number.isNaN(before))
      return [`${name}: the last release has no figure of it`]
    if (after === undefined || Number.isNaN(after)) return [`${name}: it was not measured`]
    return after < before * (1 + FIFTH) ? [] : [`${name}: ${after}, and was ${before}`]
  })
}
