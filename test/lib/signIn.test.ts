import { readFileSync } from 'node:fs'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { appWithoutCopies, settingsOf, stackIn, synthesize, text } from './synthesized.ts'

const { json, all, the, lambda, ofType } = synthesize()
const client = the('AWS::Cognito::UserPoolClient').Properties
const pool = the('AWS::Cognito::UserPool').Properties
const page = `${text(json.Outputs.SiteUrl.Value)}/`
const idOf = (name: string) => all.find(([, resource]) => resource === lambda(name))?.[0]

describe('the page’s client', () => {
  test('has no secret and signs in by code only', () => {
    expect(client).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthFlowsUserPoolClient: true,
      SupportedIdentityProviders: ['COGNITO'],
    })
  })

  test('comes back to the page and nowhere else', () => {
    expect(client.CallbackURLs.map(text)).toEqual([page])
    expect(client.LogoutURLs.map(text)).toEqual([page])
  })

  test('may pay and know the e-mail, and not change the account', () => {
    const [server] = ofType('AWS::Cognito::UserPoolResourceServer')[0] ?? []
    expect(client.AllowedOAuthScopes.map(text)).toEqual(['openid', 'email', `<${server}>/pay`])
    expect(the('AWS::Cognito::UserPoolResourceServer').Properties).toMatchObject({
      Identifier: 'payfriend',
      Scopes: [{ ScopeName: 'pay' }],
    })
    expect(client).toMatchObject({
      ReadAttributes: ['email', 'email_verified'],
      WriteAttributes: ['email'],
    })
  })

  test('has tokens for five minutes, because API Gateway knows of no revocation', () => {
    expect(client).toMatchObject({
      AccessTokenValidity: 5,
      IdTokenValidity: 5,
      RefreshTokenValidity: 12 * 60,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
      EnableTokenRevocation: true,
    })
  })

  test('changes its refresh token with each use, without the flow that Cognito refuses beside that', () => {
    expect(client.RefreshTokenRotation).toEqual({ Feature: 'ENABLED', RetryGracePeriodSeconds: 10 })
    // Named at all: what Cognito takes without is what it refuses. Not the custom flow, which managed login lacks.
    expect(client.ExplicitAuthFlows).toEqual(['ALLOW_USER_SRP_AUTH'])
  })

  test('is not told at sign-in whether an account is there', () => {
    expect(client.PreventUserExistenceErrors).toBe('ENABLED')
  })
})

