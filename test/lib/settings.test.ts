import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { placeOf, readSettings } from '../../bin/settings.ts'
import { stageFields } from '../../lib/stageFields.ts'
import { SettingsError } from '../../lib/stageSettings.ts'

/** A stage with something said about everything. Each test breaks one thing in it. */
const stage = {
  archiveLock: { mode: 'governance', years: 5 },
  account: '123456789012',
  region: 'eu-west-1',
  currencies: ['EUR', 'JPY'],
  maxAmount: { EUR: '500.00' },
  paymentTtlSeconds: 120,
  limits: { textsPerHour: 3 },
  phoneCountries: ['GB', 'IE'],
  signUp: { policy: 'domains', domains: ['example.com'] },
  sesIdentity: 'example.com',
  throttling: { profile: { ratePerSecond: 7, burst: 9 } },
  logRetentionDays: 30,
}

/** The same with Twilio Verify, and what only its provider has. */
const services = { paymentsServiceSid: sid('a'), phonesServiceSid: sid('b') }
const verify = { ...stage, provider: 'twilioVerify', twilioVerify: services }

function sid(digit: string, digits = 32) {
  return `VA${digit.repeat(digits)}`
}

const { archiveLock } = stage
const readOnly = (given: object, name = 'live') => readSettings(JSON.stringify({ [name]: given }))
/** A stage that keeps data has to say a lock, so it says one here. */
const read = (given: object, name?: string) => readOnly({ archiveLock, ...given }, name)

test('how an owner lays out payfriend.json is nobody’s business', () => {
  const { files } = JSON.parse(readFileSync('biome.json', 'utf8'))
  expect(files.includes).toContain('!payfriend.json')
})

test('without a file there is one stage, with every default', () => {
  expect(readSettings(undefined)).toMatchObject([
    {
      stage: 'dev',
      account: undefined,
      region: undefined,
      provider: 'authy',
      authyApiUrl: 'https://api.authy.com',
      maxAmount: { EUR: '10000', GBP: '9000', IDR: '200000000' },
      paymentTtlSeconds: 300,
      limits: {
        textsPerHour: 10,
        textsPerDay: 20,
        provingTextsPerHour: 3,
        provingTextsPerDay: 5,
        textsPerDayForStage: 500,
        openPayments: 5,
        paymentsPerHour: 20,
      },
      phoneCountries: [],
      signUp: { policy: 'closed', domains: [] },
      sesIdentity: undefined,
      changePasswordUrl: undefined,
      logRetentionDays: 90,
      logLevel: 'INFO',
      keepData: false,
      archiveLock: 'none',
      domain: undefined,
      webAclArn: undefined,
      alarmTopicArn: undefined,
      runbookUrl: 'docs/guides/runbook.md',
    },
  ])
})

const guide = readFileSync('docs/guides/settings.md', 'utf8')
const sectionOf = (heading: string) => guide.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''

test('the guide’s table of settings has every setting, and no other', () => {
  const rows = sectionOf('Settings of a deployment').split('\n')
  const names = rows
    .map((line) => line.split(' | ')[0] ?? '')
    .flatMap((cell) => [...cell.matchAll(/^\| `(\w+)`|, `(\w+)`/g)])
    .map(([, first, second]) => first ?? second)
  expect(names.sort()).toEqual(Object.keys(stageFields.shape).sort())
})

test('the guide’s table of limits has every limit, with its default', () => {
  const table = sectionOf('Limits')
  const { limits = {}, paymentTtlSeconds } = readSettings(undefined)[0] ?? {}
  const told = Object.entries({ ...limits, paymentTtlSeconds })
  expect(told).toHaveLength(8)
  for (const [name, value] of told) expect(table).toContain(`\`${name}\` ${value}`)
})

test('every stage keeps its data, but the one of who says nothing; each can say otherwise', () => {
  const kept = (name: string, given: object) => readOnly(given, name)[0]?.keepData
  expect(kept('live', { archiveLock })).toBe(true)
  expect(kept('dev', {})).toBe(false)
  expect(kept('live', { keepData: false })).toBe(false)
  expect(kept('dev', { keepData: true, archiveLock })).toBe(true)
})

