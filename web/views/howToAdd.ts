import { addPhoneWords } from '#words/addPhoneWords.ts'
import type { App } from '../screen.ts'

/** The people who can give an invitation. */
export const operatorHere = (): string => addPhoneWords.operator

/** What a payer without a phone that approves needs in order to add one. */
export function howToAdd(app: App): string {
  const { leaves, everHadOne, waitHours } = app.profile.devices
  if (leaves.includes('device')) return addPhoneWords.needYes
  if (leaves.includes('sign-in')) return addPhoneWords.needPassword
  if (!leaves.includes('text')) return addPhoneWords.needOnlyInvitation(operatorHere())
  return everHadOne
    ? addPhoneWords.needTextOrInvitation(waitHours, operatorHere())
    : addPhoneWords.needTextOnly
}
