/**
 * The invitation that an operator gave the payer: a link or a code with which a phone is let in. It is kept in this
 * tab over sign-in, until it was used; whether it is still good, only the server knows.
 */
import { invitationToShow, readInvitation } from './invitation.ts'
import { fragmentOf } from './place.ts'
import { forget, recall, remember } from './tabStorage.ts'

/** For so many days it is good; a test binds it to the server's rule. */
export const OWNER_INVITATION_DAYS = 7

const LINK = /^#\/?invitation(?:\/(.*))?$/

/**
 * Keep the code of a link that was opened, and take it out of the address at once, so that no history has it.
 *
 * @param replace is called with the fragment of the view that explains the invitation
 */
export function takeInvitationLink(hash: string, replace: (fragment: string) => void): void {
  const link = LINK.exec(hash)
  if (link === null) return
  keepOwnerInvitation(readInvitation(link[1] ?? '') ?? '')
  replace(fragmentOf({ view: 'invitation' }))
}

/** The code as people read it; null if there is none, or if the link was not complete. */
export function ownerInvitation(): string | null {
  const code = recall('ownerInvitation')
  return typeof code === 'string' && code !== '' ? invitationToShow(code) : null
}

/** Whether a link was opened in which the code is cut off or mistyped. */
export const hasBrokenLink = (): boolean => recall('ownerInvitation') === ''

/** @param code as `readInvitation` gives it */
export function keepOwnerInvitation(code: string): void {
  remember('ownerInvitation', code)
}

export function forgetOwnerInvitation(): void {
  forget('ownerInvitation')
}
