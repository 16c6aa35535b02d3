/** The countries whose phone numbers a stage may verify, by their two letters (ISO 3166). */
import { type CountryCode, getCountries, isSupportedCountry } from 'libphonenumber-js/max'
import * as z from 'zod'

const LIST = 'a list of two-letter countries, like ["GB", "IE"]'
const SAID = `must be "all" or ${LIST}`

/** Two letters that people write, and that no country has. */
const OTHERWISE: Readonly<Record<string, CountryCode>> = { UK: 'GB', EL: 'GR' }

const inEnglish = new Intl.DisplayNames('en', { type: 'region' })

/** The country that is meant, if it can be guessed: by its letters in lower case, by habit, or by its English name. */
function meant(said: string): CountryCode | undefined {
  const letters = said.toUpperCase()
  if (isSupportedCountry(letters)) return letters
  const name = said.toLowerCase()
  return (
    OTHERWISE[letters] ??
    getCountries().find((country) => inEnglish.of(country)?.toLowerCase() === name)
  )
}

const country = z.string(SAID).refine((said): boolean => isSupportedCountry(said), {
  error: ({ input }) => {
    const code = meant(String(input))
    return code
      ? `may not be "${input}": the code for ${inEnglish.of(code)} is "${code}"`
      : `may not be "${input}", which is the code of no country with phone numbers: phoneCountries is "all" or ${LIST}`
  },
})

/** `'all'`, or at least one country. */
export const phoneCountries = z.union([z.literal('all'), z.array(country).min(1, SAID)], SAID)