test.each([
  ['live', {}],
  ['dev', { keepData: true }],
])('a stage %s that keeps data (%j) has to say how its archive is locked', (name, given) => {
  expect(() => readOnly(given, name)).toThrow(SettingsError)
  expect(() => readOnly(given, name)).toThrow(
    `Stage ${name} in payfriend.json: archiveLock must be said where data is kept, because a lock cannot be taken back: {"mode": "governance", "years": 5} or {"mode": "compliance", "years": 5}, or "none".`,
  )
})

test.each(['none', archiveLock, { mode: 'compliance', years: 99 }])(
  'a stage that keeps data may say the lock %j',
  (archiveLock) => {
    expect(readOnly({ archiveLock })).toMatchObject([{ archiveLock }])
  },
)

test('a stage that keeps nothing locks nothing', () => {
  const keepData = false
  expect(readOnly({ keepData, archiveLock: 'none' })).toMatchObject([{ archiveLock: 'none' }])
  expect(() => readOnly({ keepData, archiveLock })).toThrow(
    'archiveLock may be only "none" where keepData is false, because the archive is deleted',
  )
})

test('a stage says only what it wants otherwise', () => {
  expect(read(stage)).toMatchObject([
    {
      ...stage,
      stage: 'live',
      currencies: [
        { code: 'EUR', digits: 2, symbol: '€' },
        { code: 'JPY', digits: 0 },
      ],
      limits: {
        textsPerHour: 3,
        textsPerDay: 20,
        provingTextsPerHour: 3,
        provingTextsPerDay: 5,
        textsPerDayForStage: 500,
        openPayments: 5,
        paymentsPerHour: 20,
      },
      throttling: {
        profile: { ratePerSecond: 7, burst: 9 },
        authyCallback: { ratePerSecond: 100, burst: 200 },
      },
      logRetentionDays: 30,
    },
  ])
})

test('a stage with Twilio Verify says its services, and of Authy nothing is left', () => {
  const [settings] = read(verify)
  expect(settings).toMatchObject({
    provider: 'twilioVerify',
    twilioVerify: { ...services, apiUrl: 'https://verify.twilio.com' },
  })
  expect(settings?.authyApiUrl).toBeUndefined()
  const apiUrl = 'https://verify.example.com'
  expect(read({ ...verify, twilioVerify: { ...services, apiUrl } })).toMatchObject([
    { twilioVerify: { ...services, apiUrl } },
  ])
})

test('a stage without a provider says nothing of one', () => {
  expect(read({ provider: 'none', signUp: { policy: 'open' } })).toMatchObject([
    {
      provider: 'none',
      formerProvider: undefined,
      authyApiUrl: undefined,
      twilioVerify: undefined,
      firstDevice: 'invitation',
      deviceWaitHours: 12,
      textsBesideDevice: false,
    },
  ])
  const chosen = { provider: 'none', firstDevice: 'sign-in', deviceWaitHours: 168 }
  expect(read(chosen)).toMatchObject([chosen])
})

test.each([
  ['authy', 'twilioVerify', { twilioVerify: services }],
  ['twilioVerify', 'authy', { twilioVerify: services }],
  ['none', 'authy', { authyApiUrl: 'https://authy.example.com' }],
  ['none', 'twilioVerify', { twilioVerify: services }],
] as const)('%s after %s has the settings of both', (provider, formerProvider, given) => {
  expect(read({ provider, formerProvider, ...given })).toMatchObject([
    { provider, formerProvider, ...given },
  ])
})

