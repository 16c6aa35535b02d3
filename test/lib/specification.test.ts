import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, type Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test, vi } from 'vitest'
import cdkJson from '../../cdk.json' with { type: 'json' }
import { ShopStack } from '../../examples/app.ts'
import { providers } from '../../functions/routes.ts'
import { addChecks } from '../../lib/checks.ts'
import { flawsOf, identifierOf } from './resourceSpecification.ts'
import {
  appWithoutCopies,
  emptyBundles,
  page,
  settingsOf,
  stackIn,
  withProvider,
} from './synthesized.ts'
import type { TemplateJson } from './templateReferences.ts'

const PROD = {
  account: '123456789012',
  region: 'eu-west-1',
  sesIdentity: 'example.com',
  signUp: { policy: 'domains', domains: ['example.com'] },
  domain: {
    name: 'pay.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1a2b',
  },
  webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/pay/1a2b',
  alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms',
}
const ELSEWHERE = { ...PROD, region: 'us-east-1', alarmTopicArn: undefined, webAclArn: undefined }

/** Every stage that is held: with each provider `dev` and `prod`, and `prod` in a second region with a rate rule. */
const STAGES = providers.flatMap((provider) => [
  { name: `dev-${provider}`, given: { ...withProvider[provider], keepData: false } },
  { name: `prod-${provider}`, given: { ...withProvider[provider], ...PROD } },
  {
    name: `prod-${provider}-us`,
    given: { ...withProvider[provider], ...ELSEWHERE, requestsPerAddress: 2000 },
  },
])

const shop = { lambdas: emptyBundles({ provider: 'authy' }), page }
const templateOf = (stack: Stack): TemplateJson =>
  Template.fromStack(stack).toJSON() as TemplateJson

describe('AWS’s specification of resources', () => {
  test.each(STAGES)('has nothing against $name', ({ name, given }) => {
    expect(flawsOf(templateOf(stackIn(appWithoutCopies(), settingsOf(given), name)))).toEqual([])
  })

  test('has nothing against the example app', () => {
    // What is in its Lambda's bundle is not looked at here.
    const app = new App({ analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } })
    expect(flawsOf(templateOf(new ShopStack(app, 'Shop', shop)))).toEqual([])
  })

  const queue = (Properties: object, Type = 'AWS::SQS::Queue') => ({
    Resources: { Queue: { Type, Properties }, Topic: { Type: 'AWS::SNS::Topic' } },
  })
  const rule = { Name: 'x', Scope: 'CLOUDFRONT', DefaultAction: {} }

  test.each([
    ['a type', queue({}, 'AWS::SQS::Row'), 'Queue: there is no AWS::SQS::Row'],
    ['a property', queue({ Fifo: true }), 'Queue: there is no Fifo'],
    ['a text', queue({ QueueName: 5 }), 'Queue.QueueName: 5 is no text'],
    ['a number', queue({ DelaySeconds: '5' }), 'Queue.DelaySeconds: "5" is no number'],
    ['a boolean', queue({ FifoQueue: 'yes' }), 'Queue.FifoQueue: "yes" is no boolean'],
    ['a list', queue({ Tags: {} }), 'Queue.Tags: {} is no list'],
    ['a tag', queue({ Tags: [{ Name: 'x' }] }), 'Queue.Tags.0: {"Name":"x"} is no tag'],
    [
      'a required property',
      queue({ ...rule, VisibilityConfig: {} }, 'AWS::WAFv2::WebACL'),
      'Queue.VisibilityConfig: CloudWatchMetricsEnabled is missing',
    ],
    [
      'an allowed text',
      queue({ AccessControl: 'Everybody' }, 'AWS::S3::Bucket'),
      'Queue.AccessControl: "Everybody" is no allowed text',
    ],
  ])('would tell of %s that it does not know or misses', (_, template, flaw) => {
    expect(flawsOf(template)).toContain(flaw)
  })

  test.each([
    ['no text', 5, '5 is no text'],
    ['no allowed text', 'Everybody', '"Everybody" is no allowed text'],
  ])('would tell of %s in either branch of Fn::If', (_, value, flaw) => {
    for (const either of [
      [value, 'Private'],
      [{ Ref: 'AWS::NoValue' }, value],
    ]) {
      const given = { AccessControl: { 'Fn::If': ['Large', ...either] } }
      const template = { ...queue(given, 'AWS::S3::Bucket'), Conditions: { Large: {} } }
      expect(flawsOf(template)).toEqual([`Queue.AccessControl: ${flaw}`])
    }
  })
})

