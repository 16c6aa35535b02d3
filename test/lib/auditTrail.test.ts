import { Stack } from 'aws-cdk-lib'
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { describe, expect, test } from 'vitest'
import { type ConsumerName, consumers } from '../../functions/routes.ts'
import { Payfriend } from '../../lib/payfriend.ts'
import {
  appWithoutCopies,
  emptyBundles,
  page,
  settingsOf,
  stackIn,
  synthesize,
  text,
} from './synthesized.ts'

const { json, all, ofType, lambda } = synthesize()
const bucket = (id: string, from = json) => from.Resources[id].Properties

describe('the archive', () => {
  test.each([
    ['compliance', 'nobody, the owner of the AWS account neither, can delete it'],
    ['governance', 'only who has the right s3:BypassGovernanceRetention can delete it'],
  ])(
    'keeps every version of an entry in the mode %s, and synth says what that means',
    (mode, told) => {
      const stack = stackIn(appWithoutCopies(), settingsOf({ archiveLock: { mode, years: 5 } }))
      expect(bucket('ArchiveBucket', Template.fromStack(stack).toJSON())).toMatchObject({
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: mode.toUpperCase(), Days: 1827 } },
        },
        VersioningConfiguration: { Status: 'Enabled' },
      })
      const sentence = Match.stringLikeRegexp(`locked for 5 years from then on: ${told}`)
      Annotations.fromStack(stack).hasWarning('*', sentence)
    },
  )

  test('locks nothing if the stage says so, and can be locked later as the same bucket', () => {
    const stack = stackIn(appWithoutCopies(), settingsOf({ archiveLock: 'none' }))
    const { ObjectLockEnabled, ObjectLockConfiguration } = bucket(
      'ArchiveBucket',
      Template.fromStack(stack).toJSON(),
    )
    expect(ObjectLockEnabled).toBe(true)
    expect(ObjectLockConfiguration?.Rule).toBeUndefined()
    const warned = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('locked'))
    expect(warned).toEqual([])
  })

  test('that keeps entries and locks none is said at synth, and one that keeps none is not', () => {
    const told = (settings: object) =>
      Annotations.fromStack(stackIn(appWithoutCopies(), settingsOf(settings))).findWarning(
        '*',
        Match.stringLikeRegexp('Nothing locks the archive'),
      )
    expect(told({ archiveLock: 'none' })).toHaveLength(1)
    expect(told({ keepData: false })).toEqual([])
    expect(told({})).toEqual([])
  })

  test.each([
    [1, 366],
    [99, 36160],
  ])('of %i years keeps entries %i days, so that no leap year takes one away', (years, days) => {
    const { json } = synthesize({ archiveLock: { mode: 'compliance', years } })
    const { Rule } = bucket('ArchiveBucket', json).ObjectLockConfiguration
    expect(Rule.DefaultRetention.Days).toBe(days)
  })

  test('locks nothing in a stage that keeps no data, which could not go otherwise', () => {
    const { json } = synthesize({ keepData: false })
    const found = json.Resources.ArchiveBucket
    expect(found).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' })
    expect(found.Properties.ObjectLockConfiguration?.Rule).toBeUndefined()
  })

  test('refuses an entry that could be written over another, whoever writes it', () => {
    expect(policyOf('ArchiveBucket')).toContainEqual({
      Sid: 'WrittenOnce',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:PutObject',
      Resource: expect.anything(),
      Condition: { Null: { 's3:if-none-match': 'true' } },
    })
  })

  test.each([
    [true, 'RetainExceptOnCreate', 'Retain'],
    [false, 'Delete', 'Delete'],
  ])('refuses it for as long as it is there (keepData %s)', (keepData, deleted, replaced) => {
    const { ofType } = synthesize(keepData ? {} : { keepData })
    const policies = ofType('AWS::S3::BucketPolicy')
    const found = policies.find(([, { Properties }]) => Properties.Bucket.Ref === 'ArchiveBucket')
    expect(found?.[1]).toMatchObject({ DeletionPolicy: deleted, UpdateReplacePolicy: replaced })
  })
})

test.each(['ArchiveBucket', 'DeadLetterBucket'])(
  '%s is private, encrypted, and asked over TLS only',
  (id) => {
    expect(bucket(id)).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
    })
    expect(policyOf(id)).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    )
  },
)

test('the dead letters goes after 30 days', () => {
  expect(bucket('DeadLetterBucket').LifecycleConfiguration.Rules).toEqual([
    { ExpirationInDays: 30, Status: 'Enabled' },
  ])
})

const TABLES = ['PaymentsTable', 'UsersTable'] as const

