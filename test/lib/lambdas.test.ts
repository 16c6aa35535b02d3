import { describe, expect, test } from 'vitest'
import { lambdas } from '../../functions/routes.ts'
import { names, synthesize, text } from './synthesized.ts'

const { json, all, the, ofType, lambda } = synthesize({ phoneCountries: ['GB', 'IE'] })

const roleOf = (name: string): string => lambda(name).Properties.Role['Fn::GetAtt'][0]
const environmentOf = (name: string): Record<string, unknown> =>
  lambda(name).Properties.Environment?.Variables ?? {}

type Statement = {
  Effect: string
  Action: string | string[]
  Resource: unknown
  Condition?: object
}

/** What a Lambda's role allows, one line an action on a resource. */
function allowedTo(name: string): string[] {
  const role = roleOf(name)
  expect(json.Resources[role].Properties).not.toHaveProperty('ManagedPolicyArns')
  expect(json.Resources[role].Properties).not.toHaveProperty('Policies')
  const statements = ofType('AWS::IAM::Policy')
    .filter(([, { Properties }]) =>
      Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role),
    )
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[])
  return statements
    .flatMap(({ Effect, Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) =>
          [Resource].flat().map((resource) => `${Effect} ${action} ${text(resource)}`),
        ),
    )
    .sort()
}

const TABLES: Record<string, string> = { payments: 'PaymentsTable', users: 'UsersTable' }

/** A right of the route table as a line of a role. */
function lineOf(right: string): string {
  const [target = '', action] = right.split(':')
  const [table = '', index] = target.split('/')
  return `Allow dynamodb:${action} <${TABLES[table]}.Arn>${index ? `/index/${index}` : ''}`
}

const ASKS_AUTHY = [
  'sendPayment',
  'smsStart',
  'smsVerify',
  'authyCallback',
  'phoneStart',
  'phoneVerify',
  'sweepPayments',
]
const [secret] = ofType('AWS::SecretsManager::Secret')[0] ?? []

/** What a role allows besides its rights to the tables, and why. */
const OTHERS: readonly { reason: string; lines: (name: string) => string[] }[] = [
  {
    reason: 'every Lambda writes its own log, and no other',
    lines: (name) => {
      const group = `<${lambda(name).Properties.LoggingConfig.LogGroup.Ref}.Arn>`
      return [`Allow logs:CreateLogStream ${group}`, `Allow logs:PutLogEvents ${group}`]
    },
  },
  {
    reason: 'who asks Authy, or checks its signature, needs its key',
    lines: (name) =>
      ASKS_AUTHY.includes(name) ? [`Allow secretsmanager:GetSecretValue <${secret}>`] : [],
  },
]

describe('rights', () => {
  test.each(names)('%s may do what the route table says, and no more', (name) => {
    const rights = name in lambdas ? lambdas[name as keyof typeof lambdas].rights : []
    const expected = [...rights.map(lineOf), ...OTHERS.flatMap(({ lines }) => lines(name))]
    expect(allowedTo(name)).toEqual(expected.sort())
  })

  test('no two Lambdas share a role or a log', () => {
    expect(new Set(names.map(roleOf)).size).toBe(names.length)
    const logs = names.map((name) => lambda(name).Properties.LoggingConfig.LogGroup.Ref)
    expect(new Set(logs).size).toBe(names.length)
  })

  test('a role is taken by Lambda and by nobody else', () => {
    for (const [, { Properties }] of ofType('AWS::IAM::Role')) {
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
        },
      ])
    }
  })

  test('who may call a Lambda is API Gateway, Cognito or the clock, each from one place', () => {
    const permissions = ofType('AWS::Lambda::Permission').map(([, { Properties }]) => Properties)
    const others = permissions.filter(({ Principal }) => Principal !== 'apigateway.amazonaws.com')
    expect(others.map(({ Principal, SourceArn }) => [Principal, text(SourceArn)]).sort()).toEqual([
      ['cognito-idp.amazonaws.com', '<UserPool.Arn>'],
      ['cognito-idp.amazonaws.com', '<UserPool.Arn>'],
      ['events.amazonaws.com', `<${ofType('AWS::Events::Rule')[0]?.[0]}.Arn>`],
    ])
    expect(permissions.every(({ SourceArn }) => SourceArn !== undefined)).toBe(true)
  })
})