describe('what a template refers to', () => {
  /** With a # for each $, which the linter takes for a mistake. */
  const sub = (text: string, variables?: object) => {
    const written = text.replaceAll('#', '$')
    return { 'Fn::Sub': variables ? [written, variables] : written }
  }
  const Queue = { Type: 'AWS::SQS::Queue' }
  const sound = {
    Parameters: { Name: { Type: 'String' } },
    Mappings: { Sizes: { eu: { size: 1 } } },
    Conditions: {
      Named: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Name' }, ''] }] },
      Both: {
        'Fn::And': [{ Condition: 'Named' }, { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'x'] }],
      },
    },
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic', Condition: 'Named' },
      Queue: {
        ...Queue,
        DependsOn: ['Topic'],
        Properties: {
          QueueName: { 'Fn::If': ['Both', { Ref: 'Name' }, { Ref: 'AWS::NoValue' }] },
          KmsMasterKeyId: sub('#{Name}-#{Topic.TopicName}-#{Given}-#{!Kept}', {
            Given: { Ref: 'Topic' },
          }),
        },
      },
    },
    Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] }, Condition: 'Both' } },
  }
  /** The sound template with something else in one place. */
  const spoiltAt = (path: readonly string[], value: unknown): TemplateJson => {
    const template = structuredClone(sound)
    const last = path.at(-1) ?? ''
    let place = template as unknown as Record<string, unknown>
    for (const key of path.slice(0, -1)) place = place[key] as Record<string, unknown>
    place[last] = value
    return template
  }
  const name = ['Resources', 'Queue', 'Properties', 'QueueName']
  const noNo = 'there is no No to refer to'
  test('is found, if it is all there', () => {
    expect(flawsOf(sound)).toEqual([])
  })

  test.each<[string, readonly string[], unknown, string]>([
    ['Ref', name, { Ref: 'No' }, `Queue: ${noNo}`],
    [
      'Ref to a pseudo parameter',
      name,
      { Ref: 'AWS::No' },
      'Queue: there is no AWS::No to refer to',
    ],
    ['Fn::GetAtt', name, { 'Fn::GetAtt': ['No', 'Arn'] }, `Queue: ${noNo}`],
    ['Fn::GetAtt, as a text', name, { 'Fn::GetAtt': 'No.Arn' }, `Queue: ${noNo}`],
    ['an attribute', name, { 'Fn::GetAtt': ['Topic', 'Size'] }, 'Queue: Topic has no Size'],
    ['an attribute, as a text', name, { 'Fn::GetAtt': 'Topic.Size' }, 'Queue: Topic has no Size'],
    [
      'an attribute that is a property only',
      name,
      { 'Fn::GetAtt': ['Queue', 'DelaySeconds'] },
      'Queue: Queue has no DelaySeconds',
    ],
    ['the yes of Fn::If', [...name, 'Fn::If', '1'], { Ref: 'No' }, `Queue: ${noNo}`],
    ['the no of Fn::If', [...name, 'Fn::If', '2'], { Ref: 'No' }, `Queue: ${noNo}`],
    ['the condition of Fn::If', [...name, 'Fn::If', '0'], 'No', 'Queue: there is no condition No'],
    ['Fn::Sub', name, sub('a-#{No}'), `Queue: ${noNo}`],
    ['Fn::Sub beside its variables', name, sub('#{A}-#{No}', { A: 'a' }), `Queue: ${noNo}`],
    ['a variable of Fn::Sub', name, sub('#{A}', { A: { Ref: 'No' } }), `Queue: ${noNo}`],
    ['an attribute of nothing in Fn::Sub', name, sub('#{No.Arn}'), `Queue: ${noNo}`],
    ['an attribute in Fn::Sub', name, sub('#{Topic.Size}'), 'Queue: Topic has no Size'],
    ['what Fn::Join joins', name, { 'Fn::Join': ['', [{ Ref: 'No' }]] }, `Queue: ${noNo}`],
    ['a mapping', name, { 'Fn::FindInMap': ['No', 'a', 'b'] }, 'Queue: there is no mapping No'],
    ['DependsOn', ['Resources', 'Queue', 'DependsOn'], 'No', `Queue: ${noNo}`],
    ['one of DependsOn', ['Resources', 'Queue', 'DependsOn', '1'], 'No', `Queue: ${noNo}`],
    [
      'a resource’s condition',
      ['Resources', 'Topic', 'Condition'],
      'No',
      'Topic: there is no condition No',
    ],
    ['an output', ['Outputs', 'Arn', 'Value'], { Ref: 'No' }, `Outputs.Arn: ${noNo}`],
    [
      'an output’s name',
      ['Outputs', 'Arn', 'Export'],
      { Name: sub('#{No}') },
      `Outputs.Arn: ${noNo}`,
    ],
    [
      'an attribute in an output',
      ['Outputs', 'Arn', 'Value', 'Fn::GetAtt', '1'],
      'Size',
      'Outputs.Arn: Queue has no Size',
    ],
    [
      'an output’s condition',
      ['Outputs', 'Arn', 'Condition'],
      'No',
      'Outputs.Arn: there is no condition No',
    ],
    [
      'a condition in a condition',
      ['Conditions', 'Both', 'Fn::And', '0'],
      { Condition: 'No' },
      'Conditions.Both: there is no condition No',
    ],
    [
      'a parameter in a condition',
      ['Conditions', 'Both', 'Fn::And', '1', 'Fn::Equals', '0'],
      { Ref: 'No' },
      `Conditions.Both: ${noNo}`,
    ],
    [
      'a resource in a condition, where there is none yet',
      ['Conditions', 'Both', 'Fn::And', '1', 'Fn::Equals', '0'],
      { Ref: 'Topic' },
      'Conditions.Both: there is no Topic to refer to',
    ],
    ['a rule', ['Rules'], { One: { Assertions: [{ Ref: 'No' }] } }, `Rules.One: ${noNo}`],
  ])('is missed: %s', (_, path, value, flaw) => {
    expect(flawsOf(spoiltAt(path, value))).toEqual([flaw])
  })
})

