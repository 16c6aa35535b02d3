import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'

/**
 * Cognito's trigger before it makes tokens (V2_0): puts the payer's e-mail into the access token,
 * which has none of its own. Only a verified one: anybody can type another's into a sign-up form.
 */
export const handler = async (
  event: PreTokenGenerationV2TriggerEvent,
): Promise<PreTokenGenerationV2TriggerEvent> => {
  const { email, email_verified: verified } = event.request.userAttributes
  if (!email || verified !== 'true') return event
  const accessTokenGeneration = { claimsToAddOrOverride: { email } }
  return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } }
}