describe('settings', () => {
  const ALWAYS = ['POWERTOOLS_LOG_LEVEL', 'POWERTOOLS_METRICS_NAMESPACE', 'POWERTOOLS_SERVICE_NAME']
  const TABLE = ['PAYERS_TABLE', 'PAYMENTS_TABLE']
  const AUTHY = ['AUTHY_API_URL', 'AUTHY_SECRET_ID']
  const LIMITS = ['OPEN_PAYMENTS', 'PAYMENTS_PER_HOUR', 'TEXTS_PER_DAY_FOR_STAGE', 'TEXTS_PER_HOUR']
  const TOLD: Record<string, string[]> = {
    sendPayment: [
      ...[...ALWAYS, ...TABLE, ...AUTHY, ...LIMITS],
      ...['CURRENCIES', 'LOGO_URL', 'MAX_AMOUNT', 'PAYMENT_TTL_SECONDS'],
    ],
    listPayments: [...ALWAYS, ...TABLE],
    paymentStatus: [...ALWAYS, ...TABLE],
    cancelPayment: [...ALWAYS, ...TABLE],
    smsStart: [...ALWAYS, ...TABLE, ...AUTHY, ...LIMITS],
    smsVerify: [...ALWAYS, ...TABLE, ...AUTHY],
    authyCallback: [...ALWAYS, ...TABLE, ...AUTHY, 'PUBLIC_URL'],
    profile: [...ALWAYS, ...TABLE],
    phoneStart: [...ALWAYS, ...TABLE, ...AUTHY, ...LIMITS, 'PHONE_COUNTRIES'],
    phoneVerify: [...ALWAYS, ...TABLE, ...AUTHY],
    sweepPayments: [...ALWAYS, ...TABLE, ...AUTHY],
    signUpPolicy: ['SIGN_UP'],
    tokenClaims: [],
  }

  test.each(names)('%s is told what it reads, and no more', (name) => {
    expect(Object.keys(environmentOf(name)).sort()).toEqual(TOLD[name]?.sort())
  })

  test.each(Object.keys(lambdas))(
    '%s can start with what it is told, and reads it all',
    async (name) => {
      const told = Object.fromEntries(
        Object.entries(environmentOf(name))
          .filter(([key]) => !ALWAYS.includes(key))
          .map(([key, value]) => [key, text(value).replaceAll(/<[^>]+>/g, 'x')]),
      )
      const read = new Set<string>()
      const env = new Proxy(told, {
        get: (all, key: string) => {
          read.add(key)
          return all[key]
        },
      })
      const { [name]: make } = await import(`../../functions/${name}.ts`)
      expect(make({ env, clock: () => new Date() })).toBeTypeOf('function')
      expect(Object.keys(told).filter((key) => !read.has(key))).toEqual([])
    },
  )

  test('are the stage’s', () => {
    const { lambda } = synthesize({
      currencies: ['GBP', 'EUR'],
      maxAmount: '50.00',
      paymentTtlSeconds: 120,
      limits: { textsPerHour: 3, openPayments: 2 },
      phoneCountries: ['GB', 'IE'],
      signUp: { policy: 'domains', domains: ['example.com', 'example.org'] },
      logLevel: 'ERROR',
      authyApiUrl: 'https://authy.example.com',
    })
    const told = (name: string) => lambda(name).Properties.Environment.Variables
    expect(told('sendPayment')).toMatchObject({
      CURRENCIES: 'GBP,EUR',
      MAX_AMOUNT: '50.00',
      PAYMENT_TTL_SECONDS: '120',
      TEXTS_PER_HOUR: '3',
      OPEN_PAYMENTS: '2',
      PAYMENTS_PER_HOUR: '20',
      TEXTS_PER_DAY_FOR_STAGE: '500',
      AUTHY_API_URL: 'https://authy.example.com',
      POWERTOOLS_LOG_LEVEL: 'ERROR',
      POWERTOOLS_SERVICE_NAME: 'payfriend-dev',
      POWERTOOLS_METRICS_NAMESPACE: 'Payfriend',
    })
    expect(told('phoneStart').PHONE_COUNTRIES).toBe('GB,IE')
    expect(told('signUpPolicy')).toEqual({
      SIGN_UP: 'domains',
      SIGN_UP_DOMAINS: 'example.com,example.org',
    })
  })

  test('name the callback as it is printed, because it is signed for that address', () => {
    const { PUBLIC_URL } = environmentOf('authyCallback')
    expect(`${text(PUBLIC_URL)}/payments/callback`).toBe(text(json.Outputs.AuthyCallbackUrl.Value))
  })

  test('name a picture for the push at an address that phones reach', () => {
    const { LOGO_URL } = environmentOf('sendPayment')
    expect(text(LOGO_URL)).toBe(`${text(json.Outputs.SiteUrl.Value)}/logo.png`)
  })

  test('hold no secret, only where it is', () => {
    for (const name of names) {
      for (const [key, value] of Object.entries(environmentOf(name))) {
        if (key === 'AUTHY_SECRET_ID') expect(value).toEqual({ Ref: secret })
        else expect(key).not.toMatch(/KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL/)
      }
    }
    expect(JSON.stringify(json)).not.toContain('{{resolve:')
  })
})

describe('every Lambda', () => {
  test.each(names)('%s runs on Node 24 for ARM, with memory and time said', (name) => {
    const trigger = ['signUpPolicy', 'tokenClaims'].includes(name)
    expect(lambda(name).Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: trigger ? 256 : 1024,
      Timeout: trigger ? 5 : name === 'sweepPayments' ? 55 : 28,
    })
  })

  test('reserves nothing of an account that may have ten in all', () => {
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions')
    }
  })

  test('has its log in a group that forgets, as everything that logs has', () => {
    const groups = ofType('AWS::Logs::LogGroup')
    for (const [, { Properties }] of groups) expect(Properties.RetentionInDays).toBe(90)
    const known = groups.map(([id]) => id)
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) {
      expect(known).toContain(Properties.LoggingConfig.LogGroup.Ref)
    }
    // One for each, one of the API and none that nobody writes.
    expect(groups).toHaveLength(ofType('AWS::Lambda::Function').length + 1)
  })

  test('has its log kept as long as the settings say', () => {
    const { ofType } = synthesize({ logRetentionDays: 365 })
    for (const [, { Properties }] of ofType('AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays).toBe(365)
    }
  })
})

test('the sweep runs every minute, once', () => {
  const { ScheduleExpression, State, Targets } = the('AWS::Events::Rule').Properties
  expect({ ScheduleExpression, State }).toEqual({
    ScheduleExpression: 'rate(1 minute)',
    State: 'ENABLED',
  })
  const [target, ...others] = Targets
  expect(others).toEqual([])
  const swept = all.find(([, resource]) => resource === lambda('sweepPayments'))?.[0]
  expect(target.Arn).toEqual({ 'Fn::GetAtt': [swept, 'Arn'] })
  expect(the('AWS::Lambda::EventInvokeConfig').Properties).toMatchObject({
    FunctionName: { Ref: swept },
    MaximumRetryAttempts: 0,
  })
})
