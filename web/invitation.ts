/** The code that invites a phone: ten characters without 0, 1, I and O, shown as XXXXX-XXXXX. */
const CODE = /^[A-HJ-NP-Z2-9]{10}$/

/** A typed or scanned code as the API takes it; null if it can't be one. Blanks, hyphens and case don't matter. */
export function readInvitation(typed: string): string | null {
  const code = typed
    .replace(/[\s\p{Z}\p{Pd}\u2212\p{Default_Ignorable_Code_Point}]/gu, '')
    .toUpperCase()
  return CODE.test(code) ? code : null
}

/** The code as it is read and typed by people. */
export const invitationToShow = (code: string): string => `${code.slice(0, 5)}-${code.slice(5)}`

/** The path that opens the phone's page with the code. A fragment reaches no server and no log. */
export const invitationPath = (code: string): string => `${APPROVE_PATH}#add/${code}`

/** The page on which a phone approves. */
export const APPROVE_PATH = '/approve.html'
