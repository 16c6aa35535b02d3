import { describe, expect, test } from 'vitest'
import { providers } from '../../functions/routes.ts'
import { synthesize, withProvider } from './synthesized.ts'

const { json, ofType } = synthesize()

/** What holds something that cannot be made again. The ids are for ever: another id is another, empty one. */
const KEPT = {
  PaymentsTable: 'AWS::DynamoDB::GlobalTable',
  UsersTable: 'AWS::DynamoDB::GlobalTable',
  UserPool: 'AWS::Cognito::UserPool',
  SiteBucket: 'AWS::S3::Bucket',
  LogBucket: 'AWS::S3::Bucket',
  ArchiveBucket: 'AWS::S3::Bucket',
  DeadLetterBucket: 'AWS::S3::Bucket',
}

test.each(Object.entries(KEPT))('%s keeps its id', (id, type) => {
  expect(json.Resources[id]?.Type).toBe(type)
})

test('there are no other tables, pools and buckets', () => {
  const types = [...new Set(Object.values(KEPT)), 'AWS::DynamoDB::Table']
  const found = types.flatMap((type) => ofType(type).map(([id]) => id))
  expect(found.sort()).toEqual(Object.keys(KEPT).sort())
})

test('what is kept and the logs outlive the stack', () => {
  const kept = [...Object.keys(KEPT), ...ofType('AWS::Logs::LogGroup').map(([id]) => id)]
  for (const id of kept) {
    expect(json.Resources[id]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    })
  }
})

test('nothing is called by a name of ours, so that it can be made a second time', () => {
  const named = Object.entries(KEPT).flatMap(([id]) =>
    Object.keys(json.Resources[id].Properties).filter((key) =>
      ['TableName', 'UserPoolName', 'BucketName'].includes(key),
    ),
  )
  expect(named).toEqual([])
})

describe.each(['PaymentsTable', 'UsersTable'])('%s', (id) => {
  const { Properties } = json.Resources[id] ?? {}

  test('can be restored to any second of the last 35 days, and not deleted by mistake', () => {
    expect(Properties.Replicas).toEqual([
      expect.objectContaining({
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      }),
    ])
  })

  test('is paid by use', () => {
    expect(Properties.BillingMode).toBe('PAY_PER_REQUEST')
    expect(Properties).not.toHaveProperty('ProvisionedThroughput')
  })
})

/**
 * CloudFormation can add one index in a deployment or take one away, and can change none: these stand as they are
 * on deployed stages, so a changed one gets another name, as in docs/guides/runbook.md, "An index".
 */
test('the indexes of payments are for ever as they are', () => {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, TimeToLiveSpecification } =
    json.Resources.PaymentsTable.Properties
  expect(KeySchema).toEqual([{ AttributeName: 'payment_id', KeyType: 'HASH' }])
  expect(AttributeDefinitions).toContainEqual({ AttributeName: 'open_shard', AttributeType: 'N' })
  expect(GlobalSecondaryIndexes).toEqual([
    {
      IndexName: 'push_id',
      KeySchema: [{ AttributeName: 'push_id', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
    {
      IndexName: 'payer',
      KeySchema: [
        { AttributeName: 'user_id', KeyType: 'HASH' },
        { AttributeName: 'created_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'open',
      KeySchema: [
        { AttributeName: 'open_shard', KeyType: 'HASH' },
        { AttributeName: 'expires_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ])
  // Payments are evidence and never go by themselves.
  expect(TimeToLiveSpecification).toBeUndefined()
})

test('of people only counters go by themselves', () => {
  const { KeySchema, GlobalSecondaryIndexes, TimeToLiveSpecification } =
    json.Resources.UsersTable.Properties
  expect(KeySchema).toEqual([{ AttributeName: 'user_id', KeyType: 'HASH' }])
  expect(GlobalSecondaryIndexes).toBeUndefined()
  expect(TimeToLiveSpecification).toEqual({ AttributeName: 'expires_epoch', Enabled: true })
})

test('a stage that changes its provider keeps the same tables, people and page', () => {
  const { json: changed } = synthesize(withProvider.twilioVerify)
  for (const id of Object.keys(KEPT)) expect(changed.Resources[id]).toEqual(json.Resources[id])
})

const SWITCHES = 'SwitchesSecret2ED1B9DD'

describe.each([
  ['authy', 'AuthySecret79328FA3', '{"apiKey":"..."}'],
  ['twilioVerify', 'TwilioVerifySecret9B24BF52', '{"apiKey":"SK...","apiKeySecret":"..."}'],
] as const)('the secret of %s', (provider, id, shape) => {
  const { json, ofType } = synthesize(withProvider[provider])

  test('keeps its id, so that a stage that changes its provider gets another', () => {
    expect(ofType('AWS::SecretsManager::Secret').map(([found]) => found)).toEqual([id, SWITCHES])
  })

  test('outlives the stack and the provider', () => {
    expect(json.Resources[id]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    })
  })

  test('is born empty and has no name: nothing of ours is in it and nothing is made up for it', () => {
    const { Description, ...others } = json.Resources[id].Properties
    expect(others).toEqual({})
    expect(Description).toContain(shape)
  })
})

describe.each(providers)('the secret of the switches, with %s', (provider) => {
  const { json, ofType } = synthesize(withProvider[provider])

  test('keeps its id, so that a switch stays as it was turned when the provider changes', () => {
    expect(ofType('AWS::SecretsManager::Secret').map(([found]) => found)).toContain(SWITCHES)
  })

  test('outlives the stack, and holds what stops nothing', () => {
    expect(json.Resources[SWITCHES]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { SecretString: '{}' },
    })
  })
})

test('without a provider there is no secret but the switches’, and nothing to fill in', () => {
  const { json, ofType } = synthesize(withProvider.none)
  expect(ofType('AWS::SecretsManager::Secret').map(([found]) => found)).toEqual([SWITCHES])
  const outputs = Object.keys(json.Outputs).filter((name) => /^Put|Callback/.test(name))
  expect(outputs).toEqual([])
})

describe('a stage that keeps nothing', () => {
  const { json, all, ofType } = synthesize({ keepData: false })

  test('takes everything with it, the log groups of its Lambdas alone excepted', () => {
    const left = all.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
    const others = left.filter(([, { Type }]) => Type !== 'AWS::Logs::LogGroup')
    expect(others.map(([id]) => id)).toEqual([])
    expect(json.Resources.UserPool.Properties.DeletionProtection).toBe('INACTIVE')
    for (const id of ['PaymentsTable', 'UsersTable']) {
      expect(json.Resources[id].Properties.Replicas[0].DeletionProtectionEnabled).toBe(false)
    }
  })

  test('empties its buckets, which could not be deleted otherwise', () => {
    const buckets = ofType('AWS::S3::Bucket').map(([id]) => id)
    const emptied = ofType('Custom::S3AutoDeleteObjects').map(
      ([, { Properties }]) => Properties.BucketName.Ref,
    )
    expect(emptied.sort()).toEqual(buckets.sort())
  })
})

test('a stage that keeps its data never empties a bucket', () => {
  expect(ofType('Custom::S3AutoDeleteObjects')).toEqual([])
})
