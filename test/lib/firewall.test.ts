import { describe, expect, test } from 'vitest'
import { lambdas } from '../../functions/routes.ts'
import { namesOf, synthesize, text } from './synthesized.ts'

const WEB_ACL = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/pay/1a2b'
const OWN = { webAclArn: WEB_ACL }
const MADE = { region: 'us-east-1', requestsPerAddress: 2000 }

const byAddress = (name: string) =>
  Object.entries(lambdas).some(
    ([one, lambda]) => one === name && 'route' in lambda && lambda.route.open !== 'public',
  )

type Synthesized = ReturnType<typeof synthesize>
type Origin = {
  DomainName: unknown
  OriginCustomHeaders?: { HeaderName: string; HeaderValue: unknown }[]
}
const distributionOf = ({ the }: Synthesized) =>
  the('AWS::CloudFront::Distribution').Properties.DistributionConfig
/** The headers that CloudFront adds, by the host that it asks. */
const added = (stage: Synthesized) =>
  distributionOf(stage).Origins.map(({ DomainName, OriginCustomHeaders = [] }: Origin) => [
    text(DomainName).includes('execute-api') ? 'api' : 'page',
    OriginCustomHeaders.map(({ HeaderName, HeaderValue }) => [HeaderName, text(HeaderValue)]),
  ])
const takenBy = ({ lambda }: Synthesized, name: string) => {
  const { Variables = {} } = lambda(name).Properties.Environment ?? {}
  return Variables.ORIGIN_SECRETS && text(Variables.ORIGIN_SECRETS)
}
/** A reference that CloudFormation resolves, to the secret whose id begins so. */
const drawn = ({ ofType }: Synthesized, number: number) => {
  const ids = ofType('AWS::SecretsManager::Secret').map(([id]) => id)
  const id = ids.find((one) => one.startsWith(`FirewallSecret${number}`))
  return `{{resolve:secretsmanager:<${id}>:SecretString:::}}`
}

describe.each([
  ['of the owner', OWN],
  ['that the stack makes', MADE],
])('with a firewall %s', (_, given) => {
  const stage = synthesize(given)
  const [first, second] = [drawn(stage, 1), drawn(stage, 2)]

  test('CloudFront shows the secret to the API, and to nothing else', () => {
    expect(added(stage)).toEqual([
      ['page', []],
      ['api', [['origin-secret', first]]],
    ])
  })

  test('each Lambda by the page’s address takes it and the next one; the callback’s takes anything', () => {
    for (const name of namesOf({ provider: 'authy' })) {
      const secrets = byAddress(name) ? `${first},${second}` : undefined
      expect([name, takenBy(stage, name)]).toEqual([name, secrets])
    }
    expect(byAddress('authyCallback')).toBe(false)
    const url = text(stage.json.Outputs.AuthyCallbackUrl.Value)
    expect(url).toMatch(/^https:\/\/<Api\w+>\.execute-api\..+\/api\/payments\/callback$/)
  })

  test('no Lambda asks for it before CloudFront sends it', () => {
    const [[id] = ['']] = stage.ofType('AWS::CloudFront::Distribution')
    for (const name of namesOf({ provider: 'authy' }).filter(byAddress)) {
      expect(stage.lambda(name).DependsOn).toContain(id)
    }
  })

  test('CloudFormation draws it, anew for each number, and it goes with the stack', () => {
    const secrets = stage.ofType('AWS::SecretsManager::Secret')
    for (const number of [1, 2]) {
      const [, secret] = secrets.find(([id]) => id.startsWith(`FirewallSecret${number}`)) ?? []
      expect(secret).toMatchObject({
        Properties: { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } },
      })
      expect(secret).not.toHaveProperty('DeletionPolicy')
    }
  })
})

test('a turned secret is one that all Lambdas took before', () => {
  const [before, after] = [synthesize(OWN), synthesize({ ...OWN, originSecretNumber: 2 })]
  const [, [, [[, sent]]]] = added(after)
  expect(sent).toBe(drawn(after, 2))
  expect(drawn(after, 2)).toBe(drawn(before, 2))
  expect(takenBy(before, 'profile')?.split(',')).toContain(sent)
  // The secret of before opens nothing any more.
  expect(takenBy(after, 'profile')).toBe(`${drawn(after, 2)},${drawn(after, 3)}`)
})

test('without a firewall CloudFront shows nothing, and no Lambda asks', () => {
  const stage = synthesize()
  expect(added(stage)).toEqual([
    ['page', []],
    ['api', []],
  ])
  expect(distributionOf(stage)).not.toHaveProperty('WebACLId')
  for (const name of namesOf({ provider: 'authy' })) expect(takenBy(stage, name)).toBeUndefined()
  expect(stage.ofType('AWS::WAFv2::WebACL')).toEqual([])
})

describe('the rate rule by address', () => {
  const stage = synthesize(MADE)
  const { Properties: acl } = stage.the('AWS::WAFv2::WebACL')

  test('stands before page and API, and lets through all but what is too much', () => {
    const [[id] = ['']] = stage.ofType('AWS::WAFv2::WebACL')
    expect(text(distributionOf(stage).WebACLId)).toBe(`<${id}.Arn>`)
    expect(acl).toMatchObject({ Scope: 'CLOUDFRONT', DefaultAction: { Allow: {} } })
    expect(acl.Rules).toMatchObject([
      {
        Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
        Statement: {
          RateBasedStatement: { AggregateKeyType: 'IP', EvaluationWindowSec: 300, Limit: 2000 },
        },
      },
    ])
  })

  test('keeps no sample of requests, which would hold tokens', () => {
    const views = [acl, ...acl.Rules].map(({ VisibilityConfig }) => VisibilityConfig)
    expect(views.map(({ SampledRequestsEnabled }) => SampledRequestsEnabled)).toEqual([
      false,
      false,
    ])
  })

  test('is not made where the owner names a web ACL', () => {
    const own = synthesize(OWN)
    expect(own.ofType('AWS::WAFv2::WebACL')).toEqual([])
    expect(distributionOf(own).WebACLId).toBe(WEB_ACL)
  })
})
