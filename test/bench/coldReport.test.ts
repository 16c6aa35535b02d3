/** How cold starts become ratios. */
import { expect, test } from 'vitest'
import { SDK } from '../../bench/coldBundles.ts'
import { coldTimes } from '../../bench/coldReport.ts'

test('a ratio is the median of the processor’s times by the SDK’s, without those that were not started', () => {
  const times = coldTimes()
  for (const busyMs of [90, 100, 400]) times.add(SDK, { ms: 1, busyMs })
  for (const busyMs of [300, 130, 120]) times.add('profile', { ms: 1000, busyMs })
  expect(times.ratios([SDK, 'profile', 'smsStart'])).toEqual({ [SDK]: 1, profile: 1.3 })
})
