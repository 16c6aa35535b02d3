import { expect, test } from 'vitest'
import { phonePlans } from '../../lib/phonePlans.ts'
import { likelyCountry, phoneCountries } from '../../web/phoneCountry.ts'

const plans = phonePlans()

test('every country is offered by its name, in the order of names, with its calling code', () => {
  const offered = phoneCountries(plans, [], 'en')
  expect(offered.length).toBeGreaterThan(240)
  expect(offered.slice(0, 2)).toEqual([
    { country: 'AF', name: 'Afghanistan', callingCode: '93' },
    { country: 'AX', name: 'Åland Islands', callingCode: '358' },
  ])
  // None is shown by its code.
  expect(offered.filter(({ country, name }) => country === name)).toEqual([])
})

test('a stage that serves some countries offers these', () => {
  const offered = phoneCountries(plans, ['GB', 'DE', 'AT'], 'en')
  expect(offered.map(({ name }) => name)).toEqual(['Austria', 'Germany', 'United Kingdom'])
})

test.each([
  [['en-GB'], [], 'GB'],
  [['de'], [], 'DE'],
  [['en-US', 'de-AT'], ['DE', 'AT'], 'AT'],
  [['en', 'de'], ['DE', 'GB'], 'DE'],
  [['en-US'], ['GB'], 'GB'],
  [['eo', 'not a language'], [], null],
  [['ja'], ['DE', 'GB'], null],
  [[], [], null],
])('with the languages %j, and %j served, it starts at %s', (languages, served, country) => {
  expect(likelyCountry(phoneCountries(plans, served, 'en'), languages)).toBe(country)
})
