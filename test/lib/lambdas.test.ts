import { describe, expect, test } from 'vitest'
import { type Carriers, consumers, lambdas, lambdasOf } from '../../functions/routes.ts'
import { namesOf, synthesize, text, withProvider, withProviders } from './synthesized.ts'

const ALWAYS = ['LOG_LEVEL', 'SERVICE_NAME']
const TABLE = [...ALWAYS, 'PAYERS_TABLE', 'PAYMENTS_TABLE']
const LIMITS = [
  'OPEN_PAYMENTS',
  'PAYMENTS_PER_HOUR',
  'PROVING_TEXTS_PER_DAY',
  'PROVING_TEXTS_PER_HOUR',
  'TEXTS_PER_DAY',
  'TEXTS_PER_DAY_FOR_STAGE',
  'TEXTS_PER_HOUR',
]
const PAYMENT = ['CURRENCIES', 'MAX_AMOUNT', 'PAYMENT_TTL_SECONDS']
const AUTHY = ['AUTHY_API_URL', 'AUTHY_SECRET_ID']
const SWITCHES = ['SWITCHES_SECRET_ID']
const DEVICE = ['DEVICE_WAIT_HOURS', 'FIRST_DEVICE', 'TEXTS_BESIDE_DEVICE']
const FOLLOWERS = {
  archiveEntries: [...ALWAYS, 'ARCHIVE_BUCKET'],
  publishEvents: [...ALWAYS, 'EVENT_BUS'],
}
const VERIFY = ['VERIFY_API_URL', 'VERIFY_PAYMENTS_SERVICE', 'VERIFY_SECRET_ID']

const PUSH = ['PUSH_HOSTS', 'PUSH_SECRET_ID']

/** The same with every provider. */
const ALIKE = {
  listPayments: TABLE,
  paymentStatus: TABLE,
  profile: [...TABLE, ...DEVICE],
  endSessions: [...TABLE, 'USER_POOL_ID'],
  deviceInvite: [...TABLE, ...DEVICE],
  deviceEnrol: [...TABLE, ...DEVICE, 'SITE_URL'],
  deviceRemove: [...TABLE, ...DEVICE],
  listApprovals: [...TABLE, ...DEVICE, 'SITE_URL'],
  decideApproval: [...TABLE, ...DEVICE, 'SITE_URL'],
  devicePush: [...TABLE, ...DEVICE, ...PUSH, 'SITE_URL', 'EVENT_BUS'],
  ringDevices: [...TABLE, ...DEVICE, ...PUSH, 'SITE_URL'],
  signUpPolicy: ['SIGN_UP'],
  tokenClaims: [],
  ...FOLLOWERS,
}
const START = [...TABLE, ...LIMITS, ...PAYMENT, ...DEVICE, ...SWITCHES]
/** Of those that send texts. */
const TEXTS = [...TABLE, ...LIMITS, ...SWITCHES]

