import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { RegionInfo } from 'aws-cdk-lib/region-info'
import { describe, expect, test } from 'vitest'
import { approveHeaders, bundlePage, pageHeaders } from '../../lib/page.ts'
import { PayfriendStack } from '../../lib/payfriendStack.ts'
import { FRIENDS } from '../../local/friends.ts'
import { configOf } from '../../web/config.ts'
import {
  appWithoutCopies,
  emptyBundles,
  page,
  type Resource,
  settingsOf,
  stackIn,
  synthesize,
  text,
  withProvider,
} from './synthesized.ts'

const { json, the, ofType } = synthesize()
const { DistributionConfig: distribution } = the('AWS::CloudFront::Distribution').Properties
const behaviour = (path: string) =>
  distribution.CacheBehaviors.find(
    ({ PathPattern }: { PathPattern: string }) => PathPattern === path,
  )
const api = behaviour('/api/*')
const approve = behaviour('/approve.html')
const policies = ofType('AWS::CloudFront::ResponseHeadersPolicy')
/** What a behaviour's answers say besides their own. */
const policyOf = ({
  ResponseHeadersPolicyId: { Ref },
}: {
  ResponseHeadersPolicyId: { Ref: string }
}) => json.Resources[Ref].Properties.ResponseHeadersPolicyConfig
const policy = policyOf(distribution.DefaultCacheBehavior)

/** AWS's own policies, by the ids that are the same in every account. */
const MANAGED = {
  cachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  cachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  allViewerExceptHostHeader: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
}

test('the console tells the distributions of stages apart', () => {
  expect(distribution.Comment).toBe('Payfriend dev')
})

test('there are three behaviours: the page, the phone’s page and, below /api, the API', () => {
  expect(distribution.CacheBehaviors).toHaveLength(2)
  expect([approve, api]).not.toContain(undefined)
  expect(distribution.DefaultRootObject).toBe('index.html')
})

test.each([
  ['the page', distribution.DefaultCacheBehavior],
  ['the phone’s page', approve],
])('%s is only read, over https, from the bucket', (_, page) => {
  expect(page).toMatchObject({
    AllowedMethods: ['GET', 'HEAD'],
    ViewerProtocolPolicy: 'redirect-to-https',
    CachePolicyId: MANAGED.cachingOptimized,
  })
  expect(page).not.toHaveProperty('OriginRequestPolicyId')
  expect(originOf(page)).toBe('<SiteBucket.RegionalDomainName>')
})

test('the API gets every method and everything said, never from a cache and never in clear', () => {
  expect(api).toMatchObject({
    PathPattern: '/api/*',
    AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
    ViewerProtocolPolicy: 'https-only',
    CachePolicyId: MANAGED.cachingDisabled,
    OriginRequestPolicyId: MANAGED.allViewerExceptHostHeader,
  })
  const [apiId] = ofType('AWS::ApiGatewayV2::Api')[0] ?? []
  expect(originOf(api)).toBe(`<${apiId}>.execute-api.<AWS::Region>.<AWS::URLSuffix>`)
  const origin = distribution.Origins.find(({ Id }: { Id: string }) => Id === api.TargetOriginId)
  expect(origin.CustomOriginConfig).toMatchObject({
    OriginProtocolPolicy: 'https-only',
    OriginSSLProtocols: ['TLSv1.2'],
  })
  // The stage is called `api`, so the path is right as it is.
  expect(origin).not.toHaveProperty('OriginPath')
})

test('page and API answer with the same headers, the phone’s page with its own', () => {
  expect(api.ResponseHeadersPolicyId).toEqual(
    distribution.DefaultCacheBehavior.ResponseHeadersPolicyId,
  )
  expect(approve.ResponseHeadersPolicyId).not.toEqual(api.ResponseHeadersPolicyId)
  expect(policies).toHaveLength(2)
})

