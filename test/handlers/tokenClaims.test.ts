import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'
import { expect, test } from 'vitest'
import { tokenClaims } from '../../functions/handlers/tokenClaims.ts'

/** A person whose e-mail is verified. Each test breaks one thing about them. */
const person = { sub: 'ada', email: 'ada@example.com', email_verified: 'true' }
const unverified = [
  ['is not verified', { ...person, email_verified: 'false' }],
  ['is verified in other words', { ...person, email_verified: 'TRUE' }],
  ['may be verified or not', { sub: 'ada', email: 'ada@example.com' }],
  ['is empty', { ...person, email: '' }],
  ['is not there', { sub: 'ada', email_verified: 'true' }],
] as const

const event = (userAttributes: Record<string, string>) =>
  ({
    version: '2',
    triggerSource: 'TokenGeneration_HostedAuth',
    request: { userAttributes, groupConfiguration: {}, scopes: ['openid', 'payfriend/pay'] },
    response: { claimsAndScopeOverrideDetails: {} },
  }) as PreTokenGenerationV2TriggerEvent

const overridden = async (userAttributes: Record<string, string>, env = {}) =>
  (await tokenClaims(env)(event(userAttributes))).response.claimsAndScopeOverrideDetails

const withoutSelfService = { scopesToSuppress: ['aws.cognito.signin.user.admin'] }

test('puts a verified e-mail into the access token, takes the right to change the account from it, and changes nothing else', async () => {
  expect(await overridden(person)).toEqual({
    accessTokenGeneration: {
      ...withoutSelfService,
      claimsToAddOrOverride: { email: 'ada@example.com' },
    },
  })
})

test.each(unverified)('puts no e-mail into the access token that %s', async (_, attributes) => {
  expect(await overridden(attributes)).toEqual({ accessTokenGeneration: withoutSelfService })
})

test('leaves the scopes of a pool with other clients alone', async () => {
  const shared = { USER_POOL: 'shared' }
  expect(await overridden(person, shared)).toEqual({
    accessTokenGeneration: { claimsToAddOrOverride: { email: 'ada@example.com' } },
  })
  for (const [, attributes] of unverified) expect(await overridden(attributes, shared)).toEqual({})
})