/** By its providers, all that a Lambda is told. */
const TOLD = {
  authy: {
    ...ALIKE,
    sendPayment: [...START, ...AUTHY, 'LOGO_URL'],
    cancelPayment: TABLE,
    smsStart: [...TEXTS, ...DEVICE, ...AUTHY],
    smsVerify: [...TABLE, ...DEVICE, ...AUTHY],
    authyCallback: [...TABLE, ...AUTHY, 'PUBLIC_URL'],
    phoneStart: [...TEXTS, ...AUTHY, 'PHONE_COUNTRIES'],
    phoneVerify: [...TABLE, ...DEVICE, ...AUTHY, 'USER_POOL_ID'],
    deviceLeave: [...TEXTS, ...DEVICE, ...AUTHY],
    deviceConfirm: [...TABLE, ...DEVICE, ...AUTHY],
    sweepPayments: [...TABLE, ...AUTHY],
  },
  twilioVerify: {
    ...ALIKE,
    sendPayment: START,
    cancelPayment: [...TABLE, ...VERIFY],
    smsStart: [...TEXTS, ...DEVICE, ...VERIFY],
    smsVerify: [...TABLE, ...DEVICE, ...VERIFY],
    phoneStart: [...TEXTS, ...VERIFY, 'VERIFY_PHONES_SERVICE', 'PHONE_COUNTRIES'],
    phoneVerify: [...TABLE, ...DEVICE, ...VERIFY, 'VERIFY_PHONES_SERVICE', 'USER_POOL_ID'],
    deviceLeave: [...TEXTS, ...DEVICE, ...VERIFY],
    deviceConfirm: [...TABLE, ...DEVICE, ...VERIFY],
    sweepPayments: [...TABLE, ...VERIFY],
  },
  none: {
    ...ALIKE,
    sendPayment: START,
    cancelPayment: TABLE,
    deviceConfirm: [...TABLE, ...DEVICE],
    sweepPayments: [...TABLE],
  },
  // What ends open payments stays: the callback, codes that are out or asked for, the sweep of pushes.
  'none after authy': {
    ...ALIKE,
    sendPayment: [...START],
    cancelPayment: [...TABLE],
    smsStart: [...TEXTS, ...DEVICE, ...AUTHY],
    smsVerify: [...TABLE, ...DEVICE, ...AUTHY],
    authyCallback: [...TABLE, ...AUTHY, 'PUBLIC_URL'],
    deviceConfirm: [...TABLE, ...DEVICE],
    sweepPayments: [...TABLE, ...AUTHY],
  },
  'none after twilioVerify': {
    ...ALIKE,
    sendPayment: [...START],
    cancelPayment: [...TABLE, ...VERIFY],
    smsStart: [...TEXTS, ...DEVICE, ...VERIFY],
    smsVerify: [...TABLE, ...DEVICE, ...VERIFY],
    deviceConfirm: [...TABLE, ...DEVICE],
    sweepPayments: [...TABLE, ...VERIFY],
  },
  // The phones' service and the push's picture are of what starts now.
  'twilioVerify after authy': {
    ...ALIKE,
    sendPayment: [...START],
    cancelPayment: [...TABLE, ...VERIFY],
    smsStart: [...TEXTS, ...DEVICE, ...AUTHY, ...VERIFY],
    smsVerify: [...TABLE, ...DEVICE, ...AUTHY, ...VERIFY],
    authyCallback: [...TABLE, ...AUTHY, 'PUBLIC_URL'],
    phoneStart: [...TEXTS, ...VERIFY, 'VERIFY_PHONES_SERVICE', 'PHONE_COUNTRIES'],
    phoneVerify: [...TABLE, ...DEVICE, ...VERIFY, 'VERIFY_PHONES_SERVICE', 'USER_POOL_ID'],
    deviceLeave: [...TEXTS, ...DEVICE, ...VERIFY],
    deviceConfirm: [...TABLE, ...DEVICE, ...VERIFY],
    sweepPayments: [...TABLE, ...AUTHY, ...VERIFY],
  },
  'authy after twilioVerify': {
    ...ALIKE,
    sendPayment: [...START, ...AUTHY, 'LOGO_URL'],
    cancelPayment: [...TABLE, ...VERIFY],
    smsStart: [...TEXTS, ...DEVICE, ...AUTHY, ...VERIFY],
    smsVerify: [...TABLE, ...DEVICE, ...AUTHY, ...VERIFY],
    authyCallback: [...TABLE, ...AUTHY, 'PUBLIC_URL'],
    phoneStart: [...TEXTS, ...AUTHY, 'PHONE_COUNTRIES'],
    phoneVerify: [...TABLE, ...DEVICE, ...AUTHY, 'USER_POOL_ID'],
    deviceLeave: [...TEXTS, ...DEVICE, ...AUTHY],
    deviceConfirm: [...TABLE, ...DEVICE, ...AUTHY],
    sweepPayments: [...TABLE, ...AUTHY, ...VERIFY],
  },
} satisfies Record<string, Record<string, readonly string[]>>

const DEPLOYMENTS = {
  authy: { provider: 'authy' },
  twilioVerify: { provider: 'twilioVerify' },
  none: { provider: 'none' },
  'none after authy': { provider: 'none', formerProvider: 'authy' },
  'none after twilioVerify': { provider: 'none', formerProvider: 'twilioVerify' },
  'twilioVerify after authy': { provider: 'twilioVerify', formerProvider: 'authy' },
  'authy after twilioVerify': { provider: 'authy', formerProvider: 'twilioVerify' },
} as const satisfies Record<keyof typeof TOLD, Carriers>

type Statement = {
  Effect: string
  Action: string | string[]
  Resource: unknown
  Condition?: object
}

const TABLES: Record<string, string> = { payments: 'PaymentsTable', users: 'UsersTable' }

/** CDK's own. */
const EMPTIES = /^CustomS3AutoDeleteObjects/

/** A right of the route table as a line of a role. */
/** Reading items one by one is the right to read several at once too. */
function linesOf(right: string): string[] {
  const [target = '', action] = right.split(':')
  const [table = '', index] = target.split('/')
  const actions = action === 'GetItem' ? ['BatchGetItem', 'GetItem'] : [action]
  return actions.map(
    (one) => `Allow dynamodb:${one} <${TABLES[table]}.Arn>${index ? `/index/${index}` : ''}`,
  )
}