test.each([
  [{ formerProvider: 'none' }, 'formerProvider must be "authy" or "twilioVerify"'],
  [{ formerProvider: 'authy' }, 'formerProvider must be another than provider, which is "authy"'],
  [
    { ...verify, formerProvider: 'twilioVerify' },
    'formerProvider must be another than provider, which is "twilioVerify"',
  ],
  [
    { formerProvider: 'twilioVerify' },
    'twilioVerify must say paymentsServiceSid and phonesServiceSid when provider is "twilioVerify"',
  ],
  [
    { provider: 'none', twilioVerify: services },
    'twilioVerify counts only when provider is "twilioVerify", and it is "none"',
  ],
  [
    { provider: 'none', authyApiUrl: 'https://api.authy.com' },
    'authyApiUrl counts only when provider is "authy", and it is "none"',
  ],
  [{ firstDevice: 'anybody' }, 'firstDevice must be "invitation" or "sign-in"'],
  [
    { firstDevice: 'sign-in' },
    'firstDevice may be "sign-in" only when provider is "none", and it is "authy"',
  ],
  [{ deviceWaitHours: 0 }, 'deviceWaitHours must be at least 1'],
  [{ deviceWaitHours: 169 }, 'deviceWaitHours must be at most 168'],
  [{ deviceWaitHours: 1.5 }, 'deviceWaitHours must be a whole number of hours'],
  [{ textsBesideDevice: 'yes' }, 'textsBesideDevice must be true or false'],
  [
    { provider: 'none', textsBesideDevice: true },
    'textsBesideDevice counts only with a provider of texts, and provider is "none"',
  ],
])('of devices and a change of provider %j is refused with a sentence', (broken, sentence) => {
  expect(() => read(broken)).toThrow(SettingsError)
  expect(() => read(broken)).toThrow(`Stage live in payfriend.json: ${sentence}`)
})

test('a stage may have a firewall of its own, or one that the stack makes in us-east-1', () => {
  expect(read({ webAclArn: WEB_ACL, originSecretNumber: 2 })).toMatchObject([
    { webAclArn: WEB_ACL, requestsPerAddress: undefined, originSecretNumber: 2 },
  ])
  expect(read({ region: 'us-east-1', requestsPerAddress: 500 })).toMatchObject([
    { webAclArn: undefined, requestsPerAddress: 500, originSecretNumber: 1 },
  ])
})

test('a file may name several stages, and one of them may be asked for', () => {
  const text = JSON.stringify({ dev: {}, live: { archiveLock, maxAmount: { EUR: '5.00' } } })
  expect(readSettings(text).map(({ stage }) => stage)).toEqual(['dev', 'live'])
  expect(readSettings(text, 'live')).toMatchObject([{ stage: 'live', maxAmount: { EUR: '5.00' } }])
  expect(readSettings(undefined, 'dev')).toMatchObject([
    { stage: 'dev', maxAmount: { EUR: '10000' } },
  ])
})

test('a name is the page’s of one stage, also where only the other is asked for', () => {
  const domain = { name: 'pay.example.com', certificateArn: certificate('us-east-1') }
  const stages = (dev: object) => JSON.stringify({ dev, live: { archiveLock, domain } })
  for (const asked of [undefined, 'dev', 'live']) {
    expect(() => readSettings(stages({ domain }), asked)).toThrow(SettingsError)
    expect(() => readSettings(stages({ domain }), asked)).toThrow(
      "Stage live in payfriend.json: domain.name is pay.example.com, which is the stage dev's: a name can be only one page's.",
    )
  }
  const other = { domain: { ...domain, name: 'dev.example.com' } }
  expect(readSettings(stages(other))).toHaveLength(2)
})

test('a limit by default is never in the way of one that is said', () => {
  for (const [name, value] of [
    ['textsPerDay', 1],
    ['provingTextsPerDay', 1],
    ['textsPerDayForStage', 4],
  ] as const) {
    expect(read({ limits: { [name]: value } })).toMatchObject([{ limits: { [name]: value } }])
  }
})

test('an address of a provider may end with a slash', () => {
  const authyApiUrl = 'https://authy.example.com/'
  expect(read({ authyApiUrl })).toMatchObject([{ authyApiUrl }])
  expect(() => read({ authyApiUrl: 'nowhere' })).toThrow(
    'authyApiUrl must be an address that begins',
  )
  expect(() => read({ authyApiUrl: `${authyApiUrl}v1` })).toThrow(
    'authyApiUrl must be an address without',
  )
})

test('a region that CloudFront writes no log in is refused by name also where only the profile has it', () => {
  const reading = (region: string, text?: string) => () => readSettings(text, undefined, region)
  expect(reading('eu-south-1')).toThrow(SettingsError)
  expect(reading('eu-south-1')).toThrow(
    'Stage dev in payfriend.json: region must be said, because that of the profile or of AWS_REGION may not be eu-south-1: CloudFront',
  )
  expect(reading('eu-west-9')).toThrow('may not be "eu-west-9", which is no region of AWS: eu-')
  expect(reading('eu-west-1')()).toMatchObject([{ stage: 'dev' }])
  const said = JSON.stringify({ live: { region: 'eu-west-1', archiveLock: 'none' } })
  expect(reading('eu-south-1', said)()).toMatchObject([{ region: 'eu-west-1' }])
})

