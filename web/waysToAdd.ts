/** The ways to let another phone in for a payer who has lost theirs, in words. */
import type { Devices } from './deviceApi.ts'
import { hoursInWords } from './times.ts'

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
  const ways = [
    // The only one that approves is the one that is lost.
    list.length > 0 && list.length + removed.length > 1 && OTHER,
    leaves.includes('sign-in') && 'Your password: nothing more is needed.',
    leaves.includes('text') && byText(devices),
    byInvitation(everHadOne ? devices.waitHours : 0, operator),
  ].filter((way) => way !== false)
  return {
    intro: ways.length === 1 ? 'There is one way to add it:' : 'Each of these is enough to add it:',
    ways,
  }
}

const OTHER =
  'Another of your phones, if it is at hand: it says yes, and the new one approves at once.'

const byText = ({ everHadOne, waitHours }: Devices): string =>
  'A code by text to your number, if you have its SIM card.' +
  (everHadOne
    ? ` The phone then waits ${hoursInWords(waitHours)} before it approves, so that you can stop a thief who has your number.`
    : '')

const byInvitation = (waitHours: number, operator: string): string =>
  `An invitation: ask ${operator} for one.` +
  (waitHours === 0
    ? ''
    : ` The phone then waits ${hoursInWords(waitHours)} before it approves, but they can also make one without this wait.`)