test.each(TABLES)('%s tells of each change what an item was and what it is', (table) => {
  expect(json.Resources[table].Properties.StreamSpecification).toEqual({
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  })
})

describe('of both tables', () => {
  const mappingOf = (name: ConsumerName, table: (typeof TABLES)[number]) => {
    const [id] = all.find(([, resource]) => resource === lambda(name)) ?? []
    const found = ofType('AWS::Lambda::EventSourceMapping').filter(
      ([, { Properties }]) =>
        Properties.FunctionName.Ref === id &&
        Properties.EventSourceArn['Fn::GetAtt'].join() === `${table},StreamArn`,
    )
    expect(found).toHaveLength(1)
    return found[0]?.[1].Properties
  }
  const both = consumers.flatMap((name) => TABLES.map((table) => [name, table] as const))

  test.each(both)('%s is brought each change of %s, from the oldest there is', (...of) => {
    expect(mappingOf(...of)).toMatchObject({ StartingPosition: 'TRIM_HORIZON', BatchSize: 25 })
  })

  test.each(both)('%s is brought only what failed again of %s, for two hours', (...of) => {
    expect(mappingOf(...of)).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 200,
      MaximumRecordAgeInSeconds: 7200,
    })
  })

  test.each(both)(
    '%s loses nothing of %s: what fails too long becomes a dead letter, whole',
    (...of) => {
      expect(mappingOf(...of).DestinationConfig).toEqual({
        OnFailure: { Destination: { 'Fn::GetAtt': ['DeadLetterBucket', 'Arn'] } },
      })
    },
  )

  test.each(consumers)('%s is brought of people only who has a trail, or had one', (name) => {
    expect(mappingOf(name, 'PaymentsTable')).not.toHaveProperty('FilterCriteria')
    const { Filters } = mappingOf(name, 'UsersTable').FilterCriteria
    expect(Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))).toEqual([
      { dynamodb: { NewImage: { audit_count: { N: [{ exists: true }] } } } },
      { dynamodb: { OldImage: { audit_count: { N: [{ exists: true }] } } } },
    ])
  })

  test('the consumers are two, because more readers than that slow down a stream', () => {
    expect(ofType('AWS::Lambda::EventSourceMapping')).toHaveLength(2 * TABLES.length)
  })
})

describe('payments are published', () => {
  test('on a bus of Payfriend’s own', () => {
    const [[id] = []] = ofType('AWS::Events::EventBus')
    expect(text(lambda('publishEvents').Properties.Environment.Variables.EVENT_BUS)).toBe(
      `<${id}.Arn>`,
    )
  })

  test('on the bus that is given, and then there is no other', () => {
    const stack = new Stack(appWithoutCopies(), 'Shop')
    const arn = 'arn:aws:events:eu-west-1:123456789012:event-bus/shop'
    const payfriend = new Payfriend(stack, 'Payfriend', {
      settings: settingsOf(),
      lambdas: emptyBundles({ provider: 'authy' }),
      page,
      eventBus: EventBus.fromEventBusArn(stack, 'ShopBus', arn),
    })
    const template = Template.fromStack(stack)
    template.resourceCountIs('AWS::Events::EventBus', 0)
    const publisher = Object.values(template.findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.Environment?.Variables.EVENT_BUS === arn,
    )
    // What publishes, and what asks there for a test ring.
    expect(publisher).toHaveLength(2)
    const rules = Object.values(template.findResources('AWS::Events::Rule'))
    expect(rules.filter(({ Properties }) => Properties.EventBusName === 'shop')).toHaveLength(1)
    const rights = Object.values(template.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => Action === 'events:PutEvents')
    const putting = { Action: 'events:PutEvents', Effect: 'Allow', Resource: arn }
    // The one of test rings is bound to their source and type.
    expect(rights).toMatchObject([putting, putting])
    expect(payfriend.outputs.EventBusName?.value).toBe('shop')
  })
})

test('whoever deploys is told the names of the archive, the bus and the tables', () => {
  const { ArchiveBucket, EventBusName, PaymentsTableName, PayersTableName } = json.Outputs
  const values = [ArchiveBucket, EventBusName, PaymentsTableName, PayersTableName].map(
    ({ Value }) => text(Value),
  )
  const [[bus] = []] = ofType('AWS::Events::EventBus')
  expect(values).toEqual(['<ArchiveBucket>', `<${bus}>`, '<PaymentsTable>', '<UsersTable>'])
})

function policyOf(id: string): object[] {
  const found = ofType('AWS::S3::BucketPolicy').filter(
    ([, { Properties }]) => Properties.Bucket.Ref === id,
  )
  expect(found).toHaveLength(1)
  return found[0]?.[1].Properties.PolicyDocument.Statement
}
