import { beforeEach, describe, expect, test } from 'vitest'
import type { Payment, Profile } from '../../web/api.ts'
import {
  codesLockedInWords,
  codesLockedUntil,
  isLockShownUntil,
  rememberLock,
} from '../../web/codesLocked.ts'
import { Problem } from '../../web/problem.ts'
import { smsOffer } from '../../web/smsOffer.ts'
import { forgetAll } from '../../web/tabStorage.ts'
import { open } from './payments.ts'

// Other test files have the same tab.
beforeEach(forgetAll)

const at = (seconds: number) => Date.parse(open.createdAt) + seconds * 1000
const iso = (seconds: number) => new Date(at(seconds)).toISOString()

const devices = { list: [], textsClosed: false }
/** As much of the page as these read, so many seconds after the start of the payment. */
const appAt = (seconds: number, profile: Partial<Profile> = {}) =>
  ({
    config: { texts: true },
    clock: { now: () => at(seconds) },
    profile: {
      phone: { number: '+44 ••••• ••123', verified: true, pending: null },
      devices,
      codesLockedUntil: null,
      ...profile,
    },
  }) as unknown as Parameters<typeof smsOffer>[0] & { profile: Profile }

const sent = { to: '+44 ••••• ••123', sentAt: iso(20), sendsLeft: 4, attemptsLeft: 5 }
const textOnly: Payment = { ...open, push: 'unavailable' }

describe('a code by text', () => {
  test('is offered at once where no phone is asked, and after fifteen seconds beside one', () => {
    expect(smsOffer(appAt(0), textOnly)).toBe('send')
    expect(smsOffer(appAt(14.999), open)).toBe('none')
    expect(smsOffer(appAt(15), open)).toBe('send')
  })

  test('can be entered once it was sent, at any time', () => {
    expect(smsOffer(appAt(3), { ...open, sms: sent })).toBe('enter')
  })

  test.each([
    ['no attempt is left', { ...sent, attemptsLeft: 0 }, 'noAttempts'],
    ['all texts were refused', { ...sent, sentAt: null, sendsLeft: 0 }, 'noTexts'],
  ] as const)('is not offered if %s', (_, sms, offer) => {
    expect(smsOffer(appAt(30), { ...textOnly, sms })).toBe(offer)
  })

  test('is not offered where texts pay nothing', () => {
    const profile = { devices: { ...devices, textsClosed: true } } as unknown as Profile
    expect(smsOffer(appAt(30, profile), textOnly)).toBe('none')
  })

  test('is not offered while codes are locked, up to that instant, sent or not', () => {
    const locked = { codesLockedUntil: iso(60) }
    for (const payment of [textOnly, { ...textOnly, sms: sent }, open]) {
      expect(smsOffer(appAt(59.999, locked), payment)).toBe('locked')
      expect(smsOffer(appAt(60, locked), payment)).not.toBe('locked')
    }
  })
})

describe('the lock of codes', () => {
  test('is over for a payment only if the minute that is shown is', () => {
    const app = appAt(0, { codesLockedUntil: iso(70) })
    const shown = Math.ceil((Date.now() + 70_000) / 60_000) * 60_000 - Date.now()
    expect(isLockShownUntil(app, at(70))).toBe(true)
    expect(isLockShownUntil(app, at(shown / 1000 - 1))).toBe(true)
    expect(isLockShownUntil(app, at(shown / 1000 + 1))).toBe(false)
    expect(isLockShownUntil(appAt(0), at(70))).toBe(false)
  })

  test('is kept from a refusal, so that the page shows it from then on', () => {
    const app = appAt(0)
    rememberLock(app, new Problem({ kind: 'refusal', code: 'locked', retryAfterSeconds: 300 }))
    expect(codesLockedUntil(app)).toBe(at(300))
    expect(codesLockedInWords(app)).toMatch(/\d\d:\d\d$/)
  })

  test.each([
    ['the operator’s, which has no end', { code: 'locked' }],
    ['another refusal', { code: 'too_many_sms', retryAfterSeconds: 300 }],
  ] as const)('is not taken from %s', (_, details) => {
    const app = appAt(0)
    rememberLock(app, new Problem({ kind: 'refusal', ...details }))
    expect([codesLockedUntil(app), codesLockedInWords(app)]).toEqual([null, null])
  })
})
