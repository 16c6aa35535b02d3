import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { providers } from '../../functions/routes.ts'
import { identifierOf } from './resourceSpecification.ts'
import { synthesize, withProvider } from './synthesized.ts'

const { json, all, ofType } = synthesize()

/** What holds something that cannot be made again. The ids are for ever: another id is another, empty one. */
const KEPT = {
  PaymentsTable: 'AWS::DynamoDB::GlobalTable',
  UsersTable: 'AWS::DynamoDB::GlobalTable',
  UserPool: 'AWS::Cognito::UserPool',
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
  expect(found.sort()).toEqual([...Object.keys(KEPT), 'SiteBucket'].sort())
})

/** With deletion protection, so that CloudFormation could not delete it if its first deployment fails. */
const PROTECTED = ['PaymentsTable', 'UsersTable', 'UserPool']
const SECRET = 'AWS::SecretsManager::Secret'
const LOGS = 'AWS::Logs::LogGroup'

test('what is kept and the logs outlive the stack', () => {
  const others = [SECRET, LOGS].flatMap((type) => ofType(type).map(([id]) => id))
  for (const id of [...Object.keys(KEPT), ...others]) {
    expect([id, json.Resources[id]]).toMatchObject([
      id,
      {
        DeletionPolicy: PROTECTED.includes(id) ? 'Retain' : 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      },
    ])
  }
})

test('of a first deployment that fails only what is protected stays', () => {
  const left = all.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
  expect(left.map(([id]) => id).sort()).toEqual([...PROTECTED].sort())
  // A bucket with files in it could not be deleted: that of the page is emptied.
  const emptied = ofType('Custom::S3AutoDeleteObjects').map(
    ([, { Properties }]) => Properties.BucketName.Ref,
  )
  expect(emptied).toEqual(['SiteBucket'])
})

const POLICY = 'AuditTrailArchiveBucketPolicyEC16FCF8'

/** What of the pool names Lambdas or the page: it comes with the first deployment after. */
const LATER = [
  'LambdaConfig',
  'AdminCreateUserConfig',
  'VerificationMessageTemplate',
  'EmailVerificationMessage',
]

/** The logical ids that a value of a template refers to. */
function refersTo(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)]
    if (key === 'Fn::GetAtt') return [String([inner].flat()[0])]
    return refersTo(inner)
  })
}

test('a new stack can adopt what is kept before it has anything else, but for the pool’s Lambdas and mails', () => {
  const ids = [...Object.keys(KEPT), ...ofType(SECRET).map(([id]) => id)]
  const guide = readFileSync('docs/guides/runbook.md', 'utf8')
  for (const id of ids) {
    const properties = Object.entries<unknown>(json.Resources[id].Properties).filter(
      ([name]) => !LATER.includes(name),
    )
    const others = refersTo(Object.fromEntries(properties)).filter(
      (one) => !one.startsWith('AWS::'),
    )
    expect([id, others]).toEqual([id, []])
    // The runbook names each by the id with which it is adopted.
    expect(guide).toContain(`"${id}": "`)
  }
})

/** What the runbook's script makes of a template, for an operator who found these. */
function adoption(template: object, ids: readonly string[]) {
  const guide = readFileSync('docs/guides/runbook.md', 'utf8')
  const [, script = ''] = /node -e '\n([^']+)' "cdk\.out/.exec(guide) ?? []
  const folder = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
  const kept = Object.fromEntries(ids.map((id) => [id, `name of ${id}`]))
  writeFileSync(join(folder, 'kept.json'), JSON.stringify(kept))
  writeFileSync(join(folder, 'template.json'), JSON.stringify(template))
  execFileSync(process.execPath, ['-e', script, 'template.json'], { cwd: folder, stdio: 'pipe' })
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const made = { adopt: read('adopt.json'), named: read('named.json') }
  rmSync(folder, { recursive: true })
  return made
}

test('the runbook’s lines make a template of what is kept alone, and say by what each is found', () => {
  const ids = [...Object.keys(KEPT), ...ofType(SECRET).map(([id]) => id)]
  const { adopt, named } = adoption(json, ids)
  const { Resources } = adopt
  expect(Object.keys(Resources)).toEqual([...ids, POLICY])
  expect(refersTo(Resources).filter((one) => !one.startsWith('AWS::'))).toEqual([])
  expect(Resources.PaymentsTable).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: json.Resources.PaymentsTable.Properties,
  })
  for (const { ResourceType, ResourceIdentifier } of named) {
    expect([ResourceType, Object.keys(ResourceIdentifier)]).toEqual([
      ResourceType,
      identifierOf(ResourceType),
    ])
  }
  expect(named[0]).toEqual({
    ResourceType: 'AWS::DynamoDB::GlobalTable',
    LogicalResourceId: 'PaymentsTable',
    ResourceIdentifier: { TableName: 'name of PaymentsTable' },
  })
})

