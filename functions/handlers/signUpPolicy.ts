import type { PreSignUpTriggerEvent } from 'aws-lambda'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Cognito's trigger before a sign-up: who may have an account, by the stage's settings `SIGN_UP`
 * (`open`, `domains`, `closed`) and `SIGN_UP_DOMAINS`. Each account can cost the owner texts.
 *
 * Whoever the owner invites is always let in. A setting that is missing or unknown lets nobody in.
 */
export const signUpPolicy =
  ({ SIGN_UP, SIGN_UP_DOMAINS = '' }: Env) =>
  async (event: PreSignUpTriggerEvent): Promise<PreSignUpTriggerEvent> => {
    if (event.triggerSource === 'PreSignUp_AdminCreateUser') return event
    if (SIGN_UP === 'open') return event
    // That the address is theirs is proved by the code that Cognito sends there.
    if (SIGN_UP === 'domains' && SIGN_UP_DOMAINS.split(',').includes(domainOf(event))) return event
    throw new Error('Accounts are by invitation here.')
  }

export const handler = signUpPolicy(process.env)

/** What follows the last @, in lower case; a domain that is no text is in no list. */
function domainOf({ request }: PreSignUpTriggerEvent): string {
  const [, domain] = /@([^@\s]+)$/.exec(request.userAttributes.email ?? '') ?? []
  return domain?.toLowerCase() ?? '@'
}
