import { describe, expect, test } from 'vitest'
import {
  authySettings,
  type Env,
  limitSettings,
  paymentSettings,
  phoneSettings,
  publicSettings,
  tableSettings,
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
  PUBLIC_URL: 'https://pay.example.com/api',
  PAYMENT_TTL_SECONDS: '120',
  MAX_AMOUNT: '500.00',
  CURRENCIES: 'EUR,KWD',
  TEXTS_PER_HOUR: '7',
  TEXTS_PER_DAY_FOR_STAGE: '70',
  OPEN_PAYMENTS: '3',
  PAYMENTS_PER_HOUR: '30',
  PHONE_COUNTRIES: 'GB,PT',
}

const all = {
  tableSettings,
  authySettings,
  publicSettings,
  paymentSettings,
  limitSettings,
  phoneSettings,
}
const read = (from: Env) =>
  Object.assign({}, ...Object.values(all).map((settings) => settings(from)))

test('all are read as they are set', () => {
  expect(read(env)).toEqual({
    ...env,
    PAYMENT_TTL_SECONDS: 120,
    CURRENCIES: ['EUR', 'KWD'],
    TEXTS_PER_HOUR: 7,
    TEXTS_PER_DAY_FOR_STAGE: 70,
    OPEN_PAYMENTS: 3,
    PAYMENTS_PER_HOUR: 30,
    PHONE_COUNTRIES: ['GB', 'PT'],
  })
})

test('what is not set has the value that the documents say', () => {
  const { PAYMENTS_TABLE, PAYERS_TABLE, AUTHY_API_KEY, PUBLIC_URL } = env
  expect(read({ PAYMENTS_TABLE, PAYERS_TABLE, AUTHY_API_KEY, PUBLIC_URL })).toEqual({
    PAYMENTS_TABLE,
    PAYERS_TABLE,
    AUTHY_API_KEY,
    PUBLIC_URL,
    AUTHY_API_URL: 'https://api.authy.com',
    PAYMENT_TTL_SECONDS: 300,
    MAX_AMOUNT: '10000.00',
    CURRENCIES: Object.keys(CURRENCIES),
    TEXTS_PER_HOUR: 10,
    TEXTS_PER_DAY_FOR_STAGE: 500,
    OPEN_PAYMENTS: 5,
    PAYMENTS_PER_HOUR: 20,
    PHONE_COUNTRIES: [],
  })
})

test('each part needs its own settings only', () => {
  expect(publicSettings({ PUBLIC_URL: env.PUBLIC_URL })).toEqual({ PUBLIC_URL: env.PUBLIC_URL })
  expect(phoneSettings({})).toEqual({ PHONE_COUNTRIES: [] })
})

const CANARY = 'canary'

test.each<[name: keyof typeof env, wrong: string | undefined]>([
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
  ['LOGO_URL', CANARY],
  ['LOGO_URL', `https://pay.example.com/${CANARY}${'x'.repeat(200)}`],
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
  ['MAX_AMOUNT', '10.0000'],
  ['MAX_AMOUNT', '99999999999'],
  ['TEXTS_PER_HOUR', CANARY],
  ['TEXTS_PER_HOUR', '0'],
  ['TEXTS_PER_HOUR', ''],
  ['TEXTS_PER_HOUR', '-1'],
  ['TEXTS_PER_HOUR', '1000001'],
  ['TEXTS_PER_DAY_FOR_STAGE', 'Infinity'],
  ['OPEN_PAYMENTS', '1.5'],
  ['PAYMENTS_PER_HOUR', '0'],
  ['PHONE_COUNTRIES', CANARY],
  ['PHONE_COUNTRIES', 'gb'],
  ['PHONE_COUNTRIES', 'GB, PT'],
  ['PHONE_COUNTRIES', 'GB,'],
  ['PHONE_COUNTRIES', 'GBR'],
])('%s %j is refused by its name, and its value is not told', (name, wrong) => {
  const message = whyRefused({ ...env, [name]: wrong })
  expect(message).toMatch(new RegExp(`^This setting is missing or wrong: ${name}: [^;]+$`))
  expect(message).not.toContain(env.AUTHY_API_KEY)
  expect(message).not.toContain(CANARY)
})

test('several that are wrong are all named', () => {
  const message = whyRefused({ ...env, PAYMENTS_TABLE: '', PAYERS_TABLE: undefined })
  expect(message).toContain('PAYMENTS_TABLE:')
  expect(message).toContain('; PAYERS_TABLE:')
})

describe('the edges are allowed', () => {
  test.each([
    ['PAYMENT_TTL_SECONDS', '60', 60],
    ['PAYMENT_TTL_SECONDS', '600', 600],
    ['MAX_AMOUNT', '9999999999.999', '9999999999.999'],
    ['MAX_AMOUNT', '1', '1'],
    ['TEXTS_PER_HOUR', '1', 1],
    ['TEXTS_PER_HOUR', '1000000', 1_000_000],
    ['PHONE_COUNTRIES', '', []],
    ['PHONE_COUNTRIES', 'GB', ['GB']],
  ])('%s %j', (name, value, as) => {
    expect(read({ ...env, [name]: value })).toHaveProperty(name, as)
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
