import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dateAndTime, dayAndTime, hoursInWords, timeSoon } from '../../web/times.ts'

/** A Saturday, by the clock of wherever this runs. */
const saturday = (hours: number, minutes: number) => new Date(2026, 10, 28, hours, minutes)

test('a date has its month in letters and its time in twenty-four hours', () => {
  expect(dateAndTime(saturday(0, 3))).toBe('28 November 2026, 00:03')
  expect(dateAndTime(saturday(13, 5))).toBe('28 November 2026, 13:05')
})

describe('a time soon', () => {
  test('is bare today, to the last minute', () => {
    expect(timeSoon(saturday(23, 59), saturday(0, 0))).toBe('23:59')
  })

  test('has its day from midnight on', () => {
    expect(timeSoon(saturday(24, 3), saturday(23, 58))).toBe('Sunday, 00:03')
  })
})

test.each([
  [1, '1 hour'],
  [12, '12 hours'],
  [24, '24 hours'],
  [36, '36 hours'],
  [48, '2 days'],
  [168, '7 days'],
])('a wait of %i hours is said as %s', (hours, words) => {
  expect(hoursInWords(hours)).toBe(words)
})

// A browser that has not been told a language takes its owner's.
const SAYS_BY_ITSELF = /\btoLocale(?:Date|Time)?String\(|\bIntl\.(?!DisplayNames|Locale\b)/
const pages = readdirSync('web', { recursive: true, encoding: 'utf8' })
  // What is read of an amount goes by the language of whoever typed it, and none of it is shown.
  .filter((name) => name.endsWith('.ts') && !['times.ts', 'amountText.ts'].includes(name))
  .map((name) => `web/${name}`)

test.each(pages)('%s leaves dates, times and numbers to one place', (file) => {
  expect(readFileSync(file, 'utf8')).not.toMatch(SAYS_BY_ITSELF)
})

test("the pretend phone's page names its language too", () => {
  const script = readFileSync('local/phone/phonePage/phone.js', 'utf8')
  for (const [, language] of script.matchAll(/toLocale\w*\(([^,)]*)/g)) {
    expect(language).toBe("'en-GB'")
  }
  expect(script).not.toMatch(/\bIntl\./)
})

test.each([
  [[2026, 10, 28, 9, 5], 'Today, 09:05'],
  [[2026, 10, 27, 23, 59], '27 Nov, 23:59'],
  [[2025, 10, 28, 9, 5], '28 Nov 2025'],
] as const)('a row of the list is short: %j is %s', ([y, m, d, h, min], words) => {
  expect(dayAndTime(new Date(y, m, d, h, min), saturday(13, 5))).toBe(words)
})