type Report = {
  pluginReports: {
    violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[]
  }[]
}

/** An app as `cdk` would run it, with the rules as errors. */
function checkedApp(context: object = {}): App {
  vi.stubEnv('CDK_VALIDATION', undefined)
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  const app = new App({ analyticsReporting: false, context: { ...cdkJson.context, ...context } })
  addChecks(app)
  return app
}

test('nothing of Payfriend breaks a rule of cdk-nag in the stack of somebody else', () => {
  const app = checkedApp({ 'aws:cdk:bundling-stacks': [] })
  new ShopStack(app, 'Shop', shop)
  // The shop's own parts are looked at too, and say what they think of the rules to nobody.
  expect(() => app.synth()).toThrow('AwsSolutions-COG1')
  const { pluginReports }: Report = JSON.parse(
    readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'),
  )
  const broken = pluginReports
    .flatMap(({ violations }) => violations)
    .filter(({ ruleName }) => /^(AwsSolutions|Serverless)-/.test(ruleName))
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${constructPath} ${ruleName}`),
    )
  expect(broken.length).toBeGreaterThan(3)
  expect(broken.filter((one) => one.startsWith('Shop/Payfriend/'))).toEqual([])
})

test('no rule of cdk-nag or of CDK itself is broken by any of these stages', () => {
  const app = checkedApp()
  for (const { name, given } of STAGES) stackIn(app, { ...settingsOf(given), stage: name }, name)
  const { stacks } = app.synth()
  expect(stacks).toHaveLength(STAGES.length)
})

test('CloudFormation finds what is kept by what the runbook says', () => {
  const guide = readFileSync('docs/guides/runbook.md', 'utf8')
  for (const type of [
    'AWS::DynamoDB::GlobalTable',
    'AWS::Cognito::UserPool',
    'AWS::S3::Bucket',
    'AWS::SecretsManager::Secret',
  ]) {
    expect(guide).toContain(`"${type}": "${identifierOf(type)}"`)
  }
})