describe('the pool', () => {
  test.each([
    ['of a stage that keeps its data warns of mails', {}, 1],
    ['with mails by SES does not', { region: 'eu-west-1', sesIdentity: 'example.com' }, 0],
    ['of a stage that keeps nothing does not', { keepData: false }, 0],
  ])('%s that any stranger can use up', (_, given, warnings) => {
    const stack = stackIn(appWithoutCopies(), settingsOf(given))
    const told = Annotations.fromStack(stack)
    expect(told.findWarning('*', Match.stringLikeRegexp('sesIdentity'))).toHaveLength(warnings)
  })

  test('is found for a web ACL by the logical id that the guide names', () => {
    const guide = readFileSync('docs/guides/deploying.md', 'utf8')
    const [, id = ''] = /^POOL=.*--logical-resource-id (\w+)/m.exec(guide) ?? []
    expect(synthesize().json.Resources[id]?.Type).toBe('AWS::Cognito::UserPool')
    expect(guide).toMatch(
      /associate-web-acl --web-acl-arn "\$ACL" \\\n *--resource-arn "\$\(aws cognito-idp/,
    )
  })

  test('cannot be deleted by mistake', () => {
    expect(pool.DeletionProtection).toBe('ACTIVE')
  })

  test('asks for a long password of any kind', () => {
    expect(pool.Policies.PasswordPolicy).toMatchObject({
      MinimumLength: 15,
      RequireLowercase: false,
      RequireNumbers: false,
      RequireSymbols: false,
      RequireUppercase: false,
    })
  })

  test('knows people by an e-mail address that they have shown to be theirs', () => {
    expect(pool).toMatchObject({
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
    })
  })

  test('is found by its name in the console', () => {
    expect(pool.UserPoolName).toBe('payfriend-dev')
  })

  test('invites with the name of the product, a link to the page, the address and the password', () => {
    const { EmailSubject, EmailMessage } = pool.AdminCreateUserConfig.InviteMessageTemplate
    expect(EmailSubject).toContain('Payfriend')
    const site = text(json.Outputs.SiteUrl.Value)
    for (const part of ['Payfriend', `<a href="${site}">${site}</a>`, '{username}', '{####}']) {
      expect(text(EmailMessage)).toContain(part)
    }
    // As long as the password is good.
    const days = pool.Policies.PasswordPolicy.TemporaryPasswordValidityDays
    expect(text(EmailMessage)).toContain(`${days} days`)
  })

  test('confirms an address in its own words, which call no account new', () => {
    const { EmailSubject, EmailMessage } = pool.VerificationMessageTemplate
    expect(EmailSubject).toContain('Payfriend')
    expect(text(EmailMessage)).toContain('Payfriend')
    expect(text(EmailMessage)).toContain('{####}')
    expect(text(EmailMessage)).not.toMatch(/new account/)
  })

  test('asks our Lambdas before a sign-up and, as V2_0, before it makes tokens', () => {
    expect(pool.LambdaConfig).toEqual({
      PreSignUp: { 'Fn::GetAtt': [idOf('signUpPolicy'), 'Arn'] },
      PreTokenGenerationConfig: {
        LambdaArn: { 'Fn::GetAtt': [idOf('tokenClaims'), 'Arn'] },
        LambdaVersion: 'V2_0',
      },
    })
    // What V2_0 and managed login need.
    expect(pool.UserPoolTier).toBe('ESSENTIALS')
  })

  test('shows Cognito’s newer pages, with the looks without which it shows none', () => {
    expect(the('AWS::Cognito::UserPoolDomain').Properties).toMatchObject({ ManagedLoginVersion: 2 })
    const [clientId] = ofType('AWS::Cognito::UserPoolClient')[0] ?? []
    expect(the('AWS::Cognito::ManagedLoginBranding').Properties).toEqual({
      UserPoolId: { Ref: 'UserPool' },
      ClientId: { Ref: clientId },
      UseCognitoProvidedValues: true,
    })
  })
})

test.each([
  ['open', { policy: 'open' }, false],
  ['domains', { policy: 'domains', domains: ['example.com'] }, false],
  ['closed', { policy: 'closed' }, true],
  ['not said', undefined, true],
])('where sign-up is %s the pool takes people so', (_, signUp, onlyByInvitation) => {
  const given = { phoneCountries: 'all', ...(signUp && { signUp }) }
  const { the, lambda } = synthesize(given)
  const { AdminCreateUserConfig } = the('AWS::Cognito::UserPool').Properties
  expect(AdminCreateUserConfig.AllowAdminCreateUserOnly).toBe(onlyByInvitation)
  const { SIGN_UP } = lambda('signUpPolicy').Properties.Environment.Variables
  expect(SIGN_UP).toBe(signUp?.policy ?? 'closed')
})

test.each([
  ['example.com', 'no-reply@example.com', 'identity/example.com'],
  ['pay@example.com', 'pay@example.com', 'identity/pay@example.com'],
])('where Amazon SES may send as %s, Cognito does', (sesIdentity, from, identity) => {
  const { the } = synthesize({ sesIdentity, region: 'eu-west-1', account: '123456789012' })
  const { EmailConfiguration } = the('AWS::Cognito::UserPool').Properties
  expect(EmailConfiguration.EmailSendingAccount).toBe('DEVELOPER')
  expect(EmailConfiguration.From).toBe(`Payfriend <${from}>`)
  expect(text(EmailConfiguration.SourceArn)).toBe(
    `arn:<AWS::Partition>:ses:eu-west-1:123456789012:${identity}`,
  )
})

test('the page is told by config.json where to sign in and out', () => {
  // What is known only when it is deployed stands in the file as markers that the upload fills in.
  const start = ofType('Custom::CDKBucketDeployment').find(
    ([, { Properties }]) => Properties.SourceMarkers?.length === 2,
  )
  const told = Object.values(start?.[1].Properties.SourceMarkers[1]).map(text)
  const [clientId] = ofType('AWS::Cognito::UserPoolClient')[0] ?? []
  expect(new Set(told)).toEqual(
    new Set([
      '<AWS::Region>',
      '<AWS::URLSuffix>',
      '<AWS::AccountId>',
      '<UserPool>',
      `<${clientId}>`,
      page.slice('https://'.length, -1),
    ]),
  )
})
