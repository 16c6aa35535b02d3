import { describe, expect, test } from 'vitest'
import {
  archiveSettings,
  authySettings,
  deviceSettings,
  type Env,
  eventSettings,
  limitSettings,
  paymentSettings,
  phoneSettings,
  providerSettings,
  publicSettings,
  switchSettings,
  tableSettings,
  verifyPhonesSettings,
  verifySettings,
} from '../../functions/adapters/settings.ts'
import { CURRENCIES } from '../../functions/core/money.ts'

/** Every setting as a deployment could have it. Each test breaks one. */
const env = {
  PAYMENTS_TABLE: 'payments',
  PAYERS_TABLE: 'users',
  DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000',
  AUTHY_API_URL: 'https://authy.example.com',
  AUTHY_API_KEY: 'own-test-key-0123456789',
  LOGO_URL: 'https://pay.example.com/logo.png',
  PROVIDER: 'twilioVerify',
  FORMER_PROVIDER: 'authy',
  VERIFY_API_URL: 'https://verify.example.com',
  VERIFY_API_KEY: 'SK-own-test-key',
  VERIFY_API_SECRET: 'own-test-secret-0123456789',
  VERIFY_PAYMENTS_SERVICE: `VA${'1'.repeat(32)}`,
  VERIFY_PHONES_SERVICE: `VA${'2'.repeat(32)}`,
  PUBLIC_URL: 'https://pay.example.com/api',
  PAYMENT_TTL_SECONDS: '120',
  MAX_AMOUNT: 'EUR:500.00',
  CURRENCIES: 'EUR,KWD',
  TEXTS_PER_HOUR: '7',
  TEXTS_PER_DAY: '17',
  PROVING_TEXTS_PER_HOUR: '2',
  PROVING_TEXTS_PER_DAY: '4',
  TEXTS_PER_DAY_FOR_STAGE: '70',
  OPEN_PAYMENTS: '3',
  PAYMENTS_PER_HOUR: '30',
  PHONE_COUNTRIES: 'GB,PT',
  SMS_OFF: 'true',
  PAYMENTS_OFF: 'true',
  SWITCHES_SECRET_ID: 'the-switches',
  FIRST_DEVICE: 'sign-in',
  DEVICE_WAIT_HOURS: '24',
  TEXTS_BESIDE_DEVICE: 'true',
}

const all = {
  tableSettings,
  authySettings,
  providerSettings,
  verifySettings,
  verifyPhonesSettings,
  publicSettings,
  paymentSettings,
  limitSettings,
  phoneSettings,
  switchSettings,
  deviceSettings,
}
const read = (from: Env) =>
  Object.assign({}, ...Object.values(all).map((settings) => settings(from)))

test('all are read as they are set', () => {
  const { VERIFY_API_KEY, VERIFY_API_SECRET, ...same } = env
  expect(read(env)).toEqual({
    ...same,
    key: { apiKey: VERIFY_API_KEY, apiKeySecret: VERIFY_API_SECRET },
    PAYMENT_TTL_SECONDS: 120,
    CURRENCIES: ['EUR', 'KWD'],
    MAX_AMOUNT: { EUR: '500.00', KWD: '4000' },
    TEXTS_PER_HOUR: 7,
    TEXTS_PER_DAY: 17,
    PROVING_TEXTS_PER_HOUR: 2,
    PROVING_TEXTS_PER_DAY: 4,
    TEXTS_PER_DAY_FOR_STAGE: 70,
    OPEN_PAYMENTS: 3,
    PAYMENTS_PER_HOUR: 30,
    PHONE_COUNTRIES: ['GB', 'PT'],
    SMS_OFF: true,
    PAYMENTS_OFF: true,
    DEVICE_WAIT_HOURS: 24,
    TEXTS_BESIDE_DEVICE: true,
  })
})

