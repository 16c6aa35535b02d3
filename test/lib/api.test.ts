import { describe, expect, test } from 'vitest'
import { lambdas, providers } from '../../functions/routes.ts'
import { synthesize, text, withProvider, withProviders } from './synthesized.ts'

const CALLBACK = 'POST /payments/callback'
/** There is nobody who could send a text. */
const TEXT_ROUTES = [
  'POST /payments/{paymentId}/sms',
  'POST /payments/{paymentId}/sms/verification',
  'POST /phone',
  'POST /phone/verification',
  'POST /devices/{deviceId}/leave',
]
/** A device proves itself to the Lambda, which checks that before all else. */
const DEVICE_ROUTES = [
  'GET /approvals',
  'POST /approvals/{approvalId}',
  'POST /device/push',
  'POST /devices',
]

describe.each(providers)('with %s', (provider) => {
  const { json, the, ofType } = synthesize(withProvider[provider])
  const routes = ofType('AWS::ApiGatewayV2::Route')
  const stage = the('AWS::ApiGatewayV2::Stage')
  const absent = {
    authy: [],
    twilioVerify: [CALLBACK],
    none: [CALLBACK, ...TEXT_ROUTES],
  }[provider]
  const open = provider === 'authy' ? [CALLBACK] : []
  const withoutToken = [...open, ...DEVICE_ROUTES]

  test('the routes are those of the route table, each to its own Lambda, but the callback without Authy and texts without a provider', () => {
    const found = routes.map(([, { Properties }]) => {
      const [, integration] = /<(\w+)>/.exec(text(Properties.Target)) ?? []
      const uri = text(json.Resources[integration ?? ''].Properties.IntegrationUri)
      return `${Properties.RouteKey} → ${/^<Lambdas(\w+?)Function/.exec(uri)?.[1]?.toLowerCase()}`
    })
    const all = Object.entries(lambdas).flatMap(([name, lambda]) =>
      'route' in lambda
        ? [`${lambda.route.method} ${lambda.route.path} → ${name.toLowerCase()}`]
        : [],
    )
    const expected = all.filter((route) => !absent.some((one) => route.startsWith(`${one} →`)))
    expect(found.sort()).toEqual(expected.sort())
  })

  test('no route is without a token but the callback and those of devices', () => {
    const found = routes.filter(([, { Properties }]) => Properties.AuthorizationType !== 'JWT')
    const keys = found.map(([, { Properties }]) => Properties.RouteKey)
    expect(keys.sort()).toEqual(withoutToken.toSorted())
  })

  test('every other route asks for a token of our page, with the scope to pay', () => {
    const [authorizerId] = ofType('AWS::ApiGatewayV2::Authorizer')[0] ?? []
    const others = routes.filter(([, { Properties }]) => Properties.AuthorizationType === 'JWT')
    expect(others).toHaveLength(routes.length - withoutToken.length)
    for (const [, { Properties }] of others) {
      expect(Properties).toMatchObject({
        AuthorizationScopes: ['payfriend/pay'],
        AuthorizerId: { Ref: authorizerId },
      })
    }
    const [clientId] = ofType('AWS::Cognito::UserPoolClient')[0] ?? []
    const { JwtConfiguration, IdentitySource } = the('AWS::ApiGatewayV2::Authorizer').Properties
    expect(IdentitySource).toEqual(['$request.header.Authorization'])
    expect(JwtConfiguration.Audience).toEqual([{ Ref: clientId }])
    expect(text(JwtConfiguration.Issuer)).toBe(
      'https://cognito-idp.<AWS::Region>.<AWS::URLSuffix>/<UserPool>',
    )
  })

  test('API Gateway may call each Lambda by its own route only', () => {
    const permissions = ofType('AWS::Lambda::Permission').filter(
      ([, { Properties }]) => Properties.Principal === 'apigateway.amazonaws.com',
    )
    const paths = permissions.map(
      ([, { Properties }]) => text(Properties.SourceArn).split('/*/*')[1],
    )
    expect(paths.sort()).toEqual(
      routes.map(([, { Properties }]) => Properties.RouteKey.split(' ')[1]).sort(),
    )
  })

  describe('the stage', () => {
    test('is called api, which is the first part of every path', () => {
      expect(stage.Properties).toMatchObject({ StageName: 'api', AutoDeploy: true })
    })

    test('waits for every route, because it names them in its settings', () => {
      const ids = routes.map(([id]) => id)
      expect(ids).toHaveLength(19 - absent.length)
      expect(stage.DependsOn).toEqual(expect.arrayContaining(ids))
    })

    test('has a ceiling for each route and for no other, the highest for a callback', () => {
      const ceilings = Object.entries<Record<string, number>>(stage.Properties.RouteSettings)
      expect(ceilings.map(([route]) => route).sort()).toEqual(
        routes.map(([, { Properties }]) => Properties.RouteKey).sort(),
      )
      const rates = Object.fromEntries(
        ceilings.map(
          ([route, { ThrottlingRateLimit: rate = 0, ThrottlingBurstLimit: burst = 0 }]) => [
            route,
            burst > 0 ? rate : 0,
          ],
        ),
      )
      expect(Math.min(...Object.values(rates))).toBeGreaterThan(0)
      const { [CALLBACK]: callback = Number.POSITIVE_INFINITY, ...others } = rates
      expect(callback).toBeGreaterThan(Math.max(...Object.values(others)))
    })

    test('logs each request as JSON, and neither token nor query nor path nor person', () => {
      const { DestinationArn, Format } = stage.Properties.AccessLogSettings
      const { Type, Properties } = json.Resources[DestinationArn['Fn::GetAtt'][0]]
      expect(Type).toBe('AWS::Logs::LogGroup')
      // With this prefix it takes no room in the region's policy of logs; with the id it is no other API's.
      const [apiId] = ofType('AWS::ApiGatewayV2::Api')[0] ?? []
      expect(text(Properties.LogGroupName)).toBe(`/aws/vendedlogs/apis/<${apiId}>`)
      expect(Object.values(JSON.parse(Format)).sort()).toEqual([
        '$context.authorizer.error',
        '$context.error.message',
        '$context.identity.sourceIp',
        '$context.integration.status',
        '$context.integrationErrorMessage',
        '$context.integrationLatency',
        '$context.integrationStatus',
        '$context.requestId',
        '$context.requestTime',
        '$context.responseLatency',
        '$context.responseLength',
        '$context.routeKey',
        '$context.status',
      ])
    })
  })

  test('the console tells the APIs of stages apart', () => {
    expect(the('AWS::ApiGatewayV2::Api').Properties.Name).toBe('payfriend-dev')
  })

  test('no page of another address may call the API', () => {
    expect(the('AWS::ApiGatewayV2::Api').Properties).not.toHaveProperty('CorsConfiguration')
  })

  test('the outputs say where it is and what to do next', () => {
    const outputs = Object.fromEntries(
      Object.entries<{ Value: unknown }>(json.Outputs).map(([name, { Value }]) => [
        name,
        text(Value),
      ]),
    )
    const [apiId] = ofType('AWS::ApiGatewayV2::Api')[0] ?? []
    const secretOf = (id: string) =>
      ofType('AWS::SecretsManager::Secret').find(([found]) => found.startsWith(`${id}Secret`))?.[0]
    const [distributionId] = ofType('AWS::CloudFront::Distribution')[0] ?? []
    const api = `https://<${apiId}>.execute-api.<AWS::Region>.<AWS::URLSuffix>/api`
    const put = (id: string) =>
      `aws secretsmanager put-secret-value --region <AWS::Region> --secret-id <${secretOf(id)}> --secret-string`
    const ofProvider = {
      authy: {
        AuthyCallbackUrl: `${api}/payments/callback`,
        PutAuthyKey: `${put('Authy')} file://key.json`,
      },
      twilioVerify: {
        PutTwilioKey: `${put('TwilioVerify')} file://key.json`,
      },
      none: {},
    }
    expect(outputs).toEqual({
      ...ofProvider[provider],
      Provider: provider,
      TurnSwitches: `${put('Switches')} '{"smsOff":false,"paymentsOff":false}'`,
      SiteUrl: `https://<${distributionId}.DomainName>`,
      ApiUrl: api,
      ArchiveBucket: '<ArchiveBucket>',
      EventBusName: `<${ofType('AWS::Events::EventBus')[0]?.[0]}>`,
      PaymentsTableName: '<PaymentsTable>',
      PayersTableName: '<UsersTable>',
      InvitePerson:
        'aws cognito-idp admin-create-user --region <AWS::Region> --user-pool-id <UserPool>' +
        ' --desired-delivery-mediums EMAIL' +
        ' --username you@example.com --user-attributes Name=email,Value=you@example.com' +
        ' Name=email_verified,Value=true',
    })
  })
})

