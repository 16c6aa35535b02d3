import { describe, expect, test } from 'vitest'
import {
  checkAsAttempt,
  FAILED_ATTEMPTS_MAX,
  locked,
  lockedUntil,
  whyLocked,
} from '../../functions/core/lockout.ts'
import type { CountedAttempt, Lockout, Verdict } from '../../functions/core/ports.ts'
import { Refusal } from '../../functions/core/refusals.ts'

const NOON = new Date('2026-11-21T12:00:00.000Z')
const inMinutes = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)

test('five goes in a row are all there are (RTS Art. 4(3)(b))', () => {
  expect(FAILED_ATTEMPTS_MAX).toBe(5)
})

test.each([
  [0, 5],
  [1, 15],
  [2, 30],
  [3, 60],
  [4, 24 * 60],
  [5, 24 * 60],
  [500, 24 * 60],
])('after %i locks the next one lasts %i minutes', (locks, minutes) => {
  expect(lockedUntil(locks, NOON)).toEqual(inMinutes(minutes))
})

test('who is locked out is told after how many seconds to come again, at least one', () => {
  const seconds = (ms: number) => locked(new Date(NOON.getTime() + ms), NOON)
  expect(seconds(300_000)).toMatchObject({ code: 'locked', details: { retryAfterSeconds: 300 } })
  expect(seconds(299_001)).toMatchObject({ details: { retryAfterSeconds: 300 } })
  expect(seconds(1)).toMatchObject({ details: { retryAfterSeconds: 1 } })
  expect(seconds(0)).toMatchObject({ details: { retryAfterSeconds: 1 } })
})

test('without an end it is the operator’s, and no time is told', () => {
  expect(locked(undefined, NOON)).toMatchObject({ code: 'locked', details: {} })
})

test('codes are locked until the very instant at which it ends', () => {
  expect(whyLocked(undefined, NOON)).toBeUndefined()
  expect(whyLocked(NOON, NOON)).toBeUndefined()
  const oneMore = whyLocked(new Date(NOON.getTime() + 1), NOON)
  expect(oneMore).toMatchObject({ code: 'locked', details: { retryAfterSeconds: 1 } })
})

describe('an attempt', () => {
  const first: CountedAttempt = { locks: 2, isLast: false }
  const last: CountedAttempt = { locks: 2, isLast: true }
  /** A count that lets everybody try, and notes what it is asked, in order. */
  function counting({
    attempt = first,
    broken = false,
  }: {
    attempt?: CountedAttempt
    broken?: boolean
  } = {}) {
    const told: unknown[] = []
    const lockout: Lockout = {
      reserve: async (payerId, now) => {
        told.push(['reserve', payerId, now])
        return attempt
      },
      tellLock: async (payerId, attempt, now) => {
        told.push(['tell lock', payerId, attempt, now])
        if (broken) throw new Error('no database')
      },
      giveBack: async (payerId, attempt) => {
        told.push(['give back', payerId, attempt])
        if (broken) throw new Error('no database')
      },
      reset: async () => void told.push(['reset']),
    }
    const ports = {
      lockout,
      clock: () => NOON,
      onLockoutFault: (fault: unknown) => void told.push(['fault', String(fault)]),
    }
    const check = (verdict: () => Verdict) => async () => {
      told.push(['check'])
      return verdict()
    }
    return { told, ports, check }
  }
  const reserved = ['reserve', 'person-1', NOON]
  const givenBack = ['give back', 'person-1', first]

  test.each(['right', 'wrong'] as const)(
    'is counted before its code is checked, and stays counted if that is %s',
    async (verdict) => {
      const { told, ports, check } = counting()
      expect(
        await checkAsAttempt(
          ports,
          'person-1',
          check(() => verdict),
        ),
      ).toBe(verdict)
      expect(told).toEqual([reserved, ['check']])
    },
  )

  test('at a code that is over was none', async () => {
    const { told, ports, check } = counting()
    expect(
      await checkAsAttempt(
        ports,
        'person-1',
        check(() => 'over'),
      ),
    ).toBe('over')
    expect(told).toEqual([reserved, ['check'], givenBack])
  })

  describe('that is the last of its row', () => {
    test('tells that codes are locked once it was wrong', async () => {
      const { told, ports, check } = counting({ attempt: last })
      const verdict = await checkAsAttempt(
        ports,
        'person-1',
        check(() => 'wrong'),
      )
      expect(verdict).toBe('wrong')
      expect(told).toEqual([reserved, ['check'], ['tell lock', 'person-1', last, NOON]])
    })

    test('tells no lock where it was right, over or brought no verdict: it is none', async () => {
      for (const verdict of [() => 'right' as const, () => 'over' as const, noVerdict]) {
        const { told, ports, check } = counting({ attempt: last })
        await checkAsAttempt(ports, 'person-1', check(verdict)).catch(() => {})
        expect(told).not.toContainEqual(expect.arrayContaining(['tell lock']))
      }
    })

    test('is wrong although its lock could not be told; the owner is', async () => {
      const { told, ports, check } = counting({ attempt: last, broken: true })
      const verdict = await checkAsAttempt(
        ports,
        'person-1',
        check(() => 'wrong'),
      )
      expect(verdict).toBe('wrong')
      expect(told.at(-1)).toEqual(['fault', 'Error: no database'])
    })
  })

  const fault = new Refusal('provider_unavailable')
  const noVerdict = () => {
    throw fault
  }

  test('that brought no verdict was none', async () => {
    const { told, ports, check } = counting()
    await expect(checkAsAttempt(ports, 'person-1', check(noVerdict))).rejects.toBe(fault)
    expect(told).toEqual([reserved, ['check'], givenBack])
  })

  test('that cannot be given back stays counted, and the owner is told', async () => {
    for (const [verdict, end] of [
      [() => 'over' as const, 'over'],
      [noVerdict, fault],
    ] as const) {
      const { told, ports, check } = counting({ broken: true })
      await expect(
        checkAsAttempt(ports, 'person-1', check(verdict)).catch((no) => no),
      ).resolves.toBe(end)
      expect(told.at(-1)).toEqual(['fault', 'Error: no database'])
    }
  })

  test('while codes are locked is refused, and its code is not checked', async () => {
    const { told, ports, check } = counting()
    ports.lockout.reserve = async () => ({ lockedUntil: inMinutes(15) })
    await expect(
      checkAsAttempt(
        ports,
        'person-1',
        check(() => 'right'),
      ),
    ).rejects.toMatchObject({
      code: 'locked',
      details: { retryAfterSeconds: 900 },
    })
    expect(told).toEqual([])
  })

  test('on an account that the operator locked is refused without an end, and not checked', async () => {
    const { told, ports, check } = counting()
    ports.lockout.reserve = async () => ({ lockedUntil: undefined })
    await expect(
      checkAsAttempt(
        ports,
        'person-1',
        check(() => 'right'),
      ),
    ).rejects.toMatchObject({ code: 'locked', details: {} })
    expect(told).toEqual([])
  })
})
