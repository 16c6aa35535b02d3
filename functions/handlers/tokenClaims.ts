import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'

/**
 * Cognito's trigger before it makes tokens (V2_0): adds the payer's e-mail address to the access token. Only a verified
 * address is added, because anybody can enter any address in a sign-up form.
 */
export const handler = async (
  event: PreTokenGenerationV2TriggerEvent,
): Promise<PreTokenGenerationV2TriggerEvent> => {
  const { email, email_verified: verified } = event.request.userAttributes
  if (!email || verified !== 'true') return event
  const accessTokenGeneration = { claimsToAddOrOverride: { email } }
  return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } }
}