test('errors are not remembered, and the API’s own are not replaced', () => {
  const errors: Record<string, unknown>[] = distribution.CustomErrorResponses
  const codes = errors.map(({ ErrorCode }) => ErrorCode)
  expect(codes).toEqual(expect.arrayContaining([404, 500, 501, 502, 503, 504]))
  for (const error of errors) {
    expect(error).toEqual({ ErrorCode: expect.any(Number), ErrorCachingMinTTL: 0 })
  }
})

describe('the headers', () => {
  const sent = headersIn(policy)
  const sentToPhones = headersIn(policyOf(approve))
  const connect = [
    'https://cognito-idp.<AWS::Region>.<AWS::URLSuffix>',
    'https://payfriend-dev-<AWS::AccountId>.auth.<AWS::Region>.amazoncognito.com',
  ]

  test('are those of the laptop', () => {
    expect(sent).toEqual(pageHeaders({ connect }))
    expect(sentToPhones).toEqual(approveHeaders())
  })

  test('let the phone’s page run its own script only, and talk to its own origin only', () => {
    expect(sentToPhones['content-security-policy']?.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "manifest-src 'self'",
      "require-trusted-types-for 'script'",
      "script-src 'self'",
      "style-src 'self'",
      'trusted-types payfriend-sw',
      "worker-src 'self'",
    ])
  })

  test('allow a worker’s address, a manifest and a policy for scripts to the phone’s page only', () => {
    expect(sent['content-security-policy']).not.toMatch(/payfriend-sw|worker-src|manifest-src/)
  })

  test.each([
    ['the page', sent, 'payment=()'],
    ['the phone’s page', sentToPhones, 'payment=(self)'],
  ])(
    'let %s use passkeys for this origin, and the phone’s page alone have the browser show a payment',
    (_, headers, payment) => {
      expect(headers['permissions-policy']?.split(', ').sort()).toEqual([
        'camera=()',
        'geolocation=()',
        'microphone=()',
        payment,
        'publickey-credentials-create=(self)',
        'publickey-credentials-get=(self)',
      ])
    },
  )

  test('let the page run nothing but its own script, and talk to sign-in only', () => {
    const policy = sent['content-security-policy'] ?? ''
    expect(policy).toMatch(/^default-src 'none';/)
    expect(policy).not.toContain('unsafe-')
    expect(policy).not.toContain('*')
    expect(policy).toContain(`connect-src 'self' ${connect.join(' ')};`)
    for (const rule of [
      "script-src 'self'",
      "style-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy.split('; ')).toContain(rule)
    }
  })

  test.each([
    ['the page', policy],
    ['the phone’s page', policyOf(approve)],
  ])('keep the browser on https for two years on %s', (_, policy) => {
    expect(policy.SecurityHeadersConfig.StrictTransportSecurity).toEqual({
      AccessControlMaxAgeSec: 63_072_000,
      Override: true,
    })
  })

  test.each([
    ['the page', policy],
    ['the phone’s page', policyOf(approve)],
  ])('win over whatever an origin says on %s', (_, policy) => {
    const all = [
      ...Object.values<{ Override: boolean }>(policy.SecurityHeadersConfig),
      ...policy.CustomHeadersConfig.Items,
    ]
    expect(all).toHaveLength(8)
    for (const { Override } of all) expect(Override).toBe(true)
  })
})

