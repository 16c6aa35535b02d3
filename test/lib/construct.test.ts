import { CfnResource, Stack, TagManager } from 'aws-cdk-lib'
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions'
import { UserPool } from 'aws-cdk-lib/aws-cognito'
import { describe, expect, test } from 'vitest'
import { Payfriend, type PayfriendProps } from '../../lib/payfriend.ts'
import { appWithoutCopies, emptyBundles, page, settingsOf, stackIn, text } from './synthesized.ts'

/** Somebody else's stack, with a Payfriend in it. */
function stackOf(props: (stack: Stack) => Partial<PayfriendProps> = () => ({})) {
  const stack = new Stack(appWithoutCopies(), 'Shop')
  const settings = settingsOf()
  const lambdas = emptyBundles(settings)
  const payfriend = new Payfriend(stack, 'Payfriend', { settings, lambdas, page, ...props(stack) })
  return {
    stack,
    payfriend,
    // Only when it is looked at: a synthesis takes longer than all else here.
    get template() {
      return Template.fromStack(stack)
    },
  }
}

test('every part that AWS can tag tells its stage, and that it is Payfriend’s', () => {
  const { stack, payfriend, template } = stackOf()
  const taggable = payfriend.node
    .findAll()
    .filter((part): part is CfnResource => CfnResource.isCfnResource(part))
    .filter(
      (part) =>
        // CDK keeps a table's tags with its replicas.
        TagManager.of(part) !== undefined || part.cfnResourceType === 'AWS::DynamoDB::GlobalTable',
    )
  const untold = taggable.filter((part) => {
    const { Properties } = template.toJSON().Resources[stack.getLogicalId(part)]
    const tags = JSON.stringify(Properties)
    return !['app', 'stage'].every((key) =>
      // A list in most resources, and an object in those of API Gateway and Cognito.
      new RegExp(`"Key":"${key}","Value":"\\w+"|"${key}":"\\w+"`).test(tags),
    )
  })
  expect(untold.map((part) => part.cfnResourceType)).toEqual([])
  const types = new Set(taggable.map((part) => part.cfnResourceType))
  expect([...types]).toEqual(
    expect.arrayContaining([
      'AWS::ApiGatewayV2::Api',
      'AWS::CloudFront::Distribution',
      'AWS::CloudWatch::Alarm',
      'AWS::Cognito::UserPool',
      'AWS::DynamoDB::GlobalTable',
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket',
      'AWS::SecretsManager::Secret',
    ]),
  )
})

const typesOf = (template: Template, type: string) => Object.entries(template.findResources(type))

test('in a stack of somebody else it takes no name that could be theirs, and makes no outputs', () => {
  const { template, payfriend } = stackOf()
  const { Resources, Outputs } = template.toJSON()
  const foreign = Object.keys(Resources).filter(
    (id) => !/^(Payfriend|CustomCDKBucketDeployment|CustomS3AutoDeleteObjects|AWS)/.test(id),
  )
  expect(foreign).toEqual([])
  expect(Outputs).toBeUndefined()
  expect(Object.keys(payfriend.outputs)).toContain('AuthyCallbackUrl')
})

test('two of them stand in one stack', () => {
  const { template } = stackOf((stack) => {
    const settings = { ...settingsOf(), stage: 'other' }
    new Payfriend(stack, 'Other', { settings, lambdas: emptyBundles(settings), page })
    return {}
  })
  expect(typesOf(template, 'AWS::DynamoDB::GlobalTable')).toHaveLength(4)
})

test('a stack that keeps its data cannot be deleted before its protection is lifted', () => {
  const protectedBy = (keepData: boolean) =>
    stackIn(appWithoutCopies(), settingsOf({ keepData })).terminationProtection
  expect([true, false].map(protectedBy)).toEqual([true, false])
})

describe('with a user pool of the same app', () => {
  const { template } = stackOf((stack) => ({ userPool: new UserPool(stack, 'People') }))
  const [[poolId, pool] = ['', {}], ...others] = typesOf(template, 'AWS::Cognito::UserPool')

  test('makes none of its own, and no policy of who may have an account', () => {
    expect(others).toEqual([])
    expect(poolId).toMatch(/^People/)
    const lambdas = typesOf(template, 'AWS::Lambda::Function').map(([id]) => id)
    expect(lambdas.filter((id) => /SignUpPolicy/.test(id))).toEqual([])
  })

  test('puts the e-mail into its access tokens', () => {
    expect(pool.Properties.LambdaConfig.PreTokenGenerationConfig.LambdaVersion).toBe('V2_0')
  })

  test('leaves its other clients the scope of Cognito’s own, which Payfriend’s own pool gives nobody', () => {
    const told = (template: Template) =>
      typesOf(template, 'AWS::Lambda::Function')
        .filter(([id]) => /TokenClaims/.test(id))
        .map(([, { Properties }]) => Properties.Environment?.Variables.USER_POOL)
    expect(told(template)).toEqual(['shared'])
    expect(told(stackOf().template)).toEqual([undefined])
  })

  test('signs in by a client of its own', () => {
    const own = { Properties: { UserPoolId: { Ref: poolId }, GenerateSecret: false } }
    const clients = template.findResources('AWS::Cognito::UserPoolClient', own)
    expect(Object.keys(clients)).toHaveLength(1)
  })
})

