import { describe, expect, test } from 'vitest'
import { homeScreenOf } from '../../../web/approve/homeScreenState.ts'

const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
const here = { isStandalone: false, touchPoints: 0 }

describe('a page that is not on a home screen', () => {
  test.each([
    [
      'Safari on an iPhone',
      `(iPhone; CPU iPhone OS 18_4) ${SAFARI} Version/18.4 Mobile/15E148 Safari/604.1`,
      5,
      'iphone',
    ],
    [
      'Chrome on an iPhone',
      `(iPhone; CPU iPhone OS 18_4) ${SAFARI} CriOS/150.0 Mobile/15E148 Safari/604.1`,
      5,
      'iphone',
    ],
    [
      'an iPad that says it is a Mac',
      `(Macintosh; Intel Mac OS X 10_15_7) ${SAFARI} Version/18.4 Safari/605.1.15`,
      5,
      'iphone',
    ],
    [
      'Safari on a Mac',
      `(Macintosh; Intel Mac OS X 10_15_7) ${SAFARI} Version/18.4 Safari/605.1.15`,
      0,
      'mac',
    ],
    [
      'Chrome on a Mac',
      '(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
      0,
      'other',
    ],
    [
      'Chrome on Android',
      '(Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
      5,
      'other',
    ],
    [
      'Windows with a touch screen',
      '(Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/140.0',
      10,
      'other',
    ],
  ] as const)('is told by its browser: %s', (_, userAgent, touchPoints, state) => {
    expect(homeScreenOf({ ...here, userAgent: `Mozilla/5.0 ${userAgent}`, touchPoints })).toBe(
      state,
    )
  })
})

test('a page on a home screen needs no guide, whatever its browser', () => {
  const userAgent = `Mozilla/5.0 (iPhone; CPU iPhone OS 18_4) ${SAFARI} Mobile/15E148`
  expect(homeScreenOf({ userAgent, touchPoints: 5, isStandalone: true })).toBe('installed')
})