test('the policy that the archive’s bucket keeps is adopted with it, word for word', () => {
  const { adopt, named } = adoption(json, ['ArchiveBucket'])
  expect(named[1]).toEqual({
    ResourceType: 'AWS::S3::BucketPolicy',
    LogicalResourceId: POLICY,
    ResourceIdentifier: { Bucket: 'name of ArchiveBucket' },
  })
  const { Bucket, PolicyDocument } = adopt.Resources[POLICY].Properties
  expect(Bucket).toBe('name of ArchiveBucket')
  const arn = 'arn:aws:s3:::name of ArchiveBucket'
  expect(PolicyDocument.Statement).toMatchObject([
    { Resource: [arn, { 'Fn::Join': ['', [arn, '/*']] }] },
    { Sid: 'WrittenOnce', Resource: { 'Fn::Join': ['', [arn, '/*']] } },
  ])
  expect(adoption(json, ['LogBucket']).named).toHaveLength(1)
})

test('a name that cannot be adopted stops the runbook’s lines', () => {
  const [[log = ''] = []] = ofType(LOGS)
  expect(() => adoption(json, [log])).toThrow(`take ${log} out of kept.json`)
})

test.each([
  ['Authy', withProvider.authy],
  ['Twilio Verify', withProvider.twilioVerify],
  ['no provider', withProvider.none],
  ['no lock', { archiveLock: 'none' }],
  ['a firewall', { region: 'us-east-1', requestsPerAddress: 2000 }],
])(
  'with %s all that outlives the stack is adopted, or cannot be in a new one’s way',
  (_, given) => {
    const stage = synthesize(given)
    const stays = stage.all
      .filter(([, { DeletionPolicy }]) => /^Retain/.test(DeletionPolicy))
      .map(([id]) => id)
    const found = [...Object.keys(KEPT), ...stage.ofType(SECRET).map(([id]) => id)]
    const adopted = Object.keys(
      adoption(
        stage.json,
        found.filter((id) => stays.includes(id)),
      ).adopt.Resources,
    )
    const others = stays.filter((id) => !adopted.includes(id))
    expect(others).toEqual(stage.ofType(LOGS).map(([id]) => id))
    // The runbook says so of log groups: CloudFormation names them, or they have the name of what is new itself.
    for (const id of others) {
      const { LogGroupName } = stage.json.Resources[id].Properties
      if (LogGroupName !== undefined) expect([id, refersTo(LogGroupName).length]).toEqual([id, 1])
    }
  },
)

test('nothing is called by a name of ours, so that it can be made a second time', () => {
  const named = Object.entries(KEPT).flatMap(([id]) =>
    Object.keys(json.Resources[id].Properties).filter((key) =>
      // The name of a user pool is no more than a label.
      ['TableName', 'BucketName'].includes(key),
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
const PUSH = 'PushSecret74A8A670'

describe.each([
  ['authy', 'AuthySecret79328FA3', '{"apiKey":"..."}'],
  ['twilioVerify', 'TwilioVerifySecret9B24BF52', '{"apiKey":"SK...","apiKeySecret":"..."}'],
] as const)('the secret of %s', (provider, id, shape) => {
  const { json, ofType } = synthesize(withProvider[provider])

  test('keeps its id, so that a stage that changes its provider gets another', () => {
    expect(ofType('AWS::SecretsManager::Secret').map(([found]) => found)).toEqual([
      id,
      SWITCHES,
      PUSH,
    ])
  })

  test('outlives the stack and the provider', () => {
    expect(json.Resources[id]).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    })
  })

  test('is born empty and has no name: nothing of ours is in it and nothing is made up for it', () => {
    const { Description, Tags: _, ...others } = json.Resources[id].Properties
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
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { SecretString: '{}' },
    })
  })
})

describe.each(providers)('the seed of the push key, with %s', (provider) => {
  const { json } = synthesize(withProvider[provider])

  test('keeps its id and how it is drawn, because another seed ends every subscription', () => {
    expect(json.Resources[PUSH]).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        GenerateSecretString: {
          SecretStringTemplate: '{}',
          GenerateStringKey: 'seed',
          PasswordLength: 64,
          ExcludePunctuation: true,
        },
      },
    })
  })
})

test('without a provider there is no secret to fill in', () => {
  const { json, ofType } = synthesize(withProvider.none)
  expect(ofType('AWS::SecretsManager::Secret').map(([found]) => found)).toEqual([SWITCHES, PUSH])
  const outputs = Object.keys(json.Outputs).filter((name) => /^Put|Callback/.test(name))
  expect(outputs).toEqual([])
})

describe('a stage that keeps nothing', () => {
  const { json, all, ofType } = synthesize({ keepData: false })

  test('takes everything with it, its logs too', () => {
    const left = all.filter(([, { DeletionPolicy }]) => /^Retain/.test(DeletionPolicy))
    expect(left.map(([id]) => id)).toEqual([])
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
