/** How long a Lambda may take to start, as a ratio to the bare SDK's start: an aim, and what fails a release. */

/** The aim for each Lambda. */
export const RATIO_MAX = 1.3
/** Twice what one run of twenty differs from the next, so that chance alone fails nothing. */
export const TOLERANCE = 0.1

/** Lambdas without an aim, each with the reason. They are no part of the ratios. */
export const WITHOUT_AIM: Readonly<Record<string, string>> = {
  sweepPayments: 'nobody waits for it, and its work grows with the payments of the run',
}

/** A sentence for each of these ratios that is above the aim and its tolerance. */
export function aboveAim(ratios: Readonly<Record<string, number>>): string[] {
  return Object.entries(ratios).flatMap(([name, ratio]) =>
    ratio > RATIO_MAX + TOLERANCE && !(name in WITHOUT_AIM)
      ? [`${name}: ${ratio}, and the aim is ${RATIO_MAX}, of which ${TOLERANCE} more is chance`]
      : [],
  )
}