test.each([
  ['{"dev": {}', undefined, /^payfriend\.json is not JSON: .+\.$/],
  ['[]', undefined, /^payfriend\.json must be an object of stages, like \{"dev": \{\}\}\.$/],
  ['"dev"', undefined, /must be an object of stages/],
  ['{}', undefined, /^payfriend\.json names no stage; \{"dev": \{\}\} would be one\.$/],
  ['{"dev":{},"live":{}}', 'test', /^payfriend\.json has no stage "test"; it has: dev, live\.$/],
])('%s is refused', (text, wanted, sentence) => {
  const reading = () => readSettings(text, wanted)
  expect(reading).toThrow(SettingsError)
  expect(reading).toThrow(sentence)
})

test.each([
  ['Live', 'must be 1 to 20 of a-z 0-9 -'],
  ['1st', 'with a letter first'],
  ['live-', 'no - at its end'],
  ['l'.repeat(21), 'must be 1 to 20'],
  ['my-aws', 'may not have aws, amazon or cognito in it'],
])('a stage is not called %s', (name, reason) => {
  expect(() => read(stage, name)).toThrow(`Stage ${name} in payfriend.json: its name`)
  expect(() => read(stage, name)).toThrow(reason)
})

function lock(archiveLock: unknown): [object, string] {
  return [{ archiveLock }, 'archiveLock must be "none" or {"mode": "governance", "years": 5} or']
}
const WEB_ACL = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/pay/1a2b'
function ofOther(service: string, what: string) {
  return `arn:aws:${service}:us-east-1:999999999999:${what}`
}
const words = (count: number) => 'x'.repeat(count)
function certificate(region: string) {
  return `arn:aws:acm:${region}:123456789012:certificate/1a2b`
}

