import type { PreSignUpTriggerEvent } from 'aws-lambda'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Cognito's trigger before a sign-up: allows it by the stage's settings `SIGN_UP` (`open`, `domains`, `closed`) and
 * `SIGN_UP_DOMAINS`, because each account can cost the owner texts.
 *
 * An account that the owner creates is always allowed. If a setting is missing or unknown, every sign-up is refused, and
 * that counts as a fault: Cognito takes no other answer than an error, so a refusal writes a line that tells it apart.
 */
export const signUpPolicy =
  ({ SIGN_UP, SIGN_UP_DOMAINS = '' }: Env) =>
  async (event: PreSignUpTriggerEvent): Promise<PreSignUpTriggerEvent> => {
    if (event.triggerSource === 'PreSignUp_AdminCreateUser') return event
    if (SIGN_UP === 'open') return event
    // Cognito then sends a code to the address, which proves that it is the payer's.
    if (SIGN_UP === 'domains' && SIGN_UP_DOMAINS.split(',').includes(domainOf(event))) return event
    // Counted by the stack's filter of this log, which looks for the word.
    if (SIGN_UP === 'domains' || SIGN_UP === 'closed') console.warn('SignUpRefused')
    throw new Error('Accounts are by invitation here.')
  }

export const handler = signUpPolicy(process.env)

/** The text after the last @, in lower case. */
function domainOf({ request }: PreSignUpTriggerEvent): string {
  const [, domain] = /@([^@\s]+)$/.exec(request.userAttributes.email ?? '') ?? []
  return domain?.toLowerCase() ?? '@'
}