test('what is not set has the value that the documents say', () => {
  const { PAYMENTS_TABLE, PAYERS_TABLE, AUTHY_API_KEY, PUBLIC_URL } = env
  const { VERIFY_PAYMENTS_SERVICE, VERIFY_PHONES_SERVICE } = env
  const needed = {
    PAYMENTS_TABLE,
    PAYERS_TABLE,
    AUTHY_API_KEY,
    PUBLIC_URL,
    VERIFY_PAYMENTS_SERVICE,
    VERIFY_PHONES_SERVICE,
  }
  const VERIFY_SECRET_ID = 'the-secret'
  expect(read({ ...needed, VERIFY_SECRET_ID })).toEqual({
    ...needed,
    secretId: VERIFY_SECRET_ID,
    PROVIDER: 'authy',
    AUTHY_API_URL: 'https://api.authy.com',
    VERIFY_API_URL: 'https://verify.twilio.com',
    PAYMENT_TTL_SECONDS: 300,
    MAX_AMOUNT: Object.fromEntries(
      Object.entries(CURRENCIES).map(([code, { most }]) => [code, String(most)]),
    ),
    CURRENCIES: Object.keys(CURRENCIES),
    TEXTS_PER_HOUR: 10,
    TEXTS_PER_DAY: 20,
    PROVING_TEXTS_PER_HOUR: 3,
    PROVING_TEXTS_PER_DAY: 5,
    TEXTS_PER_DAY_FOR_STAGE: 500,
    OPEN_PAYMENTS: 5,
    PAYMENTS_PER_HOUR: 20,
    PHONE_COUNTRIES: [],
    SMS_OFF: false,
    PAYMENTS_OFF: false,
    FIRST_DEVICE: 'invitation',
    DEVICE_WAIT_HOURS: 12,
    TEXTS_BESIDE_DEVICE: false,
  })
})

test('each part needs its own settings only', () => {
  expect(publicSettings({ PUBLIC_URL: env.PUBLIC_URL })).toEqual({ PUBLIC_URL: env.PUBLIC_URL })
  expect(phoneSettings({})).toEqual({ PHONE_COUNTRIES: [] })
  expect(providerSettings({})).toEqual({ PROVIDER: 'authy' })
  const { VERIFY_PHONES_SERVICE, ...others } = env
  expect(verifyPhonesSettings({ VERIFY_PHONES_SERVICE })).toEqual({ VERIFY_PHONES_SERVICE })
  expect(verifySettings(others)).toHaveProperty('key')
})

test('where one currency is on offer its limit needs no name', () => {
  const { MAX_AMOUNT } = paymentSettings({ CURRENCIES: 'JPY', MAX_AMOUNT: '500' })
  expect(MAX_AMOUNT).toEqual({ JPY: '500' })
})

test("Authy's key may be said or be in a secret, and an empty one is none", () => {
  const { AUTHY_API_KEY, ...others } = env
  const AUTHY_SECRET_ID = 'the-secret'
  expect(authySettings({ AUTHY_API_KEY })).toHaveProperty('AUTHY_API_KEY', AUTHY_API_KEY)
  expect(authySettings({ AUTHY_SECRET_ID })).toHaveProperty('AUTHY_SECRET_ID', AUTHY_SECRET_ID)
  expect(whyRefused({ ...others, AUTHY_SECRET_ID, AUTHY_API_KEY: '' })).toContain('AUTHY_API_KEY')
})

test("Twilio's key in a secret goes before one that is said", () => {
  const settings = verifySettings({ ...env, VERIFY_SECRET_ID: 'the-secret' })
  expect(settings).toHaveProperty('secretId', 'the-secret')
  expect(settings).not.toHaveProperty('key')
})

test.each([
  ['without a key', { VERIFY_API_KEY: undefined }],
  ['without its secret', { VERIFY_API_SECRET: undefined }],
  ['without both', { VERIFY_API_KEY: undefined, VERIFY_API_SECRET: undefined }],
])("Twilio's settings %s are refused, and what would do is named", (_, broken) => {
  const message = whyRefused({ ...env, ...broken })
  for (const name of ['VERIFY_API_KEY', 'VERIFY_API_SECRET', 'VERIFY_SECRET_ID']) {
    expect(message).toContain(name)
  }
  expect(message).not.toContain(env.VERIFY_API_SECRET)
})

const CANARY = 'canary'
const urlOf = (length: number) => 'https://pay.example.com/'.padEnd(length, 'x')

const SERVICES = ['VERIFY_PAYMENTS_SERVICE', 'VERIFY_PHONES_SERVICE'] as const
const WRONG_SERVICES = [
  undefined,
  '',
  CANARY,
  'VA',
  `VA${'1'.repeat(31)}`,
  `VA${'1'.repeat(33)}`,
  `VA${'A'.repeat(32)}`,
  `va${'1'.repeat(32)}`,
  `VE${'1'.repeat(32)}`,
  ` VA${'1'.repeat(32)}`,
  `VA${'1'.repeat(32)}\n`,
  `VA${'1'.repeat(29)}/..`,
]

test.each<
  [name: keyof typeof env | 'AUTHY_SECRET_ID' | 'VERIFY_SECRET_ID', wrong: string | undefined]