describe.each(Object.entries(DEPLOYMENTS))('with %s', (title, carriers) => {
  const TOLD_HERE: Record<string, readonly string[]> = TOLD[title as keyof typeof TOLD]
  const { json, all, ofType, lambda } = synthesize({
    ...withProviders(carriers),
    phoneCountries: ['GB', 'IE'],
  })
  const names = Object.keys(TOLD_HERE)
  const BUS = `<${ofType('AWS::Events::EventBus')[0]?.[0]}.Arn>`

  test('there are these Lambdas and no others, but those that copy the page and empty its bucket', () => {
    expect(namesOf(carriers).sort()).toEqual(names.toSorted())
    const known = names.map(lambda)
    const others = ofType('AWS::Lambda::Function').filter(([, found]) => !known.includes(found))
    expect(others.map(([id]) => id)).toEqual([
      expect.stringMatching(EMPTIES),
      expect.stringMatching(/^CustomCDKBucketDeployment/),
    ])
  })

  const roleOf = (name: string): string => lambda(name).Properties.Role['Fn::GetAtt'][0]
  const environmentOf = (name: string): Record<string, unknown> =>
    lambda(name).Properties.Environment?.Variables ?? {}

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
      .flatMap(({ Effect, Action, Resource, Condition }) =>
        [Action]
          .flat()
          .flatMap((action) =>
            [Resource]
              .flat()
              .map(
                (resource) =>
                  `${Effect} ${action} ${text(resource)}${Condition ? ` if ${JSON.stringify(Condition)}` : ''}`,
              ),
          ),
      )
      .sort()
  }

  /** The secret that a setting names. */
  const secretIn = (key: string) => {
    const id = {
      AUTHY: 'Authy',
      VERIFY: 'TwilioVerify',
      SWITCHES: 'Switches',
      PUSH: 'Push',
    }[key.replace('_SECRET_ID', '')]
    return ofType('AWS::SecretsManager::Secret').find(([found]) =>
      found.startsWith(`${id}Secret`),
    )?.[0]
  }

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
      reason:
        'who asks the provider, or checks its signature, needs its key, and who obeys switches those',
      lines: (name) =>
        (TOLD_HERE[name] ?? [])
          .filter((key) => key.endsWith('_SECRET_ID'))
          .map((key) => `Allow secretsmanager:GetSecretValue <${secretIn(key)}>`),
    },
    {
      reason: 'who ends sessions ends those of this pool, and does nothing else with its accounts',
      lines: (name) =>
        TOLD_HERE[name]?.includes('USER_POOL_ID')
          ? ['Allow cognito-idp:AdminUserGlobalSignOut <UserPool.Arn>']
          : [],
    },
    {
      reason: 'who follows the tables reads their streams, and leaves what fails where it is found',
      lines: (name) =>
        name in FOLLOWERS
          ? [
              ...['PaymentsTable', 'UsersTable'].flatMap((table) => [
                ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map(
                  (action) => `Allow dynamodb:${action} <${table}.StreamArn>`,
                ),
                `Allow dynamodb:ListStreams <${table}.Arn>/stream/*`,
              ]),
              'Allow s3:PutObject <DeadLetterBucket.Arn>/*',
              'Allow s3:ListBucket <DeadLetterBucket.Arn>',
            ]
          : [],
    },
    {
      reason: 'the archive is written, and neither read nor emptied',
      lines: (name) =>
        name === 'archiveEntries' ? ['Allow s3:PutObject <ArchiveBucket.Arn>/*'] : [],
    },
    {
      reason: 'payments are published on one bus',
      lines: (name) => (name === 'publishEvents' ? [`Allow events:PutEvents ${BUS}`] : []),
    },
    {
      reason: 'a test ring is asked for there, and no payment can be told of',
      lines: (name) =>
        name === 'devicePush'
          ? [
              `Allow events:PutEvents ${BUS} if {"StringEquals":{"events:source":"payfriend.rings","events:detail-type":"device.test"}}`,
            ]
          : [],
    },
  ]

  describe('rights', () => {
    test.each(names)('%s may do what the route table says, and no more', (name) => {
      const rights = name in lambdas ? lambdas[name as keyof typeof lambdas].rights : []
      const expected = [...rights.flatMap(linesOf), ...OTHERS.flatMap(({ lines }) => lines(name))]
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

    test('who may call a Lambda is API Gateway, Cognito, the clock or the bus, each from one place', () => {
      const permissions = ofType('AWS::Lambda::Permission').map(([, { Properties }]) => Properties)
      const others = permissions.filter(({ Principal }) => Principal !== 'apigateway.amazonaws.com')
      expect(others.map(({ Principal, SourceArn }) => [Principal, text(SourceArn)]).sort()).toEqual(
        [
          ['cognito-idp.amazonaws.com', '<UserPool.Arn>'],
          ['cognito-idp.amazonaws.com', '<UserPool.Arn>'],
          ...ofType('AWS::Events::Rule').map(([rule]) => ['events.amazonaws.com', `<${rule}.Arn>`]),
        ].sort(),
      )
      expect(permissions.every(({ SourceArn }) => SourceArn !== undefined)).toBe(true)
    })
  })

  describe('settings', () => {
    test.each(names)('%s is told what it reads, and no more', (name) => {
      expect(Object.keys(environmentOf(name)).sort()).toEqual(TOLD_HERE[name]?.toSorted())
    })

    test.each([...lambdasOf(carriers), ...consumers])(
      '%s can start with what it is told, and reads it all',
      async (name) => {
        const told = Object.fromEntries(
          Object.entries(environmentOf(name))
            .filter(([key]) => !ALWAYS.includes(key))
            .map(([key, value]) => [key, text(value).replaceAll(/<[^>]+>/g, 'x')]),
        )
        // These stand in the bundle.
        const bundled = {
          PROVIDER: carriers.provider,
          FORMER_PROVIDER: 'formerProvider' in carriers ? carriers.formerProvider : undefined,
        }
        const read = new Set<string>()
        const all: Record<string, string | undefined> = { ...told, ...bundled }
        const env = new Proxy(all, {
          get: (_, key: string) => {
            read.add(key)
            return all[key]
          },
        })
        const { [name]: make } = await import(`../../functions/handlers/${name}.ts`)
        expect(make({ env, clock: () => new Date() })).toBeTypeOf('function')
        const unread = Object.keys(told).filter((key) => !read.has(key))
        expect(unread).toEqual([])
      },
    )

    test('hold no secret, only where it is', () => {
      for (const name of names) {
        for (const [key, value] of Object.entries(environmentOf(name))) {
          if (key.endsWith('_SECRET_ID')) expect(value).toEqual({ Ref: secretIn(key) })
          else expect(key).not.toMatch(/KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL/)
        }
      }
      expect(JSON.stringify(json)).not.toContain('{{resolve:')
    })
  })

  describe('every Lambda', () => {
    test.each(names)('%s runs on Node 24 for ARM, with memory and time said', (name) => {
      const trigger = ['signUpPolicy', 'tokenClaims'].includes(name)
      const consumer = name in FOLLOWERS
      expect(lambda(name).Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        MemorySize: trigger ? 256 : consumer ? 512 : 1024,
        Timeout: trigger ? 5 : consumer ? 120 : name === 'sweepPayments' ? 55 : 28,
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
      // CDK gives the one that empties a bucket no group; it runs when the stack is deleted.
      const logging = ofType('AWS::Lambda::Function').filter(([id]) => !EMPTIES.test(id))
      for (const [, { Properties }] of logging) {
        expect(known).toContain(Properties.LoggingConfig.LogGroup.Ref)
      }
      // One for each, one of the API and none that nobody writes.
      expect(groups).toHaveLength(logging.length + 1)
    })
  })

  const ruleOf = (key: string) => {
    const found = ofType('AWS::Events::Rule').filter(([, { Properties }]) => key in Properties)
    expect(found).toHaveLength(1)
    return found[0]?.[1].Properties
  }
  const idOf = (name: string) => all.find(([, resource]) => resource === lambda(name))?.[0]
  const invokesOf = (name: string) =>
    ofType('AWS::Lambda::EventInvokeConfig').find(
      ([, { Properties }]) => Properties.FunctionName.Ref === idOf(name),
    )?.[1].Properties

  test('the sweep runs every minute, once', () => {
    const { ScheduleExpression, State, Targets } = ruleOf('ScheduleExpression')
    expect({ ScheduleExpression, State }).toEqual({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
    })
    const [target, ...others] = Targets
    expect(others).toEqual([])
    expect(target.Arn).toEqual({ 'Fn::GetAtt': [idOf('sweepPayments'), 'Arn'] })
    expect(invokesOf('sweepPayments')).toMatchObject({ MaximumRetryAttempts: 0 })
  })

  test('the bus rings devices for what waits and for changes of accounts, and for nothing else', () => {
    const { EventBusName, EventPattern, Targets } = ruleOf('EventPattern')
    expect(EventBusName).toEqual({ Ref: ofType('AWS::Events::EventBus')[0]?.[0] })
    expect(EventPattern).toEqual({
      source: ['payfriend', 'payfriend.rings'],
      'detail-type': [
        'payment.pending',
        ...['device.waiting', 'device.added', 'device.removed', 'device.restored'],
        'device.stopped',
        ...['phone.changed', 'device.test', 'device.asks', 'phone.asks'],
      ],
      detail: { version: [1] },
    })
    expect(Targets).toMatchObject([
      {
        Arn: { 'Fn::GetAtt': [idOf('ringDevices'), 'Arn'] },
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 2 },
      },
    ])
    expect(invokesOf('ringDevices')).toMatchObject({
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 3600,
    })
  })

  test('no Lambda is told of a push service on its own machine', () => {
    for (const name of names) expect(environmentOf(name)).not.toHaveProperty('PUSH_STAND_IN')
  })
})

