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

/** A sentence on the slowest of these: whether it is within the aim, and if not, whether `npm run bench:check` fails. */
export function verdictOn(ratios: Readonly<Record<string, number>>): string {
  const known = Object.entries(ratios).filter(
    ([name, ratio]) => ratio > 0 && !(name in WITHOUT_AIM),
  )
  const [slowest] = known.toSorted(([, one], [, other]) => other - one)
  if (!slowest) return 'Nothing was measured that has an aim.'
  const [name, ratio] = slowest
  const took = `Without a cache the busiest, ${name}, takes ${ratio.toFixed(2)} times what the SDK does`
  if (ratio <= RATIO_MAX) return `${took}: within the aim of ${RATIO_MAX}.`
  const but = aboveAim({ [name]: ratio }).length > 0 ? 'and' : 'but not'
  const fails = (RATIO_MAX + TOLERANCE).toFixed(1)
  return `${took}: above the aim of ${RATIO_MAX}, ${but} above ${fails}, where bench:check fails.`
}
