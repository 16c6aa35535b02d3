/**
 * What the construct and its settings take, as the compiler sees it: each case below does not compile, which
 * `npm run check` holds, and most are refused at run time too, for users without a compiler.
 */
import { Stack } from 'aws-cdk-lib'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import { expect, expectTypeOf, test } from 'vitest'
import { Payfriend, type PayfriendProps } from '../../lib/payfriend.ts'
import { SettingsError, type StageSettings, stageSettings } from '../../lib/stageSettings.ts'

test.each([
  // @ts-expect-error: there is no such setting
  ['an unknown setting', () => stageSettings('live', { curencies: ['EUR'] })],
  // @ts-expect-error: nor such a limit
  ['an unknown limit', () => stageSettings('live', { limits: { textsPerWeek: 3 } })],
  // @ts-expect-error: it is twilioVerify
  ['a provider’s wrong name', () => stageSettings('live', { provider: 'twilio' })],
  // @ts-expect-error: a limit is a number
  ['a limit in words', () => stageSettings('live', { limits: { openPayments: '5' } })],
  // @ts-expect-error: so is a number of seconds
  ['seconds in words', () => stageSettings('live', { paymentTtlSeconds: '300' })],
  // @ts-expect-error: an amount is a text, so that no float comes near it
  ['an amount as a number', () => stageSettings('live', { maxAmount: { EUR: 500 } })],
  // @ts-expect-error: no such currency is known
  ['an unknown currency', () => stageSettings('live', { currencies: ['BTC'] })],
  // @ts-expect-error: there is no such policy
  ['an unknown policy of sign-up', () => stageSettings('live', { signUp: { policy: 'invited' } })],
  // @ts-expect-error: a domain needs its certificate
  ['a domain alone', () => stageSettings('live', { domain: { name: 'pay.example.com' } })],
  // @ts-expect-error: CloudWatch keeps logs for some numbers of days only
  ['days that CloudWatch does not know', () => stageSettings('live', { logRetentionDays: 31 })],
  // @ts-expect-error: there was one
  ['a former provider that is none', () => stageSettings('live', { formerProvider: 'none' })],
  // @ts-expect-error: S3 has two modes
  ['a lock of no mode', () => stageSettings('live', { archiveLock: { mode: 'legal', years: 5 } })],
  // @ts-expect-error: hours are a number
  ['hours in words', () => stageSettings('live', { deviceWaitHours: '12' })],
  // @ts-expect-error: two services are needed
  ['no Verify service', () => stageSettings('live', { twilioVerify: {} })],
  // @ts-expect-error: a route's ceiling is a rate and a burst
  ['a rate alone', () => stageSettings('live', { throttling: { profile: { ratePerSecond: 7 } } })],
  // @ts-expect-error: a setting that is not meant is left out
  ['no settings at all', () => stageSettings('live', null)],
] as const)('refuses %s, at compile time and at run time', (_, refused) => {
  expect(refused).toThrow(SettingsError)
})

test('the construct takes settings that were checked, and no raw ones', () => {
  const stack = new Stack()
  // @ts-expect-error: without settings there is no stage
  expect(() => new Payfriend(stack, 'Without', {})).toThrow()
  // @ts-expect-error: what payfriend.json says has no defaults yet
  expect(() => new Payfriend(stack, 'Raw', { settings: { currencies: ['EUR'] } })).toThrow()
  expectTypeOf<PayfriendProps['settings']>().toEqualTypeOf<StageSettings>()
  expectTypeOf<Payfriend['eventBus']>().toEqualTypeOf<IEventBus>()
})

test('every setting has a value after the checks, or is undefined where it may be absent', () => {
  const settings = stageSettings('dev', {})
  expectTypeOf(settings.paymentTtlSeconds).toEqualTypeOf<number>()
  expectTypeOf(settings.keepData).toEqualTypeOf<boolean>()
  expectTypeOf(settings.limits.openPayments).toEqualTypeOf<number>()
  expectTypeOf(settings.provider).toEqualTypeOf<'authy' | 'twilioVerify' | 'none'>()
  expectTypeOf(settings.phoneCountries).toEqualTypeOf<string[]>()
  expectTypeOf(settings.domain).extract<undefined>().toEqualTypeOf<undefined>()
  expect(settings).toMatchObject({ paymentTtlSeconds: 300, keepData: false, provider: 'authy' })
})

test('the provider tells which of the settings are there', () => {
  const settings = stageSettings('dev', {})
  if (settings.provider !== 'authy') throw new Error('the default is Authy')
  expectTypeOf(settings.authyApiUrl).toEqualTypeOf<string>()
  expect(settings.authyApiUrl).toBe('https://api.authy.com')
  expectTypeOf(settings.formerProvider).toEqualTypeOf<'twilioVerify' | undefined>()
  const none = stageSettings('dev', { provider: 'none' })
  if (none.provider !== 'none') throw new Error('it was said')
  expectTypeOf(none.formerProvider).toEqualTypeOf<'authy' | 'twilioVerify' | undefined>()
})