describe('settings', () => {
  test('are the stage’s', () => {
    const { lambda } = synthesize({
      currencies: ['GBP', 'EUR'],
      maxAmount: { EUR: '50.00' },
      paymentTtlSeconds: 120,
      limits: {
        textsPerHour: 3,
        textsPerDay: 6,
        provingTextsPerHour: 2,
        provingTextsPerDay: 4,
        openPayments: 2,
      },
      phoneCountries: ['GB', 'IE'],
      signUp: { policy: 'domains', domains: ['example.com', 'example.org'] },
      logLevel: 'ERROR',
      authyApiUrl: 'https://authy.example.com',
    })
    const told = (name: string) => lambda(name).Properties.Environment.Variables
    expect(told('sendPayment')).toMatchObject({
      CURRENCIES: 'GBP,EUR',
      MAX_AMOUNT: 'GBP:9000,EUR:50.00',
      PAYMENT_TTL_SECONDS: '120',
      TEXTS_PER_HOUR: '3',
      TEXTS_PER_DAY: '6',
      PROVING_TEXTS_PER_HOUR: '2',
      PROVING_TEXTS_PER_DAY: '4',
      OPEN_PAYMENTS: '2',
      PAYMENTS_PER_HOUR: '20',
      TEXTS_PER_DAY_FOR_STAGE: '500',
      AUTHY_API_URL: 'https://authy.example.com',
      LOG_LEVEL: 'ERROR',
      SERVICE_NAME: 'payfriend-dev',
    })
    expect(told('phoneStart').PHONE_COUNTRIES).toBe('GB,IE')
    expect(told('signUpPolicy')).toEqual({
      SIGN_UP: 'domains',
      SIGN_UP_DOMAINS: 'example.com,example.org',
    })
  })

  test('name Twilio Verify’s services, each where it is asked', () => {
    const { twilioVerify } = withProvider.twilioVerify
    const { lambda } = synthesize({
      provider: 'twilioVerify',
      twilioVerify: { ...twilioVerify, apiUrl: 'https://verify.example.com' },
    })
    const told = (name: string) => lambda(name).Properties.Environment.Variables
    const payments = {
      VERIFY_API_URL: 'https://verify.example.com',
      VERIFY_PAYMENTS_SERVICE: twilioVerify.paymentsServiceSid,
    }
    expect(told('smsStart')).toMatchObject(payments)
    expect(told('phoneStart')).toMatchObject({
      ...payments,
      VERIFY_PHONES_SERVICE: twilioVerify.phonesServiceSid,
    })
  })

  test('name the callback as it is printed, because it is signed for that address', () => {
    const { json, lambda } = synthesize()
    const { PUBLIC_URL } = lambda('authyCallback').Properties.Environment.Variables
    expect(`${text(PUBLIC_URL)}/payments/callback`).toBe(text(json.Outputs.AuthyCallbackUrl.Value))
  })

  test('name a picture for the push at an address that phones reach', () => {
    const { json, lambda } = synthesize()
    const { LOGO_URL } = lambda('sendPayment').Properties.Environment.Variables
    expect(text(LOGO_URL)).toBe(`${text(json.Outputs.SiteUrl.Value)}/logo.png`)
  })
})

test('has its log kept as long as the settings say', () => {
  const { ofType } = synthesize({ logRetentionDays: 30 })
  for (const [, { Properties }] of ofType('AWS::Logs::LogGroup')) {
    expect(Properties.RetentionInDays).toBe(30)
  }
})
