/** The figures of `core/limits.ts` stand once in the code; here settings and documents are held to them. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import {
  deviceSettings,
  limitSettings,
  paymentSettings,
  pushSettings,
} from '../functions/adapters/settings.ts'
import { CODE_ATTEMPTS_MAX, TEXTS_MAX } from '../functions/core/channels/smsCodeRules.ts'
import {
  DEFAULTS,
  DEVICE_WAIT_HOURS_MAX,
  DEVICE_WAIT_HOURS_MIN,
  GATEWAY_SECONDS,
  LAMBDA_SECONDS,
  PAYMENT_TTL_SECONDS_MAX,
  PAYMENT_TTL_SECONDS_MIN,
  PUSH_HOSTS,
  TEST_RING_PAUSE_SECONDS,
  TEXT_PAUSE_SECONDS,
} from '../functions/core/limits.ts'
import { FAILED_ATTEMPTS_MAX } from '../functions/core/lockout.ts'
import { VERIFICATION_ATTEMPTS_MAX, VERIFICATION_SENDS_MAX } from '../functions/core/payer.ts'
import { stageSettings } from '../lib/stageSettings.ts'

const ROOT = resolve(import.meta.dirname, '..')
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** Each setting of a laptop, with its name in a stage. */
const NAMES = {
  PAYMENT_TTL_SECONDS: 'paymentTtlSeconds',
  TEXTS_PER_HOUR: 'textsPerHour',
  TEXTS_PER_DAY: 'textsPerDay',
  PROVING_TEXTS_PER_HOUR: 'provingTextsPerHour',
  PROVING_TEXTS_PER_DAY: 'provingTextsPerDay',
  TEXTS_PER_DAY_FOR_STAGE: 'textsPerDayForStage',
  OPEN_PAYMENTS: 'openPayments',
  PAYMENTS_PER_HOUR: 'paymentsPerHour',
  DEVICE_WAIT_HOURS: 'deviceWaitHours',
} as const satisfies Record<string, keyof typeof DEFAULTS>
const names = Object.entries(NAMES)

test('a stage and a laptop that say nothing have the same, and no default is left out', () => {
  const { limits, paymentTtlSeconds, deviceWaitHours } = stageSettings('dev', {})
  expect({ ...limits, paymentTtlSeconds, deviceWaitHours }).toEqual(DEFAULTS)
  const laptop: Record<string, unknown> = {
    ...limitSettings({}),
    ...paymentSettings({}),
    ...deviceSettings({}),
  }
  expect(Object.fromEntries(names.map(([env, name]) => [name, laptop[env]]))).toEqual(DEFAULTS)
})

test.each(names)('.env.example says the default of %s', (env, name) => {
  expect(textOf('.env.example')).toMatch(new RegExp(`^#${env}=${DEFAULTS[name]}$`, 'm'))
})

const { provingTextsPerHour, provingTextsPerDay } = DEFAULTS
const life = `${PAYMENT_TTL_SECONDS_MIN} to ${PAYMENT_TTL_SECONDS_MAX}`

test.each([
  ['docs/guides/settings.md', `its payer, ${life} | ${DEFAULTS.paymentTtlSeconds} |`],
  [
    'docs/guides/settings.md',
    `by less than another device, ${DEVICE_WAIT_HOURS_MIN} to ${DEVICE_WAIT_HOURS_MAX} | ${DEFAULTS.deviceWaitHours} |`,
  ],
  [
    'docs/guides/settings.md',
    `of one payer | ${DEFAULTS.textsPerHour} an hour, ${DEFAULTS.textsPerDay} a day |`,
  ],
  [
    'docs/guides/settings.md',
    `of one payer | ${provingTextsPerHour} an hour, ${provingTextsPerDay} a day |`,
  ],
  [
    'docs/guides/settings.md',
    `payer's own | ${provingTextsPerHour} an hour, ${provingTextsPerDay} a day |`,
  ],
  [
    'docs/guides/settings.md',
    `of the whole stage | ${DEFAULTS.textsPerDayForStage} a day, at most half`,
  ],
  ['docs/guides/settings.md', `that wait, of one payer | ${DEFAULTS.openPayments} at a time |`],
  ['docs/guides/settings.md', `started, of one payer | ${DEFAULTS.paymentsPerHour} in an hour,`],
  [
    'docs/guides/settings.md',
    `phone verification | ${TEXTS_MAX}, at least ${TEXT_PAUSE_SECONDS} s apart |`,
  ],
  ['docs/guides/settings.md', `test rings of one device | one in ${TEST_RING_PAUSE_SECONDS} s |`],
  ['.env.example', `#PUSH_HOSTS=${PUSH_HOSTS.join(',')}\n`],
  ['docs/guides/settings.md', `tries at a code | ${CODE_ATTEMPTS_MAX}, each spent`],
  ['docs/guides/settings.md', `a payment's life | ${DEFAULTS.paymentTtlSeconds / 60} minutes |`],
  ['.env.example', `for its payer, ${life}.`],
  ['docs/guides/runbook.md', `cut off after ${LAMBDA_SECONDS} seconds`],
  ['docs/guides/runbook.md', `of the ${LAMBDA_SECONDS} seconds it has`],
] as const)('%s says “%s”', (file, words) => {
  expect(textOf(file)).toContain(words)
})

test('a stage and a laptop that say nothing ring by the same push services', () => {
  expect(stageSettings('dev', {}).pushHosts).toEqual(PUSH_HOSTS)
  expect(pushSettings({ PUSH_SEED: 'x'.repeat(64) }).PUSH_HOSTS).toEqual(PUSH_HOSTS)
})

test('a payment and a verification have as many texts and tries, which the documents tell as one', () => {
  expect(VERIFICATION_SENDS_MAX).toBe(TEXTS_MAX)
  expect([VERIFICATION_ATTEMPTS_MAX, FAILED_ATTEMPTS_MAX]).toEqual([
    CODE_ATTEMPTS_MAX,
    CODE_ATTEMPTS_MAX,
  ])
})

test('a Lambda is cut off before API Gateway gives up, so that it is counted as failed', () => {
  expect(LAMBDA_SECONDS).toBeLessThan(GATEWAY_SECONDS)
})