describe.each([
  ['none', 'authy', ['AuthyCallbackUrl', 'PutAuthyKey']],
  ['none', 'twilioVerify', ['PutTwilioKey']],
  ['authy', 'twilioVerify', ['AuthyCallbackUrl', 'PutAuthyKey', 'PutTwilioKey']],
  ['twilioVerify', 'authy', ['AuthyCallbackUrl', 'PutAuthyKey', 'PutTwilioKey']],
] as const)('with %s after %s', (provider, formerProvider, named) => {
  const { json, ofType } = synthesize(withProviders({ provider, formerProvider }))

  test('the outputs name both, and what has to be filled in for both', () => {
    expect(json.Outputs.Provider.Value).toBe(provider)
    expect(json.Outputs.FormerProvider.Value).toBe(formerProvider)
    const found = Object.keys(json.Outputs).filter((name) => /^Put|Callback/.test(name))
    expect(found.sort()).toEqual([...named])
  })

  test('the routes by which open payments end are there, and of phones only the new provider’s', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(
      ([, { Properties }]) => Properties.RouteKey,
    )
    const [text, code, ...ofPhones] = TEXT_ROUTES
    expect(routes).toEqual(expect.arrayContaining([text, code]))
    expect(routes.includes(CALLBACK)).toBe(provider === 'authy' || formerProvider === 'authy')
    const absent = ofPhones.filter((route) => !routes.includes(route))
    expect(absent).toEqual(provider === 'none' ? ofPhones : [])
  })
})

test('an output tells whether there are code caches, for the doctor', () => {
  expect(synthesize({ codeCache: true }).json.Outputs.CodeCache.Value).toBe('true')
  expect(synthesize().json.Outputs).not.toHaveProperty('CodeCache')
})

test('the stage takes a ceiling from the settings', () => {
  const { the } = synthesize({ throttling: { profile: { ratePerSecond: 7, burst: 9 } } })
  const { RouteSettings } = the('AWS::ApiGatewayV2::Stage').Properties
  expect(RouteSettings['GET /profile']).toEqual({
    ThrottlingRateLimit: 7,
    ThrottlingBurstLimit: 9,
  })
  expect(RouteSettings['POST /phone'].ThrottlingRateLimit).toBe(5)
})