test.each([
  [{ account: '12345' }, 'account must be the twelve digits of an AWS account, in quotes'],
  [{ account: 123456789012 }, 'account must be the twelve digits of an AWS account, in quotes'],
  [
    { region: 'Ireland' },
    'region must be a region of AWS, like eu-west-1 or us-east-1, and "Ireland" is none',
  ],
  [{ region: '' }, 'region must be a region of AWS, like eu-west-1 or us-east-1, and "" is none'],
  [
    { region: 'eu-west-9' },
    'region may not be "eu-west-9", which is no region of AWS: eu-west-1, eu-west-2, eu-west-3 are some',
  ],
  [
    { region: 'eu-north' },
    'region may not be "eu-north", which is no region of AWS: eu-north-1 is one',
  ],
  [{ region: ['eu-west-1'] }, 'region must be a region of AWS in quotes, like "eu-west-1"'],
  [
    { region: 'eu-south-1' },
    'region may not be eu-south-1: CloudFront writes no log into a bucket',
  ],
  [{ region: 'mx-central-1' }, 'region may not be mx-central-1: CloudFront writes no log'],
  ...['us-gov-west-1', 'cn-north-1', 'eusc-de-east-1'].map((region): [object, string] => [
    { region },
    `region may not be ${region}: it is not of AWS's ordinary partition`,
  ]),
  [{ provider: 'twilio' }, 'provider must be "authy", "twilioVerify" or "none"'],
  [
    { provider: 'twilioVerify' },
    'twilioVerify must say paymentsServiceSid and phonesServiceSid when provider is "twilioVerify"; `npm run setup:verify` prints them',
  ],
  [
    { twilioVerify: services },
    'twilioVerify counts only when provider is "twilioVerify", and it is "authy"',
  ],
  [
    { authyApiUrl: 'http://api.authy.com' },
    'authyApiUrl must be an address that begins with https://',
  ],
  [{ currencies: ['EUR', 'XXX'] }, 'currencies.1 must be one of EUR, GBP, USD'],
  [{ currencies: [] }, 'currencies must name at least one currency'],
  [{ currencies: ['EUR', 'EUR'] }, 'currencies names a currency twice'],
  [{ currencies: 'EUR' }, 'currencies must be a list, like ["one", "another"]'],
  [{ maxAmount: 500 }, 'maxAmount must name amounts by their currency, like {"EUR": "10000.00"}'],
  [{ maxAmount: { EUR: 500 } }, 'maxAmount must name amounts by their currency'],
  [{ maxAmount: { EUR: '0.00' } }, 'maxAmount.EUR must name amounts by their currency'],
  [{ maxAmount: { XXX: '5.00' } }, 'maxAmount.XXX is no setting'],
  [
    { maxAmount: '500' },
    'maxAmount must say the most of each currency, because 500 EUR are not 500 JPY',
  ],
  [{ maxAmount: { GBP: '5.00' } }, 'maxAmount names GBP, which is not among currencies'],
  [{ maxAmount: { JPY: '5.00' } }, 'maxAmount is 5.00 for JPY, which has no decimals'],
  [{ paymentTtlSeconds: 59 }, 'paymentTtlSeconds must be at least 60'],
  [{ paymentTtlSeconds: 601 }, 'paymentTtlSeconds must be at most 600'],
  [{ paymentTtlSeconds: 90.5 }, 'paymentTtlSeconds must be a whole number of seconds'],
  [{ limits: { textsPerHour: 0 } }, 'limits.textsPerHour must be at least 1'],
  [{ limits: { textsPerDay: 0 } }, 'limits.textsPerDay must be at least 1'],
  [{ limits: { provingTextsPerHour: 0 } }, 'limits.provingTextsPerHour must be at least 1'],
  [{ limits: { provingTextsPerDay: 0 } }, 'limits.provingTextsPerDay must be at least 1'],
  [
    { limits: { textsPerDayForStage: 3 } },
    'limits.textsPerDayForStage must be at least 4, because a change of phone takes two texts and may use half',
  ],
  [{ limits: { textsPerYear: 9 } }, 'limits.textsPerYear is no setting'],
  [
    { limits: { textsPerHour: 21 } },
    'limits.textsPerHour is 21, which textsPerDay, 20, never lets a payer reach',
  ],
  [
    { limits: { textsPerDay: 11, textsPerDayForStage: 10 } },
    'limits.textsPerDay is 11, which textsPerDayForStage, 10, never',
  ],
  [
    { limits: { provingTextsPerHour: 6 } },
    'limits.provingTextsPerHour is 6, which provingTextsPerDay, 5, never',
  ],
  [
    { limits: { provingTextsPerDay: 6, textsPerDayForStage: 11 } },
    'limits.provingTextsPerDay is 6, which half of textsPerDayForStage, 5, never',
  ],
  [{ phoneCountries: 'GB' }, 'phoneCountries must be "all" or a list of two-letter countries'],
  [{ phoneCountries: [44] }, 'phoneCountries must be "all" or a list of two-letter countries'],
  [{ phoneCountries: [] }, 'phoneCountries must be "all" or a list of two-letter countries'],
  [{ signUp: { policy: 'everyone' } }, 'signUp.policy must be open, domains or closed'],
  [
    { signUp: { policy: 'domains' } },
    'signUp.domains must name at least one domain when signUp.policy is "domains"',
  ],
  [
    { signUp: { policy: 'domains', domains: ['Example.com'] } },
    'signUp.domains.0 must be a domain in lower case, like example.com',
  ],
  [
    { signUp: { policy: 'domains', domains: ['ada@example.com'] } },
    'signUp.domains.0 must be a domain in lower case',
  ],
  [
    { signUp: { policy: 'closed', domains: ['example.com'] } },
    'signUp.domains counts only when signUp.policy is "domains", and it is "closed"',
  ],
  [
    { signUp: { policy: 'open' }, phoneCountries: undefined },
    'phoneCountries must be said when signUp.policy is "open"',
  ],
  [{ sesIdentity: 'nobody' }, 'sesIdentity must be an e-mail address or a domain'],
  [{ region: undefined }, 'region must be said when sesIdentity is'],
  [{ changePasswordUrl: '/password' }, 'changePasswordUrl must be an address that begins with'],
  [
    { throttling: { profile: { ratePerSecond: 101, burst: 200 } } },
    'throttling.profile.ratePerSecond may not be above that of authyCallback, 100',
  ],
  [
    { throttling: { sweepPayments: { ratePerSecond: 1, burst: 1 } } },
    'throttling.sweepPayments is no',
  ],
  [{ throttling: { profile: { ratePerSecond: 7 } } }, 'throttling.profile.burst must be'],
  [{ keepData: 'yes' }, 'keepData must be true or false'],
  ...['governance', { mode: 'compliance' }, { mode: 'legal', years: 5 }].map(lock),
  [{ archiveLock: { ...archiveLock, years: 0 } }, 'archiveLock.years must be at least 1'],
  [{ archiveLock: { ...archiveLock, years: 100 } }, 'archiveLock.years must be at most 99'],
  [{ archiveLock: { ...archiveLock, years: 1.5 } }, 'archiveLock'],
  [{ archiveLock: { ...archiveLock, days: 1 } }, 'archiveLock.days is no setting'],
  [{ domain: { name: 'pay.example.com' } }, 'domain.certificateArn must be said'],
  [
    { domain: 'pay.example.com' },
    'domain must be an object, like {"name": "pay.example.com", "certificateArn": "arn:aws:acm:us-east-1:',
  ],
  [{ signUp: 'open' }, 'signUp must be an object, like {"policy": "closed"}'],
  [
    { signUp: { policy: 'domains', domains: 'example.com' } },
    'signUp.domains must be a list, like ["one", "another"]',
  ],
  [{ limits: 5 }, 'limits must be an object of settings, like {}'],
  [
    { throttling: { profile: { ratePerSecond: '7', burst: 9 } } },
    'throttling.profile.ratePerSecond must be a whole number',
  ],
  [{ sesIdentity: 5 }, 'sesIdentity must be an e-mail address or a domain'],
  [
    { domain: { name: 'Pay', certificateArn: certificate('us-east-1') } },
    'domain.name must be a domain in lower case',
  ],
  [
    { domain: { name: 'pay.example.com', certificateArn: certificate('eu-west-1') } },
    'domain.certificateArn must be the ARN of a certificate in us-east-1',
  ],
  ...[
    [
      'domain.certificateArn',
      { domain: { name: 'pay.example.com', certificateArn: ofOther('acm', 'certificate/1a2b') } },
    ],
    ['webAclArn', { webAclArn: ofOther('wafv2', 'global/webacl/pay/1a2b') }],
  ].map(([name, given]): [object, string] => [
    Object(given),
    `${name} must be of 123456789012, the stage's own account, because CloudFront takes no other, and is of 999999999999`,
  ]),
  [
    { webAclArn: WEB_ACL.replace('aws', 'aws-cn') },
    'webAclArn must be the ARN of a web ACL for CloudFront',
  ],
  [
    {
      domain: {
        name: 'pay.example.com',
        certificateArn: certificate('us-east-1').replace('aws', 'aws-cn'),
      },
    },
    'domain.certificateArn must be the ARN of a certificate in us-east-1',
  ],
  [
    { alarmTopicArn: 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:alarms' },
    'alarmTopicArn must be the ARN of a topic',
  ],
  [
    { webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/pay/1' },
    'webAclArn must be the ARN of a web ACL for CloudFront',
  ],
  [
    { requestsPerAddress: 2000 },
    'requestsPerAddress counts only where region is "us-east-1", because CloudFront takes a web ACL from no other',
  ],
  [
    { region: 'us-east-1', requestsPerAddress: 2000, webAclArn: WEB_ACL },
    'requestsPerAddress may not be said beside webAclArn',
  ],
  [{ requestsPerAddress: 499 }, 'requestsPerAddress must be at least 500'],
  [{ requestsPerAddress: 1_000_001 }, 'requestsPerAddress is too large'],
  [{ requestsPerAddress: 500.5 }, 'requestsPerAddress must be a whole number'],
  [{ originSecretNumber: 2 }, 'originSecretNumber counts only with webAclArn or requestsPer'],
  [{ webAclArn: WEB_ACL, originSecretNumber: 0 }, 'originSecretNumber must be at least 1'],
  [{ logRetentionDays: 31 }, 'logRetentionDays must be one of 1, 3, 5, 7'],
  [{ logRetentionDays: 9999 }, 'logRetentionDays must be one of'],
  [{ logLevel: 'info' }, 'logLevel must be DEBUG, INFO, WARN or ERROR'],
  [{ authyApiKey: words(3) }, 'authyApiKey is no setting'],
  [{ a: 1, b: 2 }, 'a and b are no settings'],
])('%j is refused with a sentence that names it', (broken, sentence) => {
  const reading = () => read({ ...stage, ...broken })
  expect(reading).toThrow(SettingsError)
  expect(reading).toThrow(`Stage live in payfriend.json: ${sentence}`)
  expect(reading).toThrow(/[^.]\.$/)
})

test.each([
  ['UK', 'the code for United Kingdom is "GB"'],
  ['EL', 'the code for Greece is "GR"'],
  ['gb', 'the code for United Kingdom is "GB"'],
  ['Ireland', 'the code for Ireland is "IE"'],
  ['GBR', 'which is the code of no country with phone numbers'],
  ['XX', 'which is the code of no country with phone numbers'],
  ['', 'which is the code of no country with phone numbers'],
])('a country "%s" is refused, with its code if that can be told', (said, told) => {
  const reading = () => read({ phoneCountries: ['IE', said] })
  expect(reading).toThrow(SettingsError)
  expect(reading).toThrow(`phoneCountries.1 may not be "${said}"`)
  expect(reading).toThrow(told)
})

test.each([null, [], 'eu-west-1', 5, true])('a stage that is %j is refused', (given) => {
  const reading = () => readSettings(JSON.stringify({ live: given }))
  expect(reading).toThrow(SettingsError)
  expect(reading).toThrow(
    'Stage live in payfriend.json: what it says must be an object of settings, like {}.',
  )
})

test.each([
  ['{"dev": {}, "live": {}, "dev": {"provider": "none"}}', 'says the stage dev twice'],
  ['{"dev": {"region": "eu-west-1", "region": "eu-west-2"}}', 'says dev.region twice'],
  [
    '{"dev": {"limits": {"textsPerDay": 1, "textsPerDay": 2}}}',
    'says dev.limits.textsPerDay twice',
  ],
])('%s is refused, because one of the two would count unseen', (text, told) => {
  expect(() => readSettings(text)).toThrow(SettingsError)
  expect(() => readSettings(text)).toThrow(`payfriend.json ${told}: take one of the two out.`)
})

test('account and region are read of settings of any version, and checked', () => {
  const text = JSON.stringify({ live: { region: 'eu-west-1', ofLater: 1 }, dev: { region: 5 } })
  expect(placeOf(text, 'live')).toEqual({ region: 'eu-west-1' })
  expect(() => placeOf(text, 'prod')).toThrow(
    'payfriend.json has no stage "prod"; it has: live, dev.',
  )
  expect(placeOf(undefined, 'dev')).toEqual({})
  for (const broken of [text, '{"dev": null}', '{"dev": {}', '{"dev": {"account": 1}}']) {
    expect(() => placeOf(broken, 'dev')).toThrow(SettingsError)
  }
})

const SID = 'must be the SID of a Verify service, VA and 32 of 0-9 a-f'

test.each([
  [{ paymentsServiceSid: undefined }, `twilioVerify.paymentsServiceSid ${SID}`],
  [{ phonesServiceSid: undefined }, `twilioVerify.phonesServiceSid ${SID}`],
  [{ phonesServiceSid: 5 }, `twilioVerify.phonesServiceSid ${SID}`],
  [{ paymentsServiceSid: sid('a', 31) }, `twilioVerify.paymentsServiceSid ${SID}`],
  [{ paymentsServiceSid: sid('a', 33) }, `twilioVerify.paymentsServiceSid ${SID}`],
  [{ paymentsServiceSid: sid('g') }, `twilioVerify.paymentsServiceSid ${SID}`],
  [{ paymentsServiceSid: sid('A') }, `twilioVerify.paymentsServiceSid ${SID}`],
  [{ phonesServiceSid: sid('b').replace('VA', 'AC') }, `twilioVerify.phonesServiceSid ${SID}`],
  [{ phonesServiceSid: sid('a') }, 'twilioVerify.paymentsServiceSid and twilioVerify.phones'],
  [{ apiUrl: 'http://verify.twilio.com' }, 'twilioVerify.apiUrl must be an address that begins'],
  ...[
    'https://verify.twilio.com/v2/',
    'https://verify.twilio.com/?a',
    'https://verify.twilio.com/v2',
  ].map((apiUrl): [object, string] => [
    { apiUrl },
    'twilioVerify.apiUrl must be an address without a path, like https://verify.twilio.com',
  ]),
  [{ apiKey: words(3) }, 'twilioVerify.apiKey is no setting'],
])('a service of Twilio Verify’s with %j is refused with a sentence', (broken, sentence) => {
  const reading = () => read({ ...verify, twilioVerify: { ...services, ...broken } })
  expect(reading).toThrow(SettingsError)
  expect(reading).toThrow(`Stage live in payfriend.json: ${sentence}`)
  expect(reading).toThrow(/[^.]\.$/)
})

test.each([
  ['authyApiUrl', { authyApiUrl: 'https://api.authy.com' }],
  ['throttling.authyCallback', { throttling: { authyCallback: { ratePerSecond: 9, burst: 9 } } }],
])('%s is refused where there is no Authy', (name, given) => {
  expect(() => read({ ...verify, ...given })).toThrow(
    `Stage live in payfriend.json: ${name} counts only when provider is "authy", and it is "twilioVerify".`,
  )
})

test('without a callback no other ceiling is too high', () => {
  const throttling = { profile: { ratePerSecond: 101, burst: 200 } }
  expect(read({ ...verify, throttling })).toMatchObject([{ throttling }])
})

const topic = (region: string) => `arn:aws:sns:${region}:123456789012:alarms`

test('alarms can tell a topic, and say where the runbook is', () => {
  const given = { alarmTopicArn: topic('eu-west-1'), runbookUrl: 'https://example.com/runbook' }
  expect(read({ ...stage, ...given })).toMatchObject([given])
  const anywhere = { alarmTopicArn: topic('eu-west-2') }
  expect(read(anywhere)).toMatchObject([anywhere])
})

test.each([
  [{ alarmTopicArn: 'alarms' }, 'alarmTopicArn must be the ARN of a topic, like arn:aws:sns:'],
  [
    { alarmTopicArn: `${topic('eu-west-1')}:3f0b` },
    'alarmTopicArn must be the ARN of a topic, like arn:aws:sns:',
  ],
  [
    { alarmTopicArn: topic('eu-west-2') },
    "alarmTopicArn must be in eu-west-1, the stage's own region, and is in eu-west-2",
  ],
  [{ runbookUrl: 'http://example.com' }, 'runbookUrl must be an address that begins with https://'],
])('%j is refused, so that no alarm notifies nobody', (broken, sentence) => {
  expect(() => read({ ...stage, ...broken })).toThrow(sentence)
})

test('everything that is wrong is said at once', () => {
  expect(() => read({ ...stage, maxAmount: 5, logLevel: 'loud' })).toThrow(
    'maxAmount must name amounts by their currency, like {"EUR": "10000.00"}; logLevel must be DEBUG, INFO, WARN or ERROR.',
  )
})

/** The path of each text that a stage may say, as the schema has them. */
function textsOf(schema: z.core.JSONSchema._JSONSchema, path: string[] = []): string[][] {
  if (typeof schema === 'boolean') return []
  const { type, enum: choices, const: only, anyOf = [], items, properties = {} } = schema
  return [
    ...(type === 'string' && !choices && only === undefined ? [path] : []),
    ...anyOf.flatMap((one) => textsOf(one, path)),
    ...(items && !Array.isArray(items) ? textsOf(items, [...path, '0']) : []),
    ...Object.entries(properties).flatMap(([key, one]) => textsOf(one, [...path, key])),
  ]
}
const texts = textsOf(z.toJSONSchema(stageFields, { io: 'input' }))

test('the texts that may be said are found, also in lists and in objects', () => {
  for (const name of ['changePasswordUrl', 'domain.certificateArn', 'signUp.domains.0']) {
    expect(texts.map((path) => path.join('.'))).toContain(name)
  }
})

test.each(texts)('no reference that CloudFormation would resolve is in %s', (...path) => {
  const reference = 'https://example.com/{{resolve:secretsmanager:x}}' as unknown
  const given = path.reduceRight(
    (value, key) => (key === '0' ? [value] : { [key]: value }),
    reference,
  )
  expect(() => read(given as object)).toThrow(`${path.join('.')} may not have {{ in it`)
})

test('open sign-up may spend on numbers anywhere, if that is said', () => {
  const open = { ...stage, signUp: { policy: 'open' }, phoneCountries: 'all' }
  expect(read(open)).toMatchObject([{ phoneCountries: [], signUp: { policy: 'open' } }])
})
