/** The countries to choose from for a phone number that is written without its calling code. */
import type { PhonePlans } from './phoneReading.ts'

export type PhoneCountry = {
  /** ISO 3166, two letters. */
  readonly country: string
  readonly name: string
  readonly callingCode: string
}

/**
 * The served countries by their names.
 *
 * @param served ISO 3166; an empty list means all
 */
export function phoneCountries(
  { countries }: PhonePlans,
  served: readonly string[],
  language: string,
): PhoneCountry[] {
  const nameOf = countryNames(language)
  return Object.entries(countries)
    .filter(([country]) => served.length === 0 || served.includes(country))
    .map(([country, [callingCode]]) => ({
      country,
      callingCode,
      name: nameOf(country),
    }))
    .sort((one, other) => one.name.localeCompare(other.name, language))
}

/** The names of countries in this language. */
export function countryNames(language: string): (country: string) => string {
  const names = new Intl.DisplayNames([language], { type: 'region' })
  return (country) => names.of(country) ?? country
}

/**
 * The country that a payer probably writes numbers of: the only one that is served, or else that of the first of the
 * browser's languages that has one of these; null if there is none.
 */
export function likelyCountry(
  offered: readonly PhoneCountry[],
  languages: readonly string[],
): string | null {
  if (offered.length === 1) return offered[0]?.country ?? null
  const said = languages.map((language) => localeOf(language)?.region)
  // A language without a country is spoken in one above all, like `de` in Germany.
  const likely = languages.map((language) => localeOf(language)?.maximize().region)
  const isOffered = (region: string | undefined) =>
    offered.some(({ country }) => country === region)
  return [...said, ...likely].find(isOffered) ?? null
}

function localeOf(language: string): Intl.Locale | null {
  try {
    return new Intl.Locale(language)
  } catch {
    return null
  }
}
