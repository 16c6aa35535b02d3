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

/** A sentence for each figure that is new since the last release, so that nobody takes it for compared. */
export function whatIsNew(
  last: Readonly<Record<string, Ratios>>,
  now: Readonly<Record<string, Ratios>>,
): string[] {
  return Object.entries(now).flatMap(([what, each]) =>
    Object.keys(each)
      .filter((name) => last[what]?.[name] === undefined)
      .map((name) => `${what}: ${name}: ${each[name]}, compared from the next release on`),
  )
}

/**
 * Compare ratios of which less is better.
 *
 * @returns a sentence for each figure that got worse by a fifth, was not measured now, or could not be at the release
 */
export function worse(last: Ratios, now: Ratios): string[] {
  return Object.entries(last).flatMap(([name, before]) => {
    const after = now[name]
    if (Number.isNaN(before)) return [`${name}: the last release has no figure of it`]
    if (after === undefined || Number.isNaN(after)) return [`${name}: it was not measured`]
    return after < before * (1 + FIFTH) ? [] : [`${name}: ${after}, and was ${before}`]
  })
}