describe('with a user pool that the app only names', () => {
  const signInUrl = 'https://login.example.com'
  const poolArn = 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc'
  const { stack, template, payfriend } = stackOf((stack) => ({
    userPool: UserPool.fromUserPoolArn(stack, 'People', poolArn),
    signInUrl,
  }))

  test('makes no pool and no domain, and sends people to the one there is', () => {
    expect(typesOf(template, 'AWS::Cognito::UserPool')).toEqual([])
    expect(typesOf(template, 'AWS::Cognito::UserPoolDomain')).toEqual([])
    const [[, headers] = ['', {}]] = typesOf(template, 'AWS::CloudFront::ResponseHeadersPolicy')
    const { ContentSecurityPolicy } =
      headers.Properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy
    expect(text(ContentSecurityPolicy)).toContain(` ${signInUrl};`)
  })

  test('lets that pool, and no other, call the Lambda that its owner has to set', () => {
    const permissions = typesOf(template, 'AWS::Lambda::Permission').filter(
      ([, { Properties }]) => Properties.Principal === 'cognito-idp.amazonaws.com',
    )
    expect(permissions.map(([, { Properties }]) => Properties.SourceArn)).toEqual([poolArn])
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('tokenClaims'))
  })

  test('ends sessions in that pool, and may do nothing else with its accounts', () => {
    const lambdas = typesOf(template, 'AWS::Lambda::Function').filter(
      ([, { Properties }]) => Properties.Environment?.Variables.USER_POOL_ID !== undefined,
    )
    expect(lambdas.map(([id]) => id.replace(/^PayfriendLambdas|Function.*$/g, ''))).toEqual([
      'PhoneVerify',
      'EndSessions',
    ])
    for (const [, { Properties }] of lambdas) {
      expect(Properties.Environment.Variables.USER_POOL_ID).toBe('eu-west-1_abc')
    }
    const statements = typesOf(template, 'AWS::IAM::Policy')
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => String(Action).startsWith('cognito-idp:'))
    expect(statements).toEqual(
      lambdas.map(() => ({
        Action: 'cognito-idp:AdminUserGlobalSignOut',
        Effect: 'Allow',
        Resource: poolArn,
      })),
    )
  })

  test('tells which Lambda that is', () => {
    const lambdas = typesOf(template, 'AWS::Lambda::Function')
    const [id] = lambdas.find(([id]) => /TokenClaims/.test(id)) ?? []
    const told = stack.resolve(payfriend.outputs.TokenClaimsArn?.value)
    expect(text(told)).toBe(`<${id}.Arn>`)
  })
})

test('a user pool of another stack of the app is named, so that neither stack waits for the other', () => {
  const { stack, template } = stackOf(({ node }) => ({
    userPool: new UserPool(new Stack(node.root, 'Shared'), 'People'),
  }))
  const [[, client] = ['', {}]] = typesOf(template, 'AWS::Cognito::UserPoolClient')
  const { 'Fn::ImportValue': imported } = client.Properties.UserPoolId
  expect(imported).toMatch(/^Shared:ExportsOutputRefPeople/)
  expect(stack.dependencies.map(({ stackName }) => stackName)).toEqual(['Shared'])
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('tokenClaims'))
})

test('says at synth that tokens of a pool of another app can change the account, and not of its own', () => {
  const told = (stack: Stack) =>
    Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('signin.user.admin'))
  const named = stackOf((stack) => ({ userPool: new UserPool(stack, 'People') }))
  expect(told(named.stack)).toHaveLength(1)
  expect(told(stackOf().stack)).toEqual([])
})

const domain = {
  name: 'pay.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1a2b',
}

test('says at synth that CloudFront’s own certificate takes old TLS, unless the page has its own', () => {
  const told = Match.stringLikeRegexp('TLS 1.0')
  expect(Annotations.fromStack(stackOf().stack).findWarning('*', told)).not.toEqual([])
  const fleeting = stackOf(() => ({ settings: settingsOf({ keepData: false }) }))
  expect(Annotations.fromStack(fleeting.stack).findInfo('*', told)).not.toEqual([])
  for (const keepData of [true, false]) {
    const { stack } = stackOf(() => ({ settings: settingsOf({ domain, keepData }) }))
    expect(Annotations.fromStack(stack).findWarning('*', told)).toEqual([])
    expect(Annotations.fromStack(stack).findInfo('*', told)).toEqual([])
  }
})

test('says at synth that payers’ devices belong to the page’s name, where there are payers to lose them', () => {
  const told = Match.stringLikeRegexp('every payer loses every device')
  const warned = (given: object) => {
    const { stack } = stackOf(() => ({ settings: settingsOf(given) }))
    return Annotations.fromStack(stack)
      .findWarning('*', told)
      .map(({ entry }) => String(entry.data))
  }
  expect(warned({})).toEqual([expect.stringContaining('CloudFront draws that')])
  expect(warned({ domain })).toEqual([
    expect.stringContaining('name, pay.example.com: under another'),
  ])
  expect(warned({ domain, keepData: false })).toEqual([])
  expect(warned({ keepData: false })).toEqual([])
})