>([
  ['PAYMENTS_TABLE', undefined],
  ['PAYMENTS_TABLE', ''],
  ['PAYERS_TABLE', undefined],
  ['PAYERS_TABLE', ''],
  ['DYNAMODB_ENDPOINT', CANARY],
  ['AUTHY_API_URL', CANARY],
  ['AUTHY_API_URL', ''],
  ['AUTHY_API_URL', `//${CANARY}`],
  ['AUTHY_API_KEY', undefined],
  ['AUTHY_API_KEY', ''],
  ['AUTHY_SECRET_ID', ''],
  ['PROVIDER', CANARY],
  ['PROVIDER', ''],
  ['PROVIDER', 'Authy'],
  ['PROVIDER', 'twilioverify'],
  ['PROVIDER', 'authy,twilioVerify'],
  ['VERIFY_API_URL', CANARY],
  ['VERIFY_API_URL', ''],
  ['VERIFY_API_KEY', ''],
  ['VERIFY_API_SECRET', ''],
  ['VERIFY_SECRET_ID', ''],
  ...SERVICES.flatMap((name) =>
    WRONG_SERVICES.map((wrong): [typeof name, string | undefined] => [name, wrong]),
  ),
  ['LOGO_URL', CANARY],
  ['LOGO_URL', `https://pay.example.com/${CANARY}${'x'.repeat(200)}`],
  ['LOGO_URL', urlOf(201)],
  ['CURRENCIES', ''],
  ['CURRENCIES', 'EUR,'],
  ['CURRENCIES', CANARY],
  ['PUBLIC_URL', undefined],
  ['PUBLIC_URL', CANARY],
  ['PAYMENT_TTL_SECONDS', CANARY],
  ['PAYMENT_TTL_SECONDS', ''],
  ['PAYMENT_TTL_SECONDS', '59'],
  ['PAYMENT_TTL_SECONDS', '601'],
  ['PAYMENT_TTL_SECONDS', '90.5'],
  ['MAX_AMOUNT', CANARY],
  ['MAX_AMOUNT', '0'],
  ['MAX_AMOUNT', '1e3'],
  ['MAX_AMOUNT', '-1'],
  ['MAX_AMOUNT', '10.'],
  ['MAX_AMOUNT', '10.0000'],
  ['MAX_AMOUNT', '99999999999'],
  ['MAX_AMOUNT', ''],
  ['MAX_AMOUNT', `EUR:${CANARY}`],
  ['MAX_AMOUNT', 'EUR:500.00,'],
  ['MAX_AMOUNT', 'EUR:500.00,EUR:600.00'],
  ['MAX_AMOUNT', 'EUR:500.00:600.00'],
  ['MAX_AMOUNT', 'EUR:0'],
  // What has no such decimals, is not on offer, or is not worth the same in both.
  ['MAX_AMOUNT', 'EUR:500.005'],
  ['MAX_AMOUNT', 'USD:500.00'],
  ['MAX_AMOUNT', '500.00'],
  ['TEXTS_PER_HOUR', CANARY],
  ['TEXTS_PER_HOUR', '0'],
  ['TEXTS_PER_HOUR', ''],
  ['TEXTS_PER_HOUR', '-1'],
  ['TEXTS_PER_HOUR', '1000001'],
  ['TEXTS_PER_DAY', '0'],
  ['PROVING_TEXTS_PER_HOUR', '0'],
  ['PROVING_TEXTS_PER_DAY', '1.5'],
  ['TEXTS_PER_DAY_FOR_STAGE', 'Infinity'],
  ['OPEN_PAYMENTS', '1.5'],
  ['PAYMENTS_PER_HOUR', '0'],
  ['PHONE_COUNTRIES', CANARY],
  ['PHONE_COUNTRIES', 'gb'],
  ['PHONE_COUNTRIES', 'GB, PT'],
  ['PHONE_COUNTRIES', 'GB,'],
  ['PHONE_COUNTRIES', 'G'],
  ['PHONE_COUNTRIES', 'GBR'],
  ['PHONE_COUNTRIES', 'GB,P'],
  ['PHONE_COUNTRIES', 'GB,PRT'],
  ['SMS_OFF', ''],
  ['SMS_OFF', 'TRUE'],
  ['SMS_OFF', CANARY],
  ['PAYMENTS_OFF', '1'],
  ['SWITCHES_SECRET_ID', ''],
  ['FORMER_PROVIDER', 'none'],
  ['FORMER_PROVIDER', 'twilioVerify'],
  ['FIRST_DEVICE', 'signin'],
  ['DEVICE_WAIT_HOURS', '0'],
  ['DEVICE_WAIT_HOURS', '169'],
  ['DEVICE_WAIT_HOURS', '1.5'],
  ['TEXTS_BESIDE_DEVICE', 'yes'],
])('%s %j is refused by its name, and its value is not told', (name, wrong) => {
  const message = whyRefused({ ...env, [name]: wrong })
  expect(message).toMatch(new RegExp(`^This setting is missing or wrong: ${name}: [^;]+$`))
  for (const told of [env.AUTHY_API_KEY, env.VERIFY_API_KEY, env.VERIFY_API_SECRET, CANARY]) {
    expect(message).not.toContain(told)
  }
})

