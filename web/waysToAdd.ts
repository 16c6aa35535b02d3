/** The ways to let another phone in for a payer who has lost theirs, in words. */

import { addPhoneWords } from '#words/addPhoneWords.ts'
import type { Devices } from './deviceApi.ts'

/**
 * The sentence before the ways, and the ways, the one with the least to wait first.
 *
 * @param operator names the people who can give an invitation
 */
export function waysToAdd(
  devices: Devices,
  operator: string,
): { readonly intro: string; readonly ways: readonly string[] } {
  const { list, removed, leaves, everHadOne } = devices
  const waitHours = everHadOne ? devices.waitHours : 0
  const ways = [
    // The only one that approves is the one that is lost.
    list.length > 0 && list.length + removed.length > 1 && addPhoneWords.wayDevice,
    leaves.includes('sign-in') && addPhoneWords.waySignIn,
    leaves.includes('text') && addPhoneWords.wayText(waitHours),
    addPhoneWords.wayInvitation(waitHours, operator),
  ].filter((way) => way !== false)
  return { intro: ways.length === 1 ? addPhoneWords.oneWay : addPhoneWords.eachWay, ways }
}
