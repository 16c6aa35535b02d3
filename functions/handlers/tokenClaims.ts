import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'

type Env = Readonly<Record<string, string | undefined>>

/** Cognito's own scope: with it an access token can change its owner's account without managed login. */
const SELF_SERVICE = 'aws.cognito.signin.user.admin'

/**
 * Cognito's trigger before it makes tokens (V2_0): adds the payer's e-mail address to the access token, and takes from
 * it the right to change the account. Only a verified address is added, because anybody can enter any address in a
 * sign-up form.
 *
 * With `USER_POOL` `shared` the right stays: the pool's owner has other clients, whose tokens may need it.
 */
export const tokenClaims =
  ({ USER_POOL }: Env) =>
  async (event: PreTokenGenerationV2TriggerEvent): Promise<PreTokenGenerationV2TriggerEvent> => {
    const { email, email_verified: verified } = event.request.userAttributes
    const accessTokenGeneration = {
      ...(USER_POOL !== 'shared' && { scopesToSuppress: [SELF_SERVICE] }),
      ...(email && verified === 'true' && { claimsToAddOrOverride: { email } }),
    }
    if (Object.keys(accessTokenGeneration).length === 0) return event
    return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } }
  }

export const handler = tokenClaims(process.env)
