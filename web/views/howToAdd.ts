import type { App } from '../screen.ts'
import { hoursInWords } from '../times.ts'

/** The people who can give an invitation, named by the site that they run. */
export const operatorHere = (): string => `the people who run ${location.host}`

/** What a payer without a phone that approves needs in order to add one. */
export function howToAdd(app: App): string {
  const { leaves, everHadOne, waitHours } = app.profile.devices
  const ask = `an invitation: ask ${operatorHere()} for one`
  if (leaves.includes('device')) return 'To add one you need a yes on another of your phones.'
  if (leaves.includes('sign-in'))
    return 'To add one you need nothing but the phone and your password.'
  if (!leaves.includes('text')) return `To add one you need ${ask}.`
  return everHadOne
    ? `To add one you need a code by text, and the phone waits ${hoursInWords(waitHours)} before it can approve; or ${ask}.`
    : 'To add one you need a code by text.'
}
