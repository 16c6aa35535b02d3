import { phoneNumberWords } from '#words/phoneNumberWords.ts'
import { el } from '../element.ts'
import { likelyCountry, phoneCountries } from '../phoneCountry.ts'
import { phonePlans } from '../phonePlans.ts'
import { countryOf } from '../phoneReading.ts'
import type { App } from '../screen.ts'

/** The country of a number that is written without its calling code. */
export function countrySelect(
  { config }: App,
  kept: string | undefined,
  confirmed: string,
): HTMLSelectElement {
  const offered = phoneCountries(phonePlans, config.phoneCountries, document.documentElement.lang)
  const likely = likelyCountry(offered, navigator.languages)
  const select = el('select', { id: 'phone-country', name: 'phone-country' })
  if (likely === null) select.append(el('option', { value: '' }, phoneNumberWords.chooseCountry))
  for (const { country, name, callingCode } of offered) {
    select.append(
      el('option', { value: country }, phoneNumberWords.countryOption(name, callingCode)),
    )
  }
  const had = countryOf(confirmed, likely ?? '', phonePlans)
  const chosen = [kept, had].find((one) => offered.some(({ country }) => country === one)) ?? likely
  select.value = chosen ?? ''
  return select
}