describe('the files of the phone’s page', () => {
  const built = bundlePage()
  const fileAt = (path: string) => {
    const file = built.get(path)
    if (!file) throw new Error(`there is no ${path}`)
    return file
  }
  const manifest = JSON.parse(fileAt('/approve.webmanifest').body.toString())

  test.each([
    ['/sw.js', 'text/javascript; charset=utf-8'],
    ['/approve.webmanifest', 'application/manifest+json'],
    ['/approve.html', 'text/html; charset=utf-8'],
  ])('%s has a name for ever, so that browsers ask for it anew', (path, type) => {
    expect(fileAt(path)).toMatchObject({ type, immutable: false })
  })

  test('the worker is one small script that loads no other, keeps nothing and stands in no request’s way', () => {
    const script = fileAt('/sw.js').body.toString()
    expect(script.length).toBeLessThan(6_000)
    expect(script).not.toMatch(/\bimport\b|importScripts|caches\b|respondWith|["'`]fetch["'`]/)
    expect(script).toMatch(/["'`]pushsubscriptionchange["'`]/)
  })

  test('the manifest opens the phone’s page alone, as an app', () => {
    expect(manifest).toMatchObject({
      id: '/approve.html',
      start_url: '/approve.html',
      scope: '/approve.html',
      display: 'standalone',
    })
    expect(fileAt('/approve.html').body.toString()).toContain(
      '<link rel="manifest" href="/approve.webmanifest" />',
    )
  })

  test('its icons are pictures of the size that it says, one of them for phones that cut off the edge', () => {
    const icons: { src: string; sizes: string; purpose?: string }[] = manifest.icons
    expect(icons.map(({ sizes, purpose = 'any' }) => `${sizes} ${purpose}`)).toEqual([
      '192x192 any',
      '512x512 any',
      '512x512 maskable',
    ])
    for (const { src, sizes } of icons) {
      const { body, type, immutable } = fileAt(src)
      expect({ type, immutable }).toEqual({ type: 'image/png', immutable: true })
      // Width and height stand at the beginning of a PNG's first chunk.
      expect(`${body.readUInt32BE(16)}x${body.readUInt32BE(20)}`).toBe(sizes)
    }
  })

  test('the icon of an iPhone’s home screen fills its square, because what is transparent turns black there', () => {
    const [, src = ''] =
      /rel="apple-touch-icon" href="([^"]+)"/.exec(fileAt('/approve.html').body.toString()) ?? []
    expect(manifest.icons[2].src).toBe(src)
    // A PNG of colour type 2 has no transparency.
    expect(fileAt(src).body[25]).toBe(2)
  })
})

describe('the buckets', () => {
  test.each(['SiteBucket', 'LogBucket'])('%s is closed to the world', (id) => {
    expect(json.Resources[id].Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: expect.anything(),
    })
  })

  test('the page is read by our distribution, by a signature, and by nobody else', () => {
    const [origin] = distribution.Origins.filter(
      ({ DomainName }: { DomainName: unknown }) =>
        text(DomainName) === '<SiteBucket.RegionalDomainName>',
    )
    const [controlId] = ofType('AWS::CloudFront::OriginAccessControl')[0] ?? []
    expect(origin.OriginAccessControlId).toEqual({ 'Fn::GetAtt': [controlId, 'Id'] })
    expect(
      the('AWS::CloudFront::OriginAccessControl').Properties.OriginAccessControlConfig,
    ).toMatchObject({ SigningBehavior: 'always', SigningProtocol: 'sigv4' })

    const [distributionId] = ofType('AWS::CloudFront::Distribution')[0] ?? []
    const [emptying, allowed, ...others] = statementsOf('SiteBucket').filter(
      ({ Effect }) => Effect === 'Allow',
    )
    expect(others).toEqual([])
    // What empties the bucket when the stack goes.
    expect(text(emptying?.Principal.AWS)).toMatch(/^<CustomS3AutoDeleteObjects\w+Role\w+\.Arn>$/)
    expect(emptying?.Action).not.toContain('s3:GetObject')
    expect(allowed).toMatchObject({
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: ['s3:GetObject', 's3:ListBucket'],
    })
    expect(text(allowed?.Condition.StringEquals['AWS:SourceArn'])).toBe(
      `arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/<${distributionId}>`,
    )
  })

  test.each(['SiteBucket', 'LogBucket'])('%s refuses what is not encrypted on the way', (id) => {
    const denied = statementsOf(id).filter(({ Effect }) => Effect === 'Deny')
    expect(denied).toMatchObject([
      { Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ])
  })

  test('every look at the page is logged, without cookies, as long as other logs are kept', () => {
    expect(distribution.Logging['Fn::If'][1]).toMatchObject({
      Bucket: { 'Fn::GetAtt': ['LogBucket', 'RegionalDomainName'] },
      IncludeCookies: false,
    })
    const { json } = synthesize({ logRetentionDays: 30 })
    expect(json.Resources.LogBucket.Properties.LifecycleConfiguration.Rules).toEqual([
      { ExpirationInDays: 30, Status: 'Enabled' },
    ])
  })
})

test('where CloudFront refuses a bucket for its log, there is no log and the deployment goes on', () => {
  const [condition, , otherwise] = distribution.Logging['Fn::If']
  expect(otherwise).toEqual({ Ref: 'AWS::NoValue' })
  const logsIn = (region: string) => holds(json.Conditions[condition], region)
  expect(['eu-west-1', 'us-east-1', 'ap-southeast-2'].map(logsIn)).toEqual([true, true, true])
  expect(['eu-south-1', 'af-south-1', 'ap-east-1', 'me-south-1'].map(logsIn)).toEqual(
    Array(4).fill(false),
  )
  for (const { name, isOptInRegion } of RegionInfo.regions) {
    expect([name, logsIn(name)]).toEqual([name, !isOptInRegion])
  }
})

test('what CloudFront knows by its name in the whole account has the region in it, and is not too long', () => {
  const long = stackIn(appWithoutCopies(), settingsOf(), `Payfriend-${'x'.repeat(100)}`)
  for (const { Resources } of [json, Template.fromStack(long).toJSON()]) {
    const all = Object.values<Resource>(Resources)
    const named = (type: string, config: string) =>
      all
        .filter(({ Type }) => Type === `AWS::CloudFront::${type}`)
        .map(({ Properties }) => text(Properties[config].Name))
    const access = named('OriginAccessControl', 'OriginAccessControlConfig')
    const headers = named('ResponseHeadersPolicy', 'ResponseHeadersPolicyConfig')
    expect([access.length, new Set(headers).size]).toEqual([1, 2])
    const longest = 'ap-southeast-1'
    for (const name of [...access, ...headers]) expect(name).toMatch(/^\w+-<AWS::Region>$/)
    for (const name of access) {
      expect(name.replace('<AWS::Region>', longest).length).toBeLessThanOrEqual(64)
    }
    for (const name of headers) {
      expect(name.replace('<AWS::Region>', longest).length).toBeLessThanOrEqual(128)
    }
  }
})

describe('the upload', () => {
  const uploads = ofType('Custom::CDKBucketDeployment')
  const caching = ([, { Properties }]: (typeof uploads)[number]) =>
    Properties.SystemMetadata['cache-control']

  test('tells browsers to keep what is named by its content and to ask again for the rest', () => {
    expect(uploads.map(caching).sort()).toEqual(['no-cache', 'public, max-age=31536000, immutable'])
  })

  test('takes nothing away that an open page may still ask for', () => {
    for (const [, { Properties }] of uploads) expect(Properties.Prune).toBe(false)
  })

  test('shows the new page only when its files are there', () => {
    const start = uploads.find((upload) => caching(upload) === 'no-cache')
    const assets = uploads.find((upload) => caching(upload) !== 'no-cache')
    expect(start?.[1].DependsOn).toContain(assets?.[0])
  })
})

/** Whether a condition of the template holds where it is deployed to this region. */
function holds(condition: Record<string, unknown>, region: string): boolean {
  const [[how = '', of] = []] = Object.entries(condition)
  const all = of as Record<string, unknown>[]
  if (how === 'Fn::Not') return all.every((one) => !holds(one, region))
  if (how === 'Fn::Or') {
    // CloudFormation takes no more.
    expect(all.length).toBeLessThanOrEqual(10)
    return all.some((one) => holds(one, region))
  }
  expect([how, all[0]]).toEqual(['Fn::Equals', { Ref: 'AWS::Region' }])
  return Array.isArray(of) && of[1] === region
}

/** The headers of a policy, as they are sent. */
function headersIn({ SecurityHeadersConfig: config, CustomHeadersConfig }: typeof policy) {
  const custom: { Header: string; Value: string }[] = CustomHeadersConfig.Items
  const headers: Record<string, string> = {
    'content-security-policy': text(config.ContentSecurityPolicy.ContentSecurityPolicy),
    'x-content-type-options': config.ContentTypeOptions && 'nosniff',
    'x-frame-options': config.FrameOptions.FrameOption,
    'referrer-policy': config.ReferrerPolicy.ReferrerPolicy,
  }
  for (const { Header, Value } of custom) headers[Header] = Value
  return headers
}

function originOf({ TargetOriginId }: { TargetOriginId: string }): string {
  const [origin] = distribution.Origins.filter(({ Id }: { Id: string }) => Id === TargetOriginId)
  return text(origin.DomainName)
}

function statementsOf(bucket: string) {
  return ofType('AWS::S3::BucketPolicy')
    .filter(([, { Properties }]) => Properties.Bucket.Ref === bucket)
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
}

describe('a page with its own name', () => {
  const domain = {
    name: 'pay.example.com',
    certificateArn: `arn:aws:acm:us-east-1:123456789012:certificate/${'a'.repeat(8)}`,
  }
  const { json, the } = synthesize({ domain })
  const { DistributionConfig } = the('AWS::CloudFront::Distribution').Properties

  test('has it on its own certificate, and takes TLS 1.2 at least', () => {
    expect(DistributionConfig).toMatchObject({
      Aliases: [domain.name],
      ViewerCertificate: {
        AcmCertificateArn: domain.certificateArn,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    })
  })

  test('is told as the page’s address, and where its name has to point', () => {
    const [distribution] = ofType('AWS::CloudFront::Distribution')[0] ?? []
    expect(text(json.Outputs.SiteUrl.Value)).toBe('https://pay.example.com')
    expect(text(json.Outputs.SiteTarget.Value)).toBe(`<${distribution}.DomainName>`)
  })

  test('is where sign-in comes back to', () => {
    const client = the('AWS::Cognito::UserPoolClient').Properties
    expect(client.CallbackURLs).toEqual(['https://pay.example.com/'])
    expect(client.LogoutURLs).toEqual(['https://pay.example.com/'])
  })
})

test('a firewall stands before page and API where one is named, and nowhere else', () => {
  const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/pay/1a2b'
  const guarded = synthesize({ webAclArn }).the('AWS::CloudFront::Distribution').Properties
  expect(guarded.DistributionConfig.WebACLId).toBe(webAclArn)
  expect(distribution).not.toHaveProperty('WebACLId')
})

test.each([
  ['authy', true, true],
  ['twilioVerify', true, false],
  ['none', false, false],
] as const)(
  'with %s the page is told of texts and pushes (%s, %s), and how long a payment lives',
  (provider, texts, pushes) => {
    const app = new App({ analyticsReporting: false })
    new PayfriendStack(app, 'Payfriend-dev', {
      settings: settingsOf(withProvider[provider]),
      lambdas: emptyBundles({ provider }),
      page,
    })
    const { directory } = app.synth()
    const [config] = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
      (file) => basename(file) === 'config.json',
    )
    expect(JSON.parse(readFileSync(join(directory, config ?? ''), 'utf8'))).toMatchObject({
      texts,
      pushes,
      paymentSeconds: 300,
    })
  },
)

test('nothing that is deployed names a payee to try, and its page is told of none', () => {
  const app = new App({ analyticsReporting: false })
  new PayfriendStack(app, 'Payfriend-dev', {
    settings: settingsOf(),
    lambdas: emptyBundles({ provider: 'authy' }),
    page: bundlePage(),
  })
  const { directory } = app.synth()
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const named = FRIENDS.flatMap(({ name, id }) => [name, id])
  const naming = files.filter((file) => {
    const bytes = readFileSync(file, 'utf8')
    return named.some((one) => bytes.includes(one))
  })
  expect(naming).toEqual([])
  for (const name of ['start', 'startApprove']) {
    expect(files.filter((file) => new RegExp(`/${name}-\\w+\\.js$`).test(file))).not.toEqual([])
  }
  expect(files.filter((file) => basename(file) === 'approve.html')).not.toEqual([])
  const [config = '', ...others] = files.filter((file) => basename(file) === 'config.json')
  expect(others).toEqual([])
  expect(configOf(JSON.parse(readFileSync(config, 'utf8'))).friends).toEqual([])
})