test.each([
  [archiveSettings, 'ARCHIVE_BUCKET', 'ARCHIVE_ENDPOINT'],
  [eventSettings, 'EVENT_BUS', 'EVENTS_ENDPOINT'],
] as const)('%o needs a name, and an address only where it is not at AWS', (settings, name, at) => {
  const address = 'http://127.0.0.1:3004'
  expect(settings({ [name]: 'x' })).toEqual({ [name]: 'x' })
  expect(settings({ [name]: 'x', [at]: address })).toEqual({ [name]: 'x', [at]: address })
  for (const wrong of [{}, { [name]: '' }, { [name]: 'x', [at]: CANARY }]) {
    expect(() => settings(wrong)).toThrow('missing or wrong')
  }
})

test('several that are wrong are all named', () => {
  const message = whyRefused({ ...env, PAYMENTS_TABLE: '', PAYERS_TABLE: undefined })
  expect(message).toContain('PAYMENTS_TABLE:')
  expect(message).toContain('; PAYERS_TABLE:')
})

test.each([
  ['PROVIDER', 'authy, twilioVerify or none'],
  ['FORMER_PROVIDER', 'authy or twilioVerify'],
  ['FIRST_DEVICE', 'invitation or sign-in'],
  ['TEXTS_BESIDE_DEVICE', 'true or false'],
  ['VERIFY_PHONES_SERVICE', 'VA and 32 hexadecimal digits'],
  ['CURRENCIES', 'EUR,GBP'],
  ['MAX_AMOUNT', 'EUR:10000.00'],
  ['PHONE_COUNTRIES', 'GB,DE'],
  ['SMS_OFF', 'true or false'],
])('of a wrong %s is told what would do: %s', (name, example) => {
  expect(whyRefused({ ...env, [name]: '?' })).toContain(example)
})

describe('the edges are allowed', () => {
  test.each<[name: string, value: string, as: unknown]>([
    ['PAYMENTS_TABLE', 'x', 'x'],
    ['PAYERS_TABLE', 'x', 'x'],
    ['AUTHY_API_KEY', 'x', 'x'],
    ['AUTHY_SECRET_ID', 'x', 'x'],
    ['LOGO_URL', urlOf(200), urlOf(200)],
    ['PUBLIC_URL', 'https://pay.example.com//api//', 'https://pay.example.com//api'],
    ['PAYMENT_TTL_SECONDS', '60', 60],
    ['PAYMENT_TTL_SECONDS', '600', 600],
    ['MAX_AMOUNT', 'KWD:9999999999.999', { EUR: '10000', KWD: '9999999999.999' }],
    ['MAX_AMOUNT', 'EUR:1,KWD:2', { EUR: '1', KWD: '2' }],
    ['VERIFY_PHONES_SERVICE', `VA${'0'.repeat(32)}`, `VA${'0'.repeat(32)}`],
    ['VERIFY_PHONES_SERVICE', `VA${'f'.repeat(32)}`, `VA${'f'.repeat(32)}`],
    ['TEXTS_PER_HOUR', '1', 1],
    ['TEXTS_PER_HOUR', '1000000', 1_000_000],
    ['PHONE_COUNTRIES', '', []],
    ['PHONE_COUNTRIES', 'GB', ['GB']],
    ['PHONE_COUNTRIES', 'GB,PT,DE', ['GB', 'PT', 'DE']],
    ['SMS_OFF', 'false', false],
    ['PROVIDER', 'none', 'none'],
    ['FIRST_DEVICE', 'invitation', 'invitation'],
    ['DEVICE_WAIT_HOURS', '1', 1],
    ['DEVICE_WAIT_HOURS', '168', 168],
    ['TEXTS_BESIDE_DEVICE', 'false', false],
  ])('%s %j', (name, value, as) => {
    expect(read({ ...env, [name]: value })).toHaveProperty(name, as)
  })

  test("Twilio's key, however short", () => {
    const said = { ...env, VERIFY_API_KEY: 'k', VERIFY_API_SECRET: 's' }
    expect(verifySettings(said)).toHaveProperty('key', { apiKey: 'k', apiKeySecret: 's' })
    expect(verifySettings({ ...env, VERIFY_SECRET_ID: 's' })).toHaveProperty('secretId', 's')
  })
})

function whyRefused(wrong: Env): string {
  try {
    read(wrong)
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}
